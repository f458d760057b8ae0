// SPDX-License-Identifier: Apache-2.0
// Models rebuilt from stored adapters, and backbones as they come, on tasks.
#include "base/error.h"
#include "base/file.h"
#include "cli/command.h"
#include "cli/load_line.h"
#include "cli/model_options.h"
#include "cli/output.h"
#include "cli/prediction_cells.h"
#include "cli/run_lookup.h"
#include "data/answer_metric.h"
#include "exchange/run_tables.h"
#include "peft/plain_evaluation.h"
#include "train/evaluate_run.h"
#include "train/run_state.h"

#include <unistd.h>

#include <csignal>
#include <cstdio>

namespace jumplora::cli {
namespace {

volatile std::sig_atomic_t interrupted = 0;

void onInterrupt(int) { interrupted = 1; }

struct EvaluateOptions {
    std::string run;
    std::string backbone;  // instead of a run
    std::string adapter;   // of peft, for that backbone
    RunPlace place;
    std::string after = "last";
    StoredModelOptions model;
    StoredEvaluation what;
    std::string predictions;
    bool quiet = false;
    TableOutput output;
};

// A line that is redrawn on a terminal; nothing otherwise, as the results are printed anyway.
StoredModel::Progress progressLine(bool quiet, const std::string& when) {
    const bool terminal = !quiet && ::isatty(STDERR_FILENO) != 0;
    return [terminal, when](const std::string& task, std::int64_t done, std::int64_t total) {
        if (interrupted != 0) return false;
        if (!terminal) return true;
        std::fprintf(stderr, "\r\033[K%s%s: %lld of %lld%s", task.c_str(), when.c_str(),
                     static_cast<long long>(done), static_cast<long long>(total),
                     done == total ? "\r\033[K" : "");
        std::fflush(stderr);
        return true;
    };
}

std::vector<std::int64_t> rowsOf(const EvaluateOptions& options, const StoredModel& model,
                                 const RunRow& row) {
    auto available = model.availableRows();
    if (options.after == "last") return {available.back()};
    if (options.after == "all") return available;
    return {taskNumber(row, options.after)};
}

Json cellJson(const StoredCell& cell) {
    return {{"after_task", cell.afterTask},
            {"task", cell.task},
            {"metric", cell.metric},
            {"accuracy", cell.score.mean()},
            {"correct", cell.score.correct},
            {"total", cell.score.total},
            {"within_options", cell.score.withinOptions},
            {"seconds", cell.seconds}};
}

Table cellTable(const std::vector<StoredCell>& cells, std::vector<std::string> comments, bool ofRun) {
    Table table;
    table.comments = std::move(comments);
    table.columns = {
        {.title = "t", .quantity = Quantity::Count},
        {.title = "task"},
        {.title = "metric"},
        {.title = "accuracy", .quantity = Quantity::Share, .definition = "mean over the rows of the metric"},
        {.title = "correct", .quantity = Quantity::Count},
        {.title = "total", .quantity = Quantity::Count},
        {.title = "within_options", .quantity = Quantity::Share},
        {.title = "seconds", .quantity = Quantity::Magnitude}};
    const auto number = [](std::int64_t value) { return TableCell::ofNumber(static_cast<double>(value)); };
    for (const StoredCell& cell : cells) {
        const auto total = static_cast<double>(std::max<std::int64_t>(cell.score.total, 1));
        table.addRow({number(cell.afterTask), TableCell::ofText(cell.task),
                      TableCell::ofText(answerMetricLabel(cell.metric)),
                      TableCell::ofNumber(cell.score.mean()), number(cell.score.correct),
                      number(cell.score.total),
                      TableCell::ofNumber(static_cast<double>(cell.score.withinOptions) / total),
                      TableCell::ofNumber(cell.seconds)});
    }
    if (ofRun) return table;
    table.columns.erase(table.columns.begin());  // after no task
    for (auto& row : table.rows) row.erase(row.begin());
    return table;
}

// The matrix of a whole evaluation on the run's own tasks, so that its metrics can be printed too.
ExportRun evaluatedRun(const FoundRun& found, const StoredModel& model, const std::string& split,
                       const std::vector<StoredCell>& cells) {
    ExportRun run = found.forExport();
    run.split = split;
    run.matrix = AccuracyMatrix(model.taskNames());
    for (const StoredCell& cell : cells)
        if (cell.column > 0)
            run.matrix.set(cell.afterTask, cell.column,
                           {cell.score.correct, cell.score.total, cell.score.withinOptions, cell.score.mean(),
                            cell.metric});
    run.references.random = guessingScores(run);
    return run;
}

std::string fileName(std::string name) {
    for (char& c : name)
        if (c == '/' || c == ' ') c = '_';
    return name;
}

void writeAnswers(const std::string& folder, const std::vector<StoredCell>& cells, bool ofRun) {
    if (folder.empty()) return;
    makeFolder(folder);
    for (const StoredCell& cell : cells)
        writePredictions(
            std::filesystem::path(folder) /
                (ofRun ? fmt::format("after_{:02}_on_{}.jsonl", cell.afterTask, fileName(cell.task))
                       : fileName(cell.task) + ".jsonl"),
            cell.predictions);
}

// A backbone, and an adapter on it, without a run.
void evaluateWithoutRun(const EvaluateOptions& options) {
    if (options.what.suite.empty())
        fail(ErrorKind::Input,
             "--backbone needs --suite: a task file, \"builtin\" or the name of a benchmark");
    if (options.after != "last") fail(ErrorKind::Input, "--after belongs to a run, not to --backbone");
    PlainModel model{options.backbone, options.adapter, textModelOptions(options.model)};
    if (!options.quiet) model.options.progress = loadLine(options.backbone);
    std::signal(SIGINT, onInterrupt);
    const auto cells = evaluatePlain(model, options.what, progressLine(options.quiet, ""));
    writeAnswers(options.predictions, cells, false);
    const std::string split = options.what.split.empty() ? "test" : options.what.split;
    std::vector<std::string> comments = {
        fmt::format("backbone {}{}", options.backbone,
                    options.adapter.empty() ? "" : ", adapter " + options.adapter),
        fmt::format("evaluated {} on split {}, tasks of {}", utcNow(), split, options.what.suite)};
    if (options.output.chosen() == "json") {
        Json json = {{"format", "jumplora-evaluation/1"},
                     {"backbone", options.backbone},
                     {"adapter", options.adapter.empty() ? Json() : Json(options.adapter)},
                     {"suite", options.what.suite},
                     {"split", split},
                     {"comments", comments},
                     {"cells", Json::array()}};
        for (const StoredCell& cell : cells) {
            Json row = cellJson(cell);
            row.erase("after_task");
            json["cells"].push_back(std::move(row));
        }
        writeOutput(options.output.file, pretty(json));
        return;
    }
    if (options.output.chosen() == "text") comments.clear();
    options.output.write({cellTable(cells, comments, false)}, {"evaluation"});
}

void evaluate(const EvaluateOptions& options) {
    if (options.run.empty() == options.backbone.empty())
        fail(ErrorKind::Input, "give either a run or --backbone FOLDER");
    if (!options.backbone.empty()) return evaluateWithoutRun(options);
    const FoundRun found = findStored(options.run, options.place);
    StoredModelOptions modelOptions = options.model;
    if (!options.quiet) modelOptions.progress = loadLine("the backbone");
    StoredModel model(found.directory(), modelOptions);
    std::signal(SIGINT, onInterrupt);
    const std::string split = options.what.split.empty() ? model.spec().evaluation.split : options.what.split;
    std::vector<StoredCell> cells;
    const auto rows = rowsOf(options, model, found.row);
    for (const std::int64_t row : rows) {
        model.goTo(row);
        for (StoredCell& cell :
             model.evaluate(options.what, progressLine(options.quiet, fmt::format(" after task {}", row))))
            cells.push_back(std::move(cell));
    }
    writeAnswers(options.predictions, cells, true);
    const ExportRun run = evaluatedRun(found, model, split, cells);
    auto comments = provenanceComments({run}, groupSeeds({run}, false));
    const GenerationOptions& generation = options.what.generation;
    comments.push_back(fmt::format("evaluated {} on split {}, at most {} new tokens{}", utcNow(), split,
                                   generation.maxNewTokens.value_or(model.spec().evaluation.maxNewTokens),
                                   options.what.suite.empty() ? "" : ", tasks of " + options.what.suite));
    const std::string format = options.output.chosen();
    const bool whole = rows.size() > 1 && options.what.suite.empty();
    if (format == "json") {
        Json json = {{"format", "jumplora-evaluation/1"},
                     {"run", run.row.id},
                     {"spec_hash", run.row.specHash},
                     {"split", split},
                     {"comments", comments},
                     {"cells", Json::array()}};
        for (const StoredCell& cell : cells) json["cells"].push_back(cellJson(cell));
        writeOutput(options.output.file, pretty(json));
        return;
    }
    std::vector<Table> tables = {cellTable(cells, comments, true)};
    if (whole) {
        tables = {matrixTable({run}, groupSeeds({run}, false)),
                  withoutEmptyColumns(metricsTable({run}, groupSeeds({run}, false)))};
        tables.front().comments.push_back(comments.back());
    }
    if (format == "text")
        for (Table& table : tables) table.comments.clear();
    options.output.write(tables, {"matrix", "metrics"});
}

void addEvaluate(CLI::App& app) {
    auto options = std::make_shared<EvaluateOptions>();
    CLI::App* command = app.add_subcommand(
        "evaluate",
        "Evaluate stored adapters again (another split, other tasks, another length), or any backbone");
    auto* run = command->add_option("run", options->run, kRunHelp);
    auto* backbone = command->add_option("--backbone", options->backbone,
                                         "A backbone instead of a run: folder, or \"builtin\"; with --suite");
    backbone->excludes(run);
    command->add_option("--adapter", options->adapter, "Folder of an adapter of peft for that backbone")
        ->needs(backbone);
    addPlaceOptions(*command, options->place);
    command->add_option(
        "--after", options->after,
        "The model after this task: number, name, last (default) or all; 0 = the plain backbone");
    command->add_option("--split", options->what.split, "test, dev or train (default: as the run)")
        ->check(oneOf({"test", "dev", "train"}));
    command->add_option("--tasks", options->what.tasks, "Only these tasks (default: all of the run)")
        ->delimiter(',')
        ->allow_extra_args(false);
    command->add_option("--suite", options->what.suite, "Tasks of another task file, or \"builtin\"");
    command->add_option("--root", options->what.root, "Folder that its paths are relative to");
    command->add_option("--max-samples", options->what.maxSamples, "The first rows of each task only")
        ->check(CLI::PositiveNumber);
    addGenerationOptions(*command, options->what.generation, {"as the run", "as the run", "as the run"});
    addModelOptions(*command, options->model);
    command->add_option("--predictions", options->predictions, "Folder for the answers, one JSON line each");
    command->add_flag("--quiet", options->quiet, "No progress");
    addTableOptions(*command, options->output);
    command->footer(
        "Examples:\n  jumplora evaluate latest --split dev\n"
        "  jumplora evaluate order1-ella --after all --split dev -o dev.json\n"
        "  jumplora evaluate order1-ella --after 3 --tasks agnews,yahoo --max-new-tokens 16\n"
        "  jumplora evaluate order1-ella --suite other.json --root data --predictions answers\n"
        "  jumplora evaluate --backbone t5-large --adapter my-adapter --suite order1.json --root data\n"
        "The run itself is not changed: its matrix and events stay what they are.");
    command->callback([options] { evaluate(*options); });
}

}  // namespace

void addEvaluateCommands(CLI::App& app) { addEvaluate(app); }

}  // namespace jumplora::cli
