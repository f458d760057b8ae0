// SPDX-License-Identifier: Apache-2.0
#include "store/run_columns.h"

#include "base/error.h"
#include "store/connection.h"
#include "store/sql_values.h"
#include "store/step_columns.h"

#include <algorithm>
#include <cmath>

namespace jumplora {
namespace {

std::string reducedSql(const std::string& value, const CurveReducer& reducer) {
    const std::string rows = " FROM step_metrics s WHERE s.run = r.key";
    const std::string latest = " ORDER BY s.task DESC, s.step DESC LIMIT ";
    switch (reducer.kind) {
        case CurveReducer::Kind::Last:
            return "SELECT " + value + rows + latest + "1";
        case CurveReducer::Kind::Min:
            return "SELECT min(" + value + ")" + rows;
        case CurveReducer::Kind::Max:
            return "SELECT max(" + value + ")" + rows;
        case CurveReducer::Kind::MeanOfLast:
            return "SELECT avg(v) FROM (SELECT " + value + " AS v" + rows + latest + "?1)";
        case CurveReducer::Kind::AtStep:
            return "SELECT " + value + rows + " AND s.global_step = ?1";
    }
    return {};
}

bool hasParameter(const CurveReducer& reducer) {
    return reducer.kind == CurveReducer::Kind::MeanOfLast || reducer.kind == CurveReducer::Kind::AtStep;
}

}  // namespace

std::int32_t SpecTable::keyIndex(const std::string& key) const {
    const auto found = std::lower_bound(keys.begin(), keys.end(), key);
    return found == keys.end() || *found != key ? kAbsent : static_cast<std::int32_t>(found - keys.begin());
}

const std::string* SpecTable::find(const std::string& runId, const std::string& key) const {
    const std::int32_t column = keyIndex(key);
    const auto run = ofRun.find(runId);
    if (column == kAbsent || run == ofRun.end()) return nullptr;
    const std::int32_t value = run->second[static_cast<std::size_t>(column)];
    return value == kAbsent ? nullptr : &values[static_cast<std::size_t>(value)];
}

SpecTable specTable(const Store& store) {
    Connection& connection = store.connection();
    return guarded(connection, [&] {
        SpecTable table;
        table.keys = store.specKeys();
        std::unordered_map<std::string, std::int32_t> columns;
        for (std::size_t i = 0; i < table.keys.size(); ++i)
            columns[table.keys[i]] = static_cast<std::int32_t>(i);
        std::unordered_map<std::string, std::int32_t> known;
        SQLite::Statement& rows = connection.statement(
            "SELECT runs.id, specs.key, specs.value FROM specs JOIN runs ON runs.key = specs.run ORDER BY "
            "specs.run");
        std::string lastId;
        std::vector<std::int32_t>* row = nullptr;
        while (rows.executeStep()) {
            std::string id = textColumn(rows, 0);
            if (row == nullptr || id != lastId) {
                row = &table.ofRun[id];
                row->assign(table.keys.size(), SpecTable::kAbsent);
                lastId = std::move(id);
            }
            const auto column = columns.find(textColumn(rows, 1));
            if (column == columns.end()) continue;  // written meanwhile
            const auto [place, isNew] =
                known.try_emplace(textColumn(rows, 2), static_cast<std::int32_t>(table.values.size()));
            if (isNew) table.values.push_back(place->first);
            (*row)[static_cast<std::size_t>(column->second)] = place->second;
        }
        rows.reset();
        return table;
    });
}

std::unordered_map<std::string, double> reduceCurves(const Store& store, const std::string& key,
                                                     const CurveReducer& reducer) {
    const char* value = stepSql(key);
    if (value == nullptr) fail(ErrorKind::Input, "\"{}\" is no curve that can be reduced to one number", key);
    Connection& connection = store.connection();
    return guarded(connection, [&] {
        std::unordered_map<std::string, double> result;
        SQLite::Statement& rows =
            connection.statement("SELECT r.id, (" + reducedSql(value, reducer) + ") FROM runs r");
        if (hasParameter(reducer)) bindValue(rows, 1, reducer.parameter);
        while (rows.executeStep()) {
            const double number = realColumn(rows, 1);
            if (!std::isnan(number)) result[textColumn(rows, 0)] = number;
        }
        rows.reset();
        return result;
    });
}

}  // namespace jumplora
