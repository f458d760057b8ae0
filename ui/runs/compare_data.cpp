// SPDX-License-Identifier: GPL-3.0-or-later
#include "runs/compare_data.h"

#include "analysis/statistics.h"
#include "base/error.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace jumplora {
namespace {

QString tr(const char* text) { return QCoreApplication::translate("CompareData", text); }
QString qs(const std::string& text) { return QString::fromStdString(text); }
QString number(double value, Quantity quantity) { return qs(formatNumber(value, quantity)); }

std::int64_t firstRow(const ComparedRuns& compared, const SeedGroup& group) {
    const std::vector<std::string>& tasks = compared.runs[group.runs.front()].matrix.taskNames();
    for (const std::string& task : tasks)
        if (meanCell(compared, group, 0, task)) return 0;
    return 1;
}

void nameAxes(HeatMapData& data, const std::vector<std::string>& tasks, std::int64_t first) {
    const auto count = static_cast<std::int64_t>(tasks.size());
    for (std::int64_t row = first; row <= count; ++row)
        data.rowNames +=
            row == 0 ? tr("before")
                     : QStringLiteral("%1 %2").arg(row).arg(qs(tasks[static_cast<std::size_t>(row - 1)]));
    for (std::int64_t column = 1; column <= count; ++column) {
        data.columnNames += qs(tasks[static_cast<std::size_t>(column - 1)]);
        data.columnLabels += QString::number(column);
    }
    data.rows = static_cast<int>(count - first + 1);
    data.columns = static_cast<int>(count);
    data.corner = tr("after ↓ on →");
    data.diagonalOffset = first == 0 ? 1 : 0;
    data.outlineDiagonal = true;
    data.largestCell = QSizeF(96, 52);
    data.markedRow = data.rows - 1;
    constexpr int kMostNumbers = 24;
    data.numbers = data.columns <= kMostNumbers;
}

}  // namespace

ComparedRuns readCompared(const Store& store, const QStringList& ids, bool together) {
    ComparedRuns compared;
    std::set<std::string> keys;
    for (const QString& id : ids) {
        try {
            ExportRun run = readExportRun(store, store.run(id.toStdString()));
            run.references.random = guessingScores(run);
            for (const std::string& key : store.curveKeys(run.row.id)) keys.insert(key);
            bool any = false;
            for (std::int64_t row = 1; row <= run.matrix.tasks(); ++row)
                for (std::int64_t column = 1; column <= run.matrix.tasks(); ++column)
                    any |= run.matrix.at(row, column).has_value();
            if (!any) compared.unusable += tr("%1: no task is evaluated yet").arg(qs(run.row.name));
            compared.runs.push_back(std::move(run));
        } catch (const Error& error) {
            compared.unusable += QString::fromUtf8(error.what());
        }
    }
    compared.groups = groupSeeds(compared.runs, together);
    // Borders of tasks can be drawn where all runs have the same ones.
    for (std::size_t i = 0; i < compared.runs.size(); ++i) {
        std::vector<TaskRow> tasks = store.tasks(compared.runs[i].row.id);
        const auto same = [](const TaskRow& a, const TaskRow& b) {
            return a.name == b.name && a.steps == b.steps;
        };
        if (i == 0) compared.tasks = tasks;
        if (!std::equal(tasks.begin(), tasks.end(), compared.tasks.begin(), compared.tasks.end(), same)) {
            compared.tasks.clear();
            break;
        }
    }
    for (const std::string& key : keys) compared.curveKeys += qs(key);
    return compared;
}

std::vector<GroupCurve> readGroupCurves(const Store& store, const ComparedRuns& compared,
                                        const std::string& key, SpreadKind spread) {
    std::vector<GroupCurve> curves;
    for (const SeedGroup& group : compared.groups) {
        std::map<std::int64_t, std::vector<double>> values;
        for (const std::size_t member : group.runs) {
            const CurveSet set = store.curves(compared.runs[member].row.id, {key});
            for (std::size_t i = 0; i < set.globalStep.size(); ++i)
                if (!std::isnan(set.values[0][i])) values[set.globalStep[i]].push_back(set.values[0][i]);
        }
        GroupCurve curve;
        curve.n = static_cast<std::int64_t>(group.runs.size());
        for (const auto& [step, all] : values) {
            const SeedStatistics statistics = seedStatistics(all);
            curve.x.push_back(static_cast<double>(step));
            curve.mean.push_back(*statistics.mean);
            if (curve.n < 2) continue;
            const double half = statistics.deviation ? spreadOf(*statistics.deviation,
                                                                static_cast<std::int64_t>(all.size()), spread)
                                                     : 0;
            curve.low.push_back(*statistics.mean - half);
            curve.high.push_back(*statistics.mean + half);
        }
        curves.push_back(std::move(curve));
    }
    return curves;
}

