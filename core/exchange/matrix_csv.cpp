// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"
#include "data/answer_metric.h"
#include "data/table_file.h"
#include "exchange/foreign_files.h"
#include "exchange/score_scale.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <map>

namespace jumplora {
namespace {

using Record = std::vector<std::string>;

constexpr std::array kRowTitles = {"",           "t",    "#",   "after", "after_task",
                                   "after task", "step", "row", "task",  "trained"};
constexpr std::array kMeanTitles = {"avg", "average", "mean", "oa", "aa", "avg."};
constexpr std::array kAbsent = {"", "-", "\u2013", "nan", "n/a", "na", "none", "null"};

template <typename List>
bool isOneOf(const List& list, const std::string& text) {
    return std::any_of(list.begin(), list.end(), [&](const char* each) { return lower(text) == each; });
}

std::string trimmed(const std::string& text) {
    const auto begin = text.find_first_not_of(" \t\r");
    if (begin == std::string::npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

std::optional<double> number(const std::string& text) {
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
    return value;
}

bool isScore(const std::string& field) { return number(field) || isOneOf(kAbsent, field); }

std::vector<Record> dataRecords(const std::filesystem::path& file) {
    std::vector<Record> records;
    for (Record& record : readRecords(file)) {
        for (std::string& field : record) field = trimmed(field);
        const bool empty = std::all_of(record.begin(), record.end(), [](const auto& f) { return f.empty(); });
        if (!empty && !record.front().starts_with('#')) records.push_back(std::move(record));
    }
    return records;
}

// What the first line and the first columns say.
struct Layout {
    bool header = false;
    std::size_t labels = 0;            // columns before the scores
    std::vector<std::size_t> columns;  // fields with scores
    std::vector<std::string> names;    // of their tasks
    bool percent = false;              // a header says so
    std::vector<std::string> leftOut;
};

Layout layoutOf(const std::vector<Record>& records, const std::string& where) {
    Layout layout;
    const Record& first = records.front();
    layout.header =
        std::any_of(first.begin(), first.end(), [](const auto& field) { return !isScore(field); }) &&
        !(first.size() > 1 && std::all_of(first.begin() + 1, first.end(), isScore));
    if (layout.header) {
        while (layout.labels < first.size() && isOneOf(kRowTitles, first[layout.labels])) ++layout.labels;
    } else if (!isScore(first.front())) {
        layout.labels = 1;
    }
    for (std::size_t i = layout.labels; i < first.size(); ++i) {
        std::string name = layout.header ? first[i] : fmt::format("task {}", i - layout.labels + 1);
        if (name == "run" || lower(name).ends_with(" sd") || lower(name).ends_with(" sd [%]"))
            fail(ErrorKind::Input,
                 "{}: column \"{}\" belongs to a table of several runs or seeds; export each run by itself",
                 where, name);
        if (layout.header && isOneOf(kMeanTitles, name)) {
            layout.leftOut.push_back(name);
            continue;
        }
        constexpr std::string_view kUnit = " [%]";
        if (name.ends_with(kUnit)) {
            layout.percent = true;
            name.resize(name.size() - kUnit.size());
        }
        if (columnOf(layout.names, name) > 0)
            fail(ErrorKind::Format, "{}: two columns are named \"{}\"", where, name);
        layout.columns.push_back(i);
        layout.names.push_back(name);
    }
    if (layout.names.empty()) fail(ErrorKind::Format, "{}: has no column of scores", where);
    return layout;
}

bool isBefore(const std::string& label) { return label == "0" || lower(label) == "before training"; }

// Columns in the order in which the rows learn them, where the rows are named after tasks.
std::vector<std::size_t> orderOf(const Layout& layout, const std::vector<Record>& rows) {
    std::vector<std::size_t> order;
    const auto has = [&](std::size_t column) {
        return std::find(order.begin(), order.end(), column) != order.end();
    };
    for (const Record& row : rows) {
        if (layout.labels == 0) break;
        const std::string& label = row[layout.labels - 1];
        if (isBefore(label)) continue;
        const std::int64_t column = columnOf(layout.names, label);
        if (column == 0 || has(static_cast<std::size_t>(column - 1))) {
            order.clear();  // the labels are no names of tasks
            break;
        }
        order.push_back(static_cast<std::size_t>(column - 1));
    }
    for (std::size_t i = 0; i < layout.names.size(); ++i)
        if (!has(i)) order.push_back(i);
    return order;
}

}  // namespace

ForeignResults readMatrixCsv(const std::filesystem::path& file, ScoreScale scale) {
    const std::string where = file.string();
    auto rows = dataRecords(file);
    if (rows.empty()) fail(ErrorKind::Format, "{}: has no rows", where);
    const Layout layout = layoutOf(rows, where);
    const std::size_t width = rows.front().size();
    if (layout.header) rows.erase(rows.begin());
    checkCount(layout.names.size(), where);
    for (const Record& row : rows)
        if (row.size() != width)
            fail(ErrorKind::Format, "{}: a row has {} fields, the first one {}", where, row.size(), width);
    const auto order = orderOf(layout, rows);
    ForeignResults results;
    results.format = "csv";
    results.source = file;
    for (const std::size_t column : order) results.tasks.push_back(layout.names[column]);
    for (const std::string& name : layout.leftOut)
        results.notes.push_back(
            fmt::format("column \"{}\" is left out: it is computed from the others", name));
    ScaledScores scores(layout.percent ? ScoreScale::Percent : scale);
    std::int64_t after = 0;
    for (const Record& row : rows) {
        const bool before =
            layout.labels > 0 &&
            std::any_of(row.begin(), row.begin() + static_cast<std::ptrdiff_t>(layout.labels), isBefore);
        if (before && after > 0) fail(ErrorKind::Format, "{}: row 0 stands behind another row", where);
        if (!before && ++after > static_cast<std::int64_t>(results.tasks.size()))
            fail(ErrorKind::Format, "{}: has more rows than its {} tasks", where, results.tasks.size());
        for (std::size_t i = 0; i < order.size(); ++i) {
            const std::string& field = row[layout.columns[order[i]]];
            if (isOneOf(kAbsent, field)) continue;
            const auto score = number(field);
            const std::string place = fmt::format("{}: after task {}, {}", where, after, results.tasks[i]);
            if (!score) fail(ErrorKind::Format, "{}: \"{}\" is no score", place, field);
            scores.add(*score, place);
            results.cells.push_back(cellAt(after, static_cast<std::int64_t>(i) + 1, kExactMatch, *score));
        }
    }
    scores.apply(results);
    requireCells(results);
    return results;
}

}  // namespace jumplora
