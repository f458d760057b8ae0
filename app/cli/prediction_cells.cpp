// SPDX-License-Identifier: Apache-2.0
#include "cli/prediction_cells.h"

#include "base/error.h"
#include "base/param.h"

#include <algorithm>
#include <charconv>

namespace jumplora::cli {
namespace {

std::optional<std::int64_t> wholeNumber(const std::string& text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

}  // namespace

void addCellOptions(CLI::App& command, CellChoice& choice) {
    command.add_option(
        "--after", choice.after,
        "Predictions after this task: number, name, last (default) or all; 0 = before training");
    command.add_option("--task", choice.task, "Predictions on, or curves of, this task: number or name");
    command.add_flag("--wrong", choice.wrong, "Only wrong answers");
    command.add_flag("--outside-options", choice.outsideOptions, "Only answers that are none of the options");
}

std::int64_t taskNumber(const RunRow& run, const std::string& task) {
    const auto found = std::find(run.tasks.begin(), run.tasks.end(), task);
    if (found != run.tasks.end()) return found - run.tasks.begin() + 1;
    const auto number = wholeNumber(task);
    const auto count = static_cast<std::int64_t>(run.tasks.size());
    if (number && *number >= 0 && *number <= count) return *number;
    const std::string near = nearestName(task, run.tasks);
    fail(ErrorKind::Input, "\"{}\" is no task of run {}; its tasks are {}, or 1 to {}.{}", task, run.id,
         fmt::join(run.tasks, ", "), count, near.empty() ? "" : " Did you mean \"" + near + "\"?");
}

std::vector<PredictionCell> readCells(const FoundRun& run, const CellChoice& choice) {
    const auto stored = run.store->cells(run.row.id);
    if (stored.empty()) fail(ErrorKind::Input, "run {} has not been evaluated yet", run.row.id);
    std::int64_t last = 0;
    for (const EvaluationCell& cell : stored) last = std::max(last, cell.afterTask);
    const bool all = choice.after == "all";
    const std::int64_t after =
        choice.after.empty() || choice.after == "last" || all ? last : taskNumber(run.row, choice.after);
    const std::int64_t task = choice.task.empty() ? 0 : taskNumber(run.row, choice.task);
    const RunDirectory directory = run.directory();
    std::vector<PredictionCell> cells;
    for (const EvaluationCell& cell : stored) {
        if ((!all && cell.afterTask != after) || (task != 0 && cell.task != task)) continue;
        PredictionCell read;
        read.afterTask = cell.afterTask;
        read.task = run.row.tasks.at(static_cast<std::size_t>(cell.task - 1));
        const auto predictions = readPredictions(directory.path() / cell.predictionsFile);
        for (std::size_t i = 0; i < predictions.size(); ++i) {
            if (choice.wrong && predictions[i].correct) continue;
            if (choice.outsideOptions && predictions[i].withinOptions) continue;
            read.rows.push_back(static_cast<std::int64_t>(i));
            read.predictions.push_back(predictions[i]);
        }
        cells.push_back(std::move(read));
    }
    if (cells.empty()) {
        fail(ErrorKind::Input, "run {} was not evaluated on task {} after task {}", run.row.id,
             choice.task.empty() ? "any" : choice.task, after);
    }
    return cells;
}

}  // namespace jumplora::cli
