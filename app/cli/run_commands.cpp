// SPDX-License-Identifier: Apache-2.0
#include "analysis/metrics.h"
#include "base/error.h"
#include "base/file.h"
#include "cli/command.h"
#include "cli/load_line.h"
#include "cli/matrix_text.h"
#include "cli/progress.h"
#include "cli/run_control.h"
#include "cli/run_lookup.h"
#include "method/method_info.h"
#include "runner/local_run.h"
#include "train/experiment.h"
#include "train/run_state.h"

#include <csignal>
#include <cstdio>

namespace jumplora::cli {
namespace {

RunControl control;

// The first Ctrl+C pauses at the next step, the second ends at once (the last checkpoint stays).
void onSignal(int signal) {
    if (control.pause) {
        std::signal(signal, SIG_DFL);
        std::raise(signal);
    }
    control.pause = true;
}

// What a program that started this one asks for: SIGQUIT (Ctrl+\) stops, SIGUSR1 stops after the task,
// SIGUSR2 writes a checkpoint.
void onRequest(int signal) {
    if (signal == SIGUSR1) {
        control.stopAfterTask = true;
    } else if (signal == SIGUSR2) {
        control.checkpointNow = true;
    } else {
        control.stop = true;
    }
}

void obeySignals() {
    std::signal(SIGINT, onSignal);
    std::signal(SIGTERM, onSignal);
    for (const int each : {SIGQUIT, SIGUSR1, SIGUSR2}) std::signal(each, onRequest);
}

struct RunOptions {
    std::string file, runs, into, db, name, tasks, root, backbone, from;
    std::vector<std::string> set;
    std::int64_t afterTask = 0;
    bool json = false;
    bool quiet = false;
    bool dryRun = false;
};

void printResult(const RunDirectory& directory, const std::string& state, bool json) {
    const AccuracyMatrix matrix = AccuracyMatrix::fromEvents(directory.readEvents());
    if (json) {
        Json metrics = Json::object();
        for (const MetricInfo& info : metricInfos()) {
            const auto value = info.compute(matrix, {}).value;
            if (value) metrics[info.key] = *value;
        }
        const Json line = {{"run", directory.path().filename().string()},
                           {"directory", std::filesystem::absolute(directory.path()).string()},
                           {"state", state},
                           {"metrics", metrics}};
        std::printf("%s\n", line.dump().c_str());
    } else {
        std::printf("\n%s (%s)\n%s%s", directory.path().filename().string().c_str(), state.c_str(),
                    matrixText(matrix).c_str(), metricsText(matrix).c_str());
    }
    std::fflush(stdout);
}

// Runs and prints; true unless it was paused or stopped.
bool runOne(const RunDirectory& directory, const RunOptions& options) {
    const std::string state = runInForeground(directory, options.db, options.quiet);
    printResult(directory, state, options.json);
    return state == "finished";
}

std::vector<RunSpec> specsOf(const RunOptions& options) {
    std::vector<std::string> overrides = options.set;
    const auto add = [&](const char* key, const std::string& value) {
        if (!value.empty()) overrides.push_back(fmt::format("{}={}", key, Json(value).dump()));
    };
    add("suite.tasks", options.tasks);
    add("suite.root", options.root);
    add("backbone.path", options.backbone);
    auto specs = readExperiment(options.file, overrides);
    if (!options.name.empty()) {
        for (RunSpec& spec : specs)
            spec.name = specs.size() == 1 ? options.name : options.name + "-" + spec.name;
    }
    return specs;
}

// A folder chosen for this run. It may hold the run's spec and nothing else: when the run cannot be prepared,
// it is removed with all that is in it.
RunDirectory emptyRunDirectory(const std::filesystem::path& folder) {
    makeFolder(folder);
    RunDirectory directory(folder);
    for (const auto& entry : std::filesystem::directory_iterator(folder))
        if (entry.path() != directory.specFile())
            fail(ErrorKind::State,
                 "{}: is not empty. Choose a new folder; `jumplora resume` goes on with a run.",
                 folder.string());
    return directory;
}

void runAll(const RunOptions& options) {
    const auto specs = specsOf(options);
    if (options.dryRun) {
        for (const RunSpec& spec : specs) std::printf("%s\n", toJson(spec).dump(2).c_str());
        return;
    }
    if (!options.from.empty() && specs.size() != 1)
        fail(ErrorKind::Input, "--from continues one run, the file describes {}", specs.size());
    if (!options.into.empty() && specs.size() != 1)
        fail(ErrorKind::Input, "--into names the folder of one run, the file describes {}", specs.size());
    bool failed = false;
    for (const RunSpec& spec : specs) {
        const RunDirectory directory = options.into.empty()
                                           ? createRunDirectory(runsFolder(options.runs), spec)
                                           : emptyRunDirectory(options.into);
        try {
            if (options.from.empty()) {
                prepareRun(directory, spec, options.quiet ? LoadProgress{} : loadLine(spec.backbone.path));
            } else {
                forkRun(findRun(options.from, options.runs, options.db), options.afterTask, directory, spec);
            }
        } catch (...) {
            // Nothing was computed yet: no half-made folder stays behind.
            std::error_code ignored;
            std::filesystem::remove_all(directory.path(), ignored);
            throw;
        }
        try {
            if (!runOne(directory, options)) throw Exit{kPaused};
        } catch (const Error& e) {
            if (specs.size() == 1) throw;
            std::fprintf(stderr, "error: run %s: %s\n", spec.name.c_str(), e.what());
            failed = true;
        }
    }
    if (failed) throw Exit{kCheckFailed};
}

void addRun(CLI::App& app) {
    auto options = std::make_shared<RunOptions>();
    CLI::App* run =
        app.add_subcommand("run", "Run an experiment file: learn the tasks, evaluate, print the matrix");
    run->add_option("file", options->file, "Experiment file (docs/run-spec.md)")
        ->required()
        ->check(CLI::ExistingFile);
    run->add_option("--set", options->set, "Set a key of the spec: --set adapter.rank=16 (repeatable)")
        ->allow_extra_args(false);
    run->add_option("--tasks", options->tasks, "Task file (suite.tasks)");
    run->add_option("--root", options->root, "Folder of the data (suite.root)");
    run->add_option("--backbone", options->backbone, "Checkpoint folder (backbone.path)");
    run->add_option("--name", options->name, "Name of the run");
    run->add_option("--runs", options->runs, "Folder of the runs (default: runs/ in the data folder)");
    run->add_option("--into", options->into, "Folder of this one run, instead of a new one below --runs")
        ->excludes("--runs");
    auto* from = run->add_option("--from", options->from, "Go on from a finished task of this run");
    run->add_option("--after-task", options->afterTask, "The task to go on after, from 1")->needs(from);
    run->add_option("--db", options->db, "Index of the runs (default: workbench.sqlite in the data folder)");
    run->add_flag("--json", options->json, "Print one JSON line per run");
    run->add_flag("--quiet", options->quiet, "No progress");
    run->add_flag("--dry-run", options->dryRun, "Print the complete specs and stop");
    run->footer(
        "Examples:\n  jumplora run experiments/quickstart.json\n"
        "  jumplora run experiments/order_1.json --tasks orders/short_order_1.json --root data --backbone "
        "t5-large\n"
        "  jumplora run longer.json --from order1-2026 --after-task 4\n"
        "Ctrl+C pauses after the step; `jumplora resume` goes on. Ctrl+\\ stops; SIGUSR1 stops after the "
        "task, SIGUSR2 writes a checkpoint.");
    run->callback([options] {
        obeySignals();
        runAll(*options);
    });
}

void addResume(CLI::App& app) {
    auto options = std::make_shared<RunOptions>();
    CLI::App* resume = app.add_subcommand("resume", "Go on with a paused, stopped, lost or failed run");
    resume->add_option("run", options->file, kRunHelp)->required();
    resume->add_option("--runs", options->runs, "Folder of the runs");
    resume->add_option("--db", options->db,
                       "Index of the runs (default: workbench.sqlite in the data folder)");
    resume->add_flag("--json", options->json, "Print one JSON line");
    resume->add_flag("--quiet", options->quiet, "No progress");
    resume->footer("Examples:\n  jumplora resume order1-20260304\n  jumplora resume latest");
    resume->callback([options] {
        obeySignals();
        const RunDirectory directory = findRun(options->file, options->runs, options->db);
        const RunState state = readState(directory);
        if (state.state == "finished")
            fail(ErrorKind::State, "{}: is finished; nothing is left to do", directory.path().string());
        if (state.state == "running")
            fail(ErrorKind::State, "{}: is being run by process {}", directory.path().string(), state.pid);
        if (!runOne(directory, *options)) throw Exit{kPaused};
    });
}

void addSpec(CLI::App& app) {
    struct SpecOptions {
        std::vector<std::string> set;
        std::string out;
    };
    auto options = std::make_shared<SpecOptions>();
    CLI::App* spec = app.add_subcommand("spec", "Write a complete spec from options");
    spec->add_option("--set", options->set, "Set a key: --set method.type=ella (repeatable)")
        ->allow_extra_args(false);
    spec->add_option("-o,--output", options->out, "File (default: standard output)");
    spec->footer("Example:\n  jumplora spec --set name=mine --set method.type=olora -o mine.json");
    spec->callback([options] {
        Json json = Json::object();
        for (const auto& assignment : options->set) applyOverride(json, assignment);
        const std::string text = toJson(parseRunSpec(json)).dump(2) + "\n";
        if (options->out.empty()) {
            std::fputs(text.c_str(), stdout);
        } else {
            writeFileAtomically(options->out, text);
        }
    });
}

}  // namespace

std::string runInForeground(const RunDirectory& directory, const std::string& database, bool quiet) {
    obeySignals();
    ProgressDisplay display(directory);
    std::vector<EventListener*> listeners;
    if (!quiet) listeners.push_back(&display);
    LocalRunOptions local;
    local.database = database;
    local.onProblem = [](const std::string& problem) {
        std::fprintf(stderr, "warning: %s\n", problem.c_str());
    };
    if (!quiet) control.loading = loadLine("the backbone");
    return runLocally(directory, listeners, control, local);
}

void addRunCommands(CLI::App& app) {
    addRun(app);
    addResume(app);
    addSpec(app);
}

}  // namespace jumplora::cli
