// SPDX-License-Identifier: Apache-2.0
#include "exchange/record_tables.h"

#include "base/error.h"

#include <algorithm>
#include <map>

namespace jumplora {
namespace {

void begin(Table& table, const char* what, const std::vector<ExportRun>& runs) {
    table.title = runs.size() == 1 ? fmt::format("{} of {}", what, runs.front().row.name) : what;
    table.comments = provenanceComments(runs, groupSeeds(runs, false));
    if (runs.size() > 1) table.columns.push_back({.title = "run"});
}

std::vector<TableCell> beginRow(const std::vector<ExportRun>& runs, std::size_t run) {
    if (runs.size() == 1) return {};
    return {TableCell::ofText(runs[run].row.id)};
}

TableCell number(std::int64_t value) { return TableCell::ofNumber(static_cast<double>(value)); }

TableColumn curveColumn(const std::string& key) {
    if (key == "ce" || key == "total") return {.title = key, .quantity = Quantity::Loss};
    if (key == "density") return {.title = key, .quantity = Quantity::Density};
    if (key.starts_with("tau.")) return {.title = key, .quantity = Quantity::Threshold};
    if (key == "memory_bytes") return {.title = key, .quantity = Quantity::Bytes};
    if (key == "f" || key == "lr") return {.title = key, .quantity = Quantity::Plain};
    if (key == "rows" || key == "tokens" || key == "padded_tokens")
        return {.title = key, .quantity = Quantity::Count};
    return {.title = key, .quantity = Quantity::Magnitude};
}

std::string curveHelp(const std::string& key) {
    static const std::map<std::string, std::string> kHelp = {
        {"ce", "cross-entropy, mean over the micro-batches of the step"},
        {"total", "ce plus all penalties"},
        {"grad_norm", "norm of the gradient before clipping"},
        {"f", "blend factor of the gate used in the step"},
        {"density", "alive entries / entries of all modules after the step"},
        {"step_seconds", "seconds of the step"},
    };
    if (key.starts_with("penalty.")) return "penalty as added to the loss, weighted";
    if (key.starts_with("tau.")) return "threshold after the step";
    const auto found = kHelp.find(key);
    return found == kHelp.end() ? "" : found->second;
}

std::string taskName(const ExportRun& run, std::int64_t task) {
    const auto& names = run.row.tasks;
    return task >= 1 && task <= static_cast<std::int64_t>(names.size())
               ? names[static_cast<std::size_t>(task - 1)]
               : "";
}

std::string yesNo(bool value) { return value ? "yes" : "no"; }

}  // namespace

Table curvesTable(const std::vector<ExportRun>& runs, const std::vector<CurveSet>& curves) {
    Table table;
    begin(table, "Curves", runs);
    for (const char* title : {"task", "step", "global_step"})
        table.columns.push_back({.title = title, .quantity = Quantity::Count});
    table.columns.push_back({.title = "task_name"});
    for (const std::string& key : curves.front().keys) {
        table.columns.push_back(curveColumn(key));
        table.columns.back().definition = curveHelp(key);
        if (!curveHelp(key).empty()) table.comments.push_back(key + " = " + curveHelp(key));
    }
    for (std::size_t r = 0; r < runs.size(); ++r) {
        const CurveSet& set = curves[r];
        for (std::size_t i = 0; i < set.step.size(); ++i) {
            auto cells = beginRow(runs, r);
            cells.push_back(number(set.task[i]));
            cells.push_back(number(set.step[i]));
            cells.push_back(number(set.globalStep[i]));
            cells.push_back(TableCell::ofText(taskName(runs[r], set.task[i])));
            for (const auto& series : set.values) cells.push_back(TableCell::ofNumber(series[i]));
            table.addRow(std::move(cells));
        }
    }
    return table;
}

Table predictionsTable(const std::vector<ExportRun>& runs,
                       const std::vector<std::vector<PredictionCell>>& cells) {
    Table table;
    begin(table, "Predictions", runs);
    table.columns.push_back({.title = "t", .quantity = Quantity::Count});
    table.columns.push_back({.title = "task"});
    table.columns.push_back({.title = "row", .quantity = Quantity::Count});
    // Where answers are right or wrong, "correct" says it all.
    bool scored = false;
    for (const auto& ofRun : cells)
        for (const PredictionCell& cell : ofRun)
            for (const Prediction& p : cell.predictions) scored |= p.score != (p.correct ? 1 : 0);
    if (scored)
        table.columns.push_back(
            {.title = "score", .quantity = Quantity::Share, .definition = "by the task's metric"});
    for (const char* title : {"correct", "within_options", "expected", "output", "input"})
        table.columns.push_back({.title = title});
    for (std::size_t r = 0; r < runs.size(); ++r) {
        for (const PredictionCell& cell : cells[r]) {
            for (std::size_t i = 0; i < cell.predictions.size(); ++i) {
                const Prediction& p = cell.predictions[i];
                auto row = beginRow(runs, r);
                row.push_back(number(cell.afterTask));
                row.push_back(TableCell::ofText(cell.task));
                row.push_back(number(cell.rows[i]));
                if (scored) row.push_back(TableCell::ofNumber(p.score));
                for (const std::string& text :
                     {yesNo(p.correct), yesNo(p.withinOptions), p.expected, p.output, p.input})
                    row.push_back(TableCell::ofText(text));
                table.addRow(std::move(row));
            }
        }
    }
    return table;
}

Table confusionTable(const PredictionCell& cell, std::size_t answers) {
    std::map<std::string, std::map<std::string, std::int64_t>> counts;  // label, answer
    std::map<std::string, std::int64_t> given;
    for (const Prediction& p : cell.predictions) {
        ++counts[p.expected][p.output];
        ++given[p.output];
    }
    std::vector<std::pair<std::string, std::int64_t>> order(given.begin(), given.end());
    std::stable_sort(order.begin(), order.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    const bool rest = order.size() > answers;
    if (rest) order.resize(answers);
    Table table;
    table.title = fmt::format("Answers on {} after task {}", cell.task, cell.afterTask);
    table.columns.push_back({.title = "label \\ answer"});
    for (const auto& [answer, ignored] : order)
        table.columns.push_back({answer.empty() ? "(empty)" : answer, Quantity::Count, "", {}});
    if (rest) table.columns.push_back({"others", Quantity::Count, "", {}});
    for (const auto& [label, row] : counts) {
        std::vector<TableCell> cells = {TableCell::ofText(label)};
        std::int64_t left = 0;
        for (const auto& [ignored, count] : row) left += count;
        for (const auto& [answer, ignored] : order) {
            const auto found = row.find(answer);
            const std::int64_t count = found == row.end() ? 0 : found->second;
            left -= count;
            cells.push_back(number(count));
        }
        if (rest) cells.push_back(number(left));
        table.addRow(std::move(cells));
    }
    return table;
}

Table tasksTable(const std::vector<ExportRun>& runs, const std::vector<std::vector<TaskRow>>& tasks) {
    Table table;
    begin(table, "Tasks", runs);
    table.comments.emplace_back(
        "tau_initial: smallest threshold at its initialisation; density: live entries / entries when the "
        "task ended");
    table.columns.push_back({.title = "t", .quantity = Quantity::Count});
    table.columns.push_back({.title = "task"});
    for (const char* title : {"rows", "steps", "first", "final"})
        table.columns.push_back({.title = title, .quantity = Quantity::Count});
    table.columns.push_back({.title = "tau_initial", .quantity = Quantity::Threshold});
    table.columns.push_back({.title = "f", .quantity = Quantity::Plain});
    table.columns.push_back({.title = "alive", .quantity = Quantity::Count});
    table.columns.push_back({.title = "density", .quantity = Quantity::Density});
    table.columns.push_back({.title = "stored", .quantity = Quantity::Bytes});
    for (std::size_t r = 0; r < runs.size(); ++r) {
        for (const TaskRow& task : tasks[r]) {
            auto cells = beginRow(runs, r);
            cells.push_back(number(task.task));
            cells.push_back(TableCell::ofText(task.name));
            for (const std::int64_t value : {task.rows, task.steps, task.firstStep, task.finalStep})
                cells.push_back(number(value));
            cells.push_back(task.thresholdInitial.empty()
                                ? TableCell::missing()
                                : TableCell::ofNumber(*std::min_element(task.thresholdInitial.begin(),
                                                                        task.thresholdInitial.end())));
            if (!task.trained) {
                cells.resize(table.columns.size());
            } else {
                const TaskTrained& trained = *task.trained;
                cells.push_back(TableCell::ofNumber(trained.f));
                cells.push_back(number(trained.aliveTotal));
                cells.push_back(TableCell::ofNumber(static_cast<double>(trained.aliveTotal) /
                                                    static_cast<double>(trained.entries)));
                cells.push_back(number(trained.storedBytes));
            }
            table.addRow(std::move(cells));
        }
    }
    return table;
}

}  // namespace jumplora
