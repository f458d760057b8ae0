// SPDX-License-Identifier: Apache-2.0
#include "exchange/run_tables.h"

#include "analysis/statistics.h"
#include "base/error.h"
#include "base/param.h"
#include "data/answer_metric.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <set>

namespace jumplora {
namespace {

using Runs = std::vector<ExportRun>;
using Groups = std::vector<SeedGroup>;

// Mean over a group's seeds of what each run has; the first reason when none has it.
TableCell summary(const Runs& runs, const SeedGroup& group,
                  const std::function<MetricValue(const ExportRun&)>& valueOf) {
    std::vector<double> values;
    std::string reason;
    for (const std::size_t member : group.runs) {
        const MetricValue value = valueOf(runs[member]);
        if (value.value) values.push_back(*value.value);
        if (!value.value && reason.empty()) reason = value.reason;
    }
    if (values.empty()) return reason.empty() ? TableCell::missing() : TableCell::notComputable(reason);
    const SeedStatistics result = seedStatistics(values);
    return group.runs.size() == 1 ? TableCell::ofNumber(*result.mean)
                                  : TableCell::ofMean(*result.mean, result.deviation.value_or(std::nan("")),
                                                      static_cast<std::int64_t>(result.n));
}

// By name, in the order of the first run that has it.
std::vector<std::string> allTasks(const Runs& runs) {
    std::vector<std::string> names;
    for (const ExportRun& run : runs)
        for (const std::string& name : run.matrix.taskNames())
            if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    return names;
}

MetricValue scoreOf(const ExportRun& run, std::int64_t afterTask, const std::string& task) {
    const auto& names = run.matrix.taskNames();
    const auto found = std::find(names.begin(), names.end(), task);
    if (found == names.end() || afterTask > run.matrix.tasks()) return {};
    return {run.matrix.at(afterTask, found - names.begin() + 1), ""};
}

std::string seedsOf(const Runs& runs, const SeedGroup& group) {
    std::string seeds;
    for (const std::size_t member : group.runs)
        seeds += (seeds.empty() ? "" : ", ") + std::to_string(runs[member].row.seed);
    return seeds;
}

// Which metric scores which task, by metric.
std::string scoredBy(const Runs& runs) {
    std::map<std::string, std::set<std::string>> tasks;
    for (const ExportRun& run : runs)
        for (std::int64_t row = 0; row <= run.matrix.tasks(); ++row)
            for (std::int64_t column = 1; column <= run.matrix.tasks(); ++column)
                if (const auto& cell = run.matrix.cell(row, column))
                    tasks[cell->metric].insert(run.matrix.taskNames()[static_cast<std::size_t>(column - 1)]);
    if (tasks.size() < 2)
        return "score: " + answerMetricLabel(tasks.empty() ? kExactMatch : tasks.begin()->first);
    std::string text;
    for (const auto& [metric, names] : tasks)
        text += fmt::format("{}{} on {}", text.empty() ? "score: " : "; ", answerMetricLabel(metric),
                            fmt::join(names, ", "));
    return text;
}

std::string titled(const char* what, const Groups& groups) {
    return groups.size() == 1 ? fmt::format("{} of {}", what, groups.front().label) : what;
}

void explainSpread(const Groups& groups, Table& table) {
    if (std::any_of(groups.begin(), groups.end(), [](const SeedGroup& g) { return g.runs.size() > 1; }))
        table.comments.emplace_back(
            "several seeds: mean and sample standard deviation (n - 1); n = runs that have the value");
}

const MetricInfo* metricOf(const std::string& key) {
    const auto& infos = metricInfos();
    const auto found =
        std::find_if(infos.begin(), infos.end(), [&](const MetricInfo& info) { return info.key == key; });
    return found == infos.end() ? nullptr : &*found;
}

TableColumn metricColumn(const MetricInfo& info) {
    return {info.key, metricQuantity(info.key), info.formula, info.higherIsBetter};
}

}  // namespace

Quantity metricQuantity(const std::string& key) {
    static const std::set<std::string> kShares = {"oa", "average_incremental_accuracy", "plasticity",
                                                  "within_options"};
    return kShares.contains(key) ? Quantity::Share : Quantity::Difference;
}

Table matrixTable(const Runs& runs, const Groups& groups) {
    Table table;
    table.title = titled("Accuracy matrix", groups);
    table.comments = provenanceComments(runs, groups);
    table.comments.emplace_back(
        "a[t][i]: score on the task of the column after training the task of the row; row 0 is before "
        "training; empty: not evaluated");
    table.comments.push_back(scoredBy(runs));
    explainSpread(groups, table);
    const bool several = groups.size() > 1;
    if (several) table.columns.push_back({.title = "run"});
    table.columns.push_back({.title = "t", .quantity = Quantity::Count});
    table.columns.push_back({.title = "after"});
    const auto tasks = allTasks(runs);
    for (const std::string& task : tasks) table.columns.push_back({task, Quantity::Share, "", {}});
    for (const SeedGroup& group : groups) {
        const AccuracyMatrix& first = runs[group.runs.front()].matrix;
        for (std::int64_t row = 0; row <= first.tasks(); ++row) {
            std::vector<TableCell> cells;
            if (several) cells.push_back(TableCell::ofText(group.label));
            cells.push_back(TableCell::ofNumber(static_cast<double>(row)));
            cells.push_back(TableCell::ofText(
                row == 0 ? "before training" : first.taskNames()[static_cast<std::size_t>(row - 1)]));
            bool any = false;
            for (const std::string& task : tasks) {
                cells.push_back(
                    summary(runs, group, [&](const ExportRun& run) { return scoreOf(run, row, task); }));
                any |= cells.back().hasValue();
            }
            if (any) table.addRow(std::move(cells));
        }
    }
    return table;
}

Table metricsTable(const Runs& runs, const Groups& groups) {
    Table table;
    table.title = titled("Metrics", groups);
    table.comments = provenanceComments(runs, groups);
    explainSpread(groups, table);
    table.columns = {{.title = "run"}, {.title = "method"}, {.title = "gate"}, {.title = "seeds"}};
    for (const MetricInfo& info : metricInfos()) {
        table.columns.push_back(metricColumn(info));
        table.comments.push_back(info.key + " = " + info.formula);
    }
    table.columns.push_back({"density", Quantity::Density, "alive entries / entries at the last step", {}});
    table.columns.push_back({"active_time", Quantity::Seconds, "training and evaluation without pauses", {}});
    for (const SeedGroup& group : groups) {
        const RunRow& first = runs[group.runs.front()].row;
        std::vector<TableCell> cells = {TableCell::ofText(group.label), TableCell::ofText(first.method),
                                        TableCell::ofText(first.gate),
                                        TableCell::ofText(seedsOf(runs, group))};
        for (const MetricInfo& info : metricInfos())
            cells.push_back(summary(
                runs, group, [&](const ExportRun& run) { return info.compute(run.matrix, run.references); }));
        cells.push_back(summary(runs, group, [](const ExportRun& run) {
            return MetricValue{run.row.density, ""};
        }));
        cells.push_back(summary(runs, group, [](const ExportRun& run) {
            return MetricValue{run.row.activeSeconds, ""};
        }));
        table.addRow(std::move(cells));
    }
    return table;
}

Table finalTable(const Runs& runs, const Groups& groups) {
    Table table;
    table.title = titled("Accuracy after the last task", groups);
    table.comments = provenanceComments(runs, groups);
    explainSpread(groups, table);
    table.columns = {{.title = "run"}, {.title = "seeds"}};
    table.comments.push_back(scoredBy(runs));
    const auto tasks = allTasks(runs);
    for (const std::string& task : tasks) table.columns.push_back({task, Quantity::Share, "a[T][i]", true});
    const MetricInfo& overall = *metricOf("oa");
    table.columns.push_back(metricColumn(overall));
    table.comments.push_back(overall.key + " = " + overall.formula);
    for (const SeedGroup& group : groups) {
        std::vector<TableCell> cells = {TableCell::ofText(group.label),
                                        TableCell::ofText(seedsOf(runs, group))};
        for (const std::string& task : tasks)
            cells.push_back(summary(
                runs, group, [&](const ExportRun& run) { return scoreOf(run, run.matrix.tasks(), task); }));
        cells.push_back(summary(
            runs, group, [&](const ExportRun& run) { return overall.compute(run.matrix, run.references); }));
        table.addRow(std::move(cells));
    }
    return table;
}

Table configTable(const Runs& runs, const Groups& groups) {
    Table table;
    table.title = "Settings that differ";
    table.comments = provenanceComments(runs, groups);
    table.columns = {{.title = "key"}};
    std::set<std::string> keys;
    for (const SeedGroup& group : groups) {
        table.columns.push_back({.title = group.label});
        for (const SpecValue& value : runs[group.runs.front()].spec) keys.insert(value.key);
    }
    for (const std::string& key : keys) {
        if (key == "name") continue;
        std::vector<TableCell> cells = {TableCell::ofText(key)};
        std::set<std::string> values;
        for (const SeedGroup& group : groups) {
            const std::string value =
                key == "seed" ? seedsOf(runs, group) : runs[group.runs.front()].specText(key);
            cells.push_back(value.empty() ? TableCell::missing() : TableCell::ofText(value));
            values.insert(value);
        }
        if (values.size() > 1) table.addRow(std::move(cells));
    }
    return table;
}

Table differenceTable(const Runs& runs, const Groups& groups, std::size_t baseline) {
    const SeedGroup& base = groups.at(baseline);
    Table table;
    table.title = "Difference to " + base.label;
    table.comments = provenanceComments(runs, groups);
    table.comments.emplace_back(
        "mean and sample standard deviation of the differences of runs with the same seed; low and high: 95 "
        "% "
        "interval of the mean (Student's t, n - 1 degrees of freedom)");
    table.columns = {{.title = "run"},
                     {.title = "metric"},
                     {.title = "difference", .quantity = Quantity::Difference},
                     {.title = "n", .quantity = Quantity::Count},
                     {.title = "low", .quantity = Quantity::Difference},
                     {.title = "high", .quantity = Quantity::Difference}};
    for (std::size_t g = 0; g < groups.size(); ++g) {
        if (g == baseline) continue;
        for (const MetricInfo& info : metricInfos()) {
            std::vector<double> ours;
            std::vector<double> theirs;
            for (const std::size_t member : groups[g].runs) {
                for (const std::size_t other : base.runs) {
                    if (runs[member].row.seed != runs[other].row.seed) continue;
                    const auto a = info.compute(runs[member].matrix, runs[member].references).value;
                    const auto b = info.compute(runs[other].matrix, runs[other].references).value;
                    if (!a || !b) continue;
                    ours.push_back(*a);
                    theirs.push_back(*b);
                }
            }
            const PairedDifference result = pairedDifference(ours, theirs);
            if (!result.mean) continue;
            const auto n = static_cast<std::int64_t>(result.n);
            const double unknown = std::nan("");
            table.addRow({TableCell::ofText(groups[g].label), TableCell::ofText(info.key),
                          TableCell::ofMean(*result.mean, result.deviation.value_or(unknown), n),
                          TableCell::ofNumber(static_cast<double>(n)),
                          TableCell::ofNumber(result.low.value_or(unknown)),
                          TableCell::ofNumber(result.high.value_or(unknown))});
        }
    }
    return table;
}

Table withoutEmptyColumns(Table table) {
    for (std::size_t c = table.columns.size(); c-- > 0;) {
        std::set<std::string> reasons;
        const bool empty = std::none_of(table.rows.begin(), table.rows.end(), [&](const auto& row) {
            if (row[c].kind == TableCell::Kind::NotComputable) reasons.insert(row[c].text);
            return row[c].hasValue() || row[c].kind == TableCell::Kind::Text;
        });
        if (!empty) continue;
        if (!reasons.empty())
            table.comments.push_back(
                fmt::format("{}: not computable, {}", table.columns[c].title, fmt::join(reasons, "; ")));
        table.columns.erase(table.columns.begin() + static_cast<std::ptrdiff_t>(c));
        for (auto& row : table.rows) row.erase(row.begin() + static_cast<std::ptrdiff_t>(c));
    }
    return table;
}

Table runListTable(const Runs& runs, const std::vector<std::string>& keys) {
    Table table;
    table.columns = {{.title = "id"},
                     {.title = "state"},
                     {.title = "method"},
                     {.title = "gate"},
                     {.title = "seed", .quantity = Quantity::Plain},
                     {.title = "tasks"}};
    std::set<std::string> known;
    for (const ExportRun& run : runs)
        for (const SpecValue& value : run.spec) known.insert(value.key);
    std::vector<const MetricInfo*> metrics = {metricOf("oa"), metricOf("bwt")};
    std::vector<std::string> settings;
    for (const std::string& key : keys) {
        if (const MetricInfo* info = metricOf(key)) {
            if (std::find(metrics.begin(), metrics.end(), info) == metrics.end()) metrics.push_back(info);
            continue;
        }
        if (!runs.empty() && !known.contains(key)) {
            std::vector<std::string> names(known.begin(), known.end());
            for (const MetricInfo& info : metricInfos()) names.push_back(info.key);
            const std::string near = nearestName(key, names);
            fail(ErrorKind::Input, "\"{}\" is neither a key of a spec nor a metric.{}", key,
                 near.empty() ? "" : " Did you mean \"" + near + "\"?");
        }
        settings.push_back(key);
    }
    for (const MetricInfo* info : metrics) table.columns.push_back(metricColumn(*info));
    for (TableColumn& column : table.columns) column.higherIsBetter.reset();
    table.columns.push_back({"density", Quantity::Density, "", {}});
    for (const std::string& key : settings) table.columns.push_back({.title = key});
    table.columns.push_back({.title = "created"});
    table.columns.push_back({.title = "tags"});
    for (const ExportRun& run : runs) {
        const RunRow& row = run.row;
        std::vector<TableCell> cells = {
            TableCell::ofText(row.id),
            TableCell::ofText(row.state),
            TableCell::ofText(row.method),
            TableCell::ofText(row.gate),
            TableCell::ofNumber(static_cast<double>(row.seed)),
            TableCell::ofText(fmt::format("{}/{}", row.tasksTrained, row.tasks.size()))};
        for (const MetricInfo* info : metrics) {
            const MetricValue value = info->compute(run.matrix, run.references);
            cells.push_back(value.value ? TableCell::ofNumber(*value.value) : TableCell::missing());
        }
        cells.push_back(row.density ? TableCell::ofNumber(*row.density) : TableCell::missing());
        for (const std::string& key : settings) cells.push_back(TableCell::ofText(run.specText(key)));
        cells.push_back(TableCell::ofText(formatDate(row.created)));
        cells.push_back(TableCell::ofText(fmt::format("{}", fmt::join(row.tags, " "))));
        table.addRow(std::move(cells));
    }
    return table;
}

}  // namespace jumplora