std::optional<MeanCell> meanCell(const ComparedRuns& compared, const SeedGroup& group, std::int64_t afterTask,
                                 const std::string& task) {
    std::vector<double> values;
    for (const std::size_t member : group.runs) {
        const AccuracyMatrix& matrix = compared.runs[member].matrix;
        const auto& names = matrix.taskNames();
        const auto found = std::find(names.begin(), names.end(), task);
        if (found == names.end() || afterTask > matrix.tasks()) continue;
        if (const auto value = matrix.at(afterTask, found - names.begin() + 1)) values.push_back(*value);
    }
    if (values.empty()) return std::nullopt;
    const SeedStatistics statistics = seedStatistics(values);
    return MeanCell{*statistics.mean, statistics.deviation, static_cast<std::int64_t>(statistics.n)};
}

HeatMapData matrixMap(const ComparedRuns& compared, const SeedGroup& group) {
    HeatMapData data;
    const std::vector<std::string> tasks = compared.runs[group.runs.front()].matrix.taskNames();
    const std::int64_t first = firstRow(compared, group);
    nameAxes(data, tasks, first);
    data.valueName = tr("accuracy");
    std::vector<QString> descriptions;
    for (std::int64_t row = first; row <= static_cast<std::int64_t>(tasks.size()); ++row) {
        for (const std::string& task : tasks) {
            const auto cell = meanCell(compared, group, row, task);
            HeatCell shown;
            const QString place =
                row == 0 ? tr("before training, on %1").arg(qs(task))
                         : tr("after %1, on %2").arg(qs(tasks[static_cast<std::size_t>(row - 1)]), qs(task));
            if (cell) {
                shown.value = cell->mean;
                const QString spread =
                    cell->deviation
                        ? tr(" ± %1 (sd, n = %2)").arg(number(*cell->deviation, Quantity::Share)).arg(cell->n)
                        : QString();
                descriptions.push_back(
                    tr("%1: %2 %%3").arg(place, number(cell->mean, Quantity::Share), spread));
            } else {
                descriptions.push_back(tr("%1: not evaluated").arg(place));
            }
            data.cells.push_back(shown);
        }
    }
    const auto columns = static_cast<std::size_t>(data.columns);
    data.describe = [descriptions, columns](int row, int column) {
        return descriptions[static_cast<std::size_t>(row) * columns + static_cast<std::size_t>(column)];
    };
    return data;
}

HeatMapData differenceMap(const ComparedRuns& compared, const SeedGroup& a, const SeedGroup& b, bool dark) {
    HeatMapData data;
    const std::vector<std::string> tasks = compared.runs[a.runs.front()].matrix.taskNames();
    const std::int64_t first = std::max(firstRow(compared, a), firstRow(compared, b));
    nameAxes(data, tasks, first);
    data.quantity = Quantity::Difference;
    data.valueName = tr("difference");
    constexpr double kSmallest = 0.05;  // of the colour range
    double largest = kSmallest;
    for (std::int64_t row = first; row <= static_cast<std::int64_t>(tasks.size()); ++row) {
        for (const std::string& task : tasks) {
            const auto ours = meanCell(compared, a, row, task);
            const auto theirs = meanCell(compared, b, row, task);
            HeatCell cell;
            if (ours && theirs) cell.value = theirs->mean - ours->mean;
            if (ours && theirs) largest = std::max(largest, std::abs(cell.value));
            data.cells.push_back(cell);
        }
    }
    data.map = ColourMap::diverging(largest, dark);
    return data;
}

Table settingsDifference(const ComparedRuns& compared) {
    Table table = configTable(compared.runs, compared.groups);
    // A sequence is one long value; its places say more.
    for (std::size_t row = 0; row < table.rows.size(); ++row) {
        if (table.rows[row][0].text != "suite.order") continue;
        std::vector<Json> orders;
        std::size_t longest = 0;
        for (const SeedGroup& group : compared.groups) {
            const Json order =
                Json::parse(compared.runs[group.runs.front()].specText("suite.order"), nullptr, false);
            orders.push_back(order.is_array() ? order : Json::array());
            longest = std::max(longest, orders.back().size());
        }
        std::vector<std::vector<TableCell>> places;
        for (std::size_t place = 0; place < longest; ++place) {
            std::vector<TableCell> cells = {TableCell::ofText("suite.order " + std::to_string(place + 1))};
            std::set<std::string> values;
            for (const Json& order : orders) {
                const std::string value = place >= order.size()      ? ""
                                          : order[place].is_string() ? order[place].get<std::string>()
                                                                     : order[place].dump();
                values.insert(value);
                cells.push_back(value.empty() ? TableCell::missing() : TableCell::ofText(value));
            }
            if (values.size() > 1) places.push_back(std::move(cells));
        }
        const auto at = table.rows.begin() + static_cast<std::ptrdiff_t>(row);
        const auto next = table.rows.erase(at);
        table.rows.insert(next, places.begin(), places.end());
        break;
    }
    return table;
}

Provenance provenanceOf(const ComparedRuns& compared) {
    Provenance provenance;
    for (const SeedGroup& group : compared.groups) provenance.runNames += qs(group.label);
    for (const ExportRun& run : compared.runs) {
        provenance.runIds += qs(run.row.id);
        provenance.specHashes += qs(run.row.specHash);
    }
    for (const MetricInfo& metric : metricInfos())
        provenance.definitions += qs(metric.key + " = " + metric.formula);
    return provenance;
}

}  // namespace jumplora
