// SPDX-License-Identifier: Apache-2.0
// One run in full, and several side by side.
#include "base/error.h"
#include "cli/command.h"
#include "cli/matrix_text.h"
#include "cli/output.h"
#include "cli/run_json.h"
#include "cli/run_lookup.h"
#include "exchange/record_tables.h"
#include "exchange/run_tables.h"

#include <algorithm>

namespace jumplora::cli {
namespace {

struct References {
    std::string single, multiTask;
};

void addReferenceOptions(CLI::App& command, References& references) {
    command.add_option("--single", references.single,
                       "Run whose a[i][i] are the single-task scores (method per_task): for fwt_vs_single, "
                       "fwt_final_vs_scratch and intransigence");
    command.add_option("--multi-task", references.multiTask,
                       "Run whose last row are the multi-task scores: for intransigence");
}

// Scores that metrics compare with; guessing comes from the options of the run's own task file.
void addReferences(std::vector<ExportRun>& runs, const References& references, const RunPlace& place) {
    std::optional<ExportRun> single;
    std::optional<ExportRun> multi;
    if (!references.single.empty()) single = findStored(references.single, place).forExport();
    if (!references.multiTask.empty()) multi = findStored(references.multiTask, place).forExport();
    for (ExportRun& run : runs) {
        run.references.random = guessingScores(run);
        if (single) run.references.single = diagonalScores(run, *single);
        if (multi) run.references.multiTask = finalScores(run, *multi);
    }
}

std::string line(const char* key, const std::string& value) {
    return value.empty() ? "" : fmt::format("{:<12}{}\n", key, value);
}

std::string describe(const ExportRun& run) {
    const RunRow& row = run.row;
    std::string text = row.id + "\n";
    text += line("state", row.state + (row.message.empty() ? "" : ": " + row.message));
    text += line("method", fmt::format("{}, gate {}, seed {}", row.method, row.gate, row.seed));
    text += line("backbone", row.backbone);
    text += line("tasks", row.suite);
    text += line("created", formatDate(row.created));
    text += line("steps", fmt::format("{} of {}, {}", row.stepsDone, row.stepsPlanned,
                                      formatNumber(row.activeSeconds, Quantity::Seconds)));
    text += line("spec", row.specHash);
    text += line("folder", row.directory);
    if (!row.lineageParent.empty())
        text += line("from", fmt::format("{} after task {}", row.lineageParent, row.lineageAfterTask));
    text += line("tags", fmt::format("{}", fmt::join(row.tags, " ")));
    text += line("note", row.note);
    return text;
}

struct ShowOptions {
    std::string run;
    RunPlace place;
    References references;
    bool spec = false;
    bool json = false;
};

void show(const ShowOptions& options) {
    const FoundRun found = findStored(options.run, options.place);
    std::vector<ExportRun> runs = {found.forExport()};
    addReferences(runs, options.references, options.place);
    const ExportRun& run = runs.front();
    const Store& store = *found.store;
    if (options.spec) {
        print(pretty(readJsonFile(found.directory().specFile())));
        return;
    }
    const std::vector<TaskRow> tasks = store.tasks(run.row.id);
    const auto warnings = store.warnings(run.row.id);
    if (options.json) {
        Json json = runJson(run);
        json["matrix"] = matrixJson(run.matrix);
        json["task_table"] = toJson(tasksTable(runs, {tasks}))["rows"];
        json["warning_list"] = Json::array();
        for (const WarningRaised& warning : warnings)
            json["warning_list"].push_back({{"code", warning.code},
                                            {"task", warning.task},
                                            {"step", warning.step},
                                            {"message", warning.message}});
        print(pretty(json));
        return;
    }
    std::string text = describe(run);
    if (!tasks.empty()) {
        Table table = withoutEmptyColumns(tasksTable(runs, {tasks}));
        table.comments.clear();
        text += "\n" + toText(table);
    }
    if (!store.cells(run.row.id).empty())
        text += "\n" + matrixText(run.matrix) + "\n" + metricsText(run.matrix, run.references, true);
    for (const WarningRaised& warning : warnings)
        text += fmt::format("\nwarning, task {} step {}: {}\n", warning.task, warning.step, warning.message);
    print(text);
}

void addShow(CLI::App& app) {
    auto options = std::make_shared<ShowOptions>();
    CLI::App* command = app.add_subcommand("show", "State, tasks, matrix, metrics and warnings of a run");
    command->add_option("run", options->run, kRunHelp)->required();
    addPlaceOptions(*command, options->place);
    addReferenceOptions(*command, options->references);
    command->add_flag("--spec", options->spec, "Print the complete spec instead");
    command->add_flag("--json", options->json, "Print JSON");
    command->footer(
        "Examples:\n  jumplora show latest\n  jumplora show quickstart-ella-jumplora --json\n"
        "  jumplora show order1-ella --single order1-per-task --multi-task order1-all");
    command->callback([options] { show(*options); });
}

struct CompareOptions {
    std::vector<std::string> runs;
    RunPlace place;
    References references;
    std::vector<std::string> what = {"config", "metrics", "final"};
    std::string baseline;
    bool separate = false;
    TableOutput output;
};

std::size_t baselineGroup(const CompareOptions& options, const std::vector<ExportRun>& runs,
                          const std::vector<SeedGroup>& groups) {
    const std::string id = findStored(options.baseline, options.place).row.id;
    for (std::size_t g = 0; g < groups.size(); ++g)
        for (const std::size_t member : groups[g].runs)
            if (runs[member].row.id == id) return g;
    fail(ErrorKind::Input, "--baseline: run {} is not one of the compared runs", id);
}

void compare(const CompareOptions& options) {
    std::vector<ExportRun> runs;
    for (const FoundRun& found : findStored(options.runs, options.place)) runs.push_back(found.forExport());
    addReferences(runs, options.references, options.place);
    const auto groups = groupSeeds(runs, !options.separate);
    const bool forPeople = options.output.chosen() == "text";
    std::vector<Table> tables;
    std::vector<std::string> names;
    const auto add = [&](const std::string& name, Table table) {
        if (forPeople) table.comments.clear();
        tables.push_back(std::move(table));
        names.push_back(name);
    };
    for (const std::string& what : options.what) {
        // A single experiment has nothing that differs.
        if (what == "config" && groups.size() > 1) add(what, configTable(runs, groups));
        if (what == "metrics") add(what, withoutEmptyColumns(metricsTable(runs, groups)));
        if (what == "final") add(what, finalTable(runs, groups));
    }
    if (!options.baseline.empty())
        add("difference", differenceTable(runs, groups, baselineGroup(options, runs, groups)));
    if (forPeople) {
        for (const SeedGroup& group : groups)
            for (const std::size_t repeat : group.repeats)
                note(fmt::format("run {} repeats seed {} of \"{}\" and is not counted", runs[repeat].row.id,
                                 runs[repeat].row.seed, group.label));
    }
    options.output.write(tables, names);
}

void addCompare(CLI::App& app) {
    auto options = std::make_shared<CompareOptions>();
    CLI::App* command =
        app.add_subcommand("compare", "Runs side by side: settings that differ, metrics, final accuracies");
    command->add_option("runs", options->runs, "Runs, as for show")->required()->expected(1, -1);
    addPlaceOptions(*command, options->place);
    addReferenceOptions(*command, options->references);
    command->add_option("--what", options->what, "config, metrics, final (default: all three)")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->check(oneOf({"config", "metrics", "final"}));
    command->add_option("--baseline", options->baseline,
                        "One of the runs: adds the differences to it, over seeds with a 95 % interval");
    command->add_flag("--separate", options->separate,
                      "Every run by itself (default: runs that differ in the seed alone are one line, mean "
                      "± sample standard deviation)");
    addTableOptions(*command, options->output);
    command->footer(
        "Examples:\n  jumplora compare quickstart-inclora quickstart-ella-jumplora\n"
        "  jumplora compare $(jumplora list --tag paper --ids) --what final --format latex -o table.tex\n"
        "The best value of a column is marked * (bold in LaTeX).");
    command->callback([options] { compare(*options); });
}

}  // namespace

void addShowCommands(CLI::App& app) {
    addShow(app);
    addCompare(app);
}

}  // namespace jumplora::cli
