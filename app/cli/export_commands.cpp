// SPDX-License-Identifier: Apache-2.0
// Results as files for papers and other programs.
#include "analysis/overlap.h"
#include "base/error.h"
#include "base/file.h"
#include "cli/command.h"
#include "cli/output.h"
#include "cli/prediction_cells.h"
#include "cli/run_lookup.h"
#include "exchange/overlap_table.h"
#include "exchange/record_tables.h"
#include "exchange/run_tables.h"

#include <algorithm>

namespace jumplora::cli {
namespace {

const std::vector<std::string>& exportKinds() {
    static const std::vector<std::string> kKinds = {"matrix", "metrics",     "final",  "tasks",
                                                    "curves", "predictions", "overlap"};
    return kKinds;
}

struct ExportOptions {
    std::vector<std::string> runs;
    RunPlace place;
    std::vector<std::string> what = {"matrix"};
    bool separate = false;
    bool perModule = false;
    std::vector<std::string> keys;      // of curves
    std::vector<std::string> measures;  // of overlap
    CellChoice cells;
    std::int64_t every = 1;
    TableOutput output;
};

// A step is kept when it is a multiple of `every`, or the last of its task.
void thinOut(CurveSet& curves, std::int64_t every) {
    if (every <= 1) return;
    CurveSet kept;
    kept.keys = curves.keys;
    kept.values.resize(curves.values.size());
    for (std::size_t i = 0; i < curves.step.size(); ++i) {
        const bool last = i + 1 == curves.step.size() || curves.task[i + 1] != curves.task[i];
        if (curves.step[i] % every != 0 && !last) continue;
        kept.task.push_back(curves.task[i]);
        kept.step.push_back(curves.step[i]);
        kept.globalStep.push_back(curves.globalStep[i]);
        for (std::size_t k = 0; k < kept.values.size(); ++k) kept.values[k].push_back(curves.values[k][i]);
    }
    curves = std::move(kept);
}

Table curves(const ExportOptions& options, const std::vector<FoundRun>& found,
             const std::vector<ExportRun>& runs) {
    std::vector<std::string> keys = options.keys;
    if (keys.empty()) {
        for (const FoundRun& run : found)
            for (const std::string& key : run.store->curveKeys(run.row.id))
                if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
    }
    std::vector<CurveSet> sets;
    for (const FoundRun& run : found) {
        CurveRange range;
        if (!options.cells.task.empty()) range.task = taskNumber(run.row, options.cells.task);
        sets.push_back(run.store->curves(run.row.id, keys, range));
        thinOut(sets.back(), options.every);
    }
    return curvesTable(runs, sets);
}

// What has to be computed: everything when nothing was recorded, or a spectral measure that was asked for by
// name. Live runs leave these out where they would cost too much.
std::string missingMeasure(const std::vector<OverlapComputed>& recorded,
                           const std::vector<std::string>& wanted) {
    if (recorded.empty()) return "overlap";
    const auto isRecorded = [&](const std::string& key) {
        return std::any_of(recorded.begin(), recorded.end(), [&](const OverlapComputed& overlap) {
            return std::any_of(overlap.pooled.begin(), overlap.pooled.end(),
                               [&](const NamedValue& value) { return value.name == key; });
        });
    };
    for (const std::string& key : wanted) {
        const OverlapMeasure* measure = findOverlapMeasure(key);
        if (measure != nullptr && measure->spectral && !isRecorded(key)) return key;
    }
    return "";
}

Table overlap(const ExportOptions& options, const std::vector<FoundRun>& found,
              const std::vector<ExportRun>& runs) {
    std::vector<OverlapOfRun> overlaps;
    for (const FoundRun& run : found) {
        OverlapOfRun one{run.store->overlap(run.row.id), run.store->modules(run.row.id)};
        const std::string missing = missingMeasure(one.pairs, options.measures);
        if (!missing.empty()) {
            note(fmt::format("{}: {} was not recorded; computing it from the stored adapters", run.row.id,
                             missing));
            one.pairs = allPairs(run.directory());
        }
        overlaps.push_back(std::move(one));
    }
    return overlapTable(runs, overlaps, {options.perModule, options.measures});
}

Table predictions(const ExportOptions& options, const std::vector<FoundRun>& found,
                  const std::vector<ExportRun>& runs) {
    std::vector<std::vector<PredictionCell>> cells;
    cells.reserve(found.size());
    for (const FoundRun& run : found) cells.push_back(readCells(run, options.cells));
    return predictionsTable(runs, cells);
}

Table tableOf(const std::string& what, const ExportOptions& options, const std::vector<FoundRun>& found,
              const std::vector<ExportRun>& runs) {
    const auto groups = groupSeeds(runs, !options.separate);
    if (what == "matrix") return matrixTable(runs, groups);
    if (what == "metrics") return metricsTable(runs, groups);
    if (what == "final") return finalTable(runs, groups);
    if (what == "curves") return curves(options, found, runs);
    if (what == "overlap") return overlap(options, found, runs);
    if (what == "predictions") return predictions(options, found, runs);
    std::vector<std::vector<TaskRow>> tasks;
    tasks.reserve(found.size());
    for (const FoundRun& run : found) tasks.push_back(run.store->tasks(run.row.id));
    return tasksTable(runs, tasks);
}

// One file for each table, named after it.
void writeFolder(const ExportOptions& options, const std::vector<Table>& tables) {
    const std::string format = options.output.chosen("csv");
    const std::string ending = format == "markdown" ? "md"
                               : format == "latex"  ? "tex"
                               : format == "text"   ? "txt"
                                                    : format;
    makeFolder(options.output.file);
    for (std::size_t i = 0; i < tables.size(); ++i) {
        const auto file = std::filesystem::path(options.output.file) / (options.what[i] + "." + ending);
        writeFileAtomically(file, options.output.render(tables[i], "csv"));
        note(file.string());
    }
}

void addExport(CLI::App& app) {
    auto options = std::make_shared<ExportOptions>();
    CLI::App* command = app.add_subcommand(
        "export", "Matrix, metrics, curves, overlap, predictions as CSV, Markdown, LaTeX, JSON");
    command->add_option("runs", options->runs, "Runs, as for show")->required()->expected(1, -1);
    addPlaceOptions(*command, options->place);
    command
        ->add_option("--what", options->what,
                     "matrix (default), metrics, final, tasks, curves, overlap, predictions; several with "
                     "commas and -o FOLDER")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->check(oneOf(exportKinds()));
    command->add_flag("--separate", options->separate,
                      "Matrix, metrics, final: every run by itself instead of mean ± sd over seeds");
    command
        ->add_option("--key", options->keys,
                     "Curves: ce, total, penalty.NAME, tau.0, density ... (repeatable)")
        ->delimiter(',')
        ->allow_extra_args(false);
    command->add_option("--every", options->every, "Curves: every n-th step and the last of a task")
        ->check(CLI::PositiveNumber);
    command
        ->add_option("--measure", options->measures,
                     "Overlap: jaccard, cosine ... (repeatable; default: all)")
        ->delimiter(',')
        ->allow_extra_args(false);
    command->add_flag("--modules", options->perModule, "Overlap: a row for each module");
    addCellOptions(*command, options->cells);
    addTableOptions(*command, options->output);
    command->footer(
        "Examples:\n  jumplora export latest --format latex --caption \"Order 1\"\n"
        "  jumplora export order1-seed1 order1-seed2 order1-seed3 --what metrics --format markdown\n"
        "  jumplora export latest --what curves --key ce,tau.0,density --every 10 -o curves.csv\n"
        "  jumplora export latest --what matrix,metrics,overlap --format csv -o tables/\n"
        "CSV is the standard format. Every table names the runs, seeds, spec hashes and split that it comes "
        "from.");
    command->callback([options] {
        const auto found = findStored(options->runs, options->place);
        std::vector<ExportRun> runs;
        for (const FoundRun& run : found) {
            runs.push_back(run.forExport());
            runs.back().references.random = guessingScores(runs.back());
        }
        std::vector<Table> tables;
        for (const std::string& what : options->what) {
            tables.push_back(tableOf(what, *options, found, runs));
            if (tables.back().rows.empty()) note(fmt::format("warning: no {} recorded yet", what));
        }
        const bool folder = std::filesystem::is_directory(options->output.file) ||
                            (tables.size() > 1 && !options->output.file.empty() &&
                             std::filesystem::path(options->output.file).extension().empty());
        if (folder) {
            writeFolder(*options, tables);
        } else {
            options->output.write(tables, options->what, "csv");
        }
    });
}

}  // namespace

void addExportCommands(CLI::App& app) { addExport(app); }

}  // namespace jumplora::cli
