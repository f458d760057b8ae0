// SPDX-License-Identifier: Apache-2.0
#include "analysis/metrics.h"
#include "base/error.h"
#include "cli/command.h"
#include "cli/matrix_text.h"
#include "cli/run_lookup.h"
#include "data/task.h"
#include "method/method_info.h"
#include "model/doctor.h"
#include "train/run_state.h"

#include <algorithm>
#include <cstdio>

namespace jumplora::cli {
namespace {

void print(const std::string& text) { std::fputs(text.c_str(), stdout); }

void addShow(CLI::App& app) {
    struct Options {
        std::string run, runs;
    };
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("show", "State, matrix and metrics of a run");
    command->add_option("run", options->run, "Run: folder, id, or the beginning of an id")->required();
    command->add_option("--runs", options->runs, "Folder of the runs");
    command->footer("Example:\n  jumplora show quickstart-ella");
    command->callback([options] {
        const RunDirectory directory = findRun(options->run, options->runs);
        const RunState state = readState(directory);
        const AccuracyMatrix matrix = AccuracyMatrix::fromEvents(directory.readEvents());
        print(fmt::format("{}\nstate {} since {}{}{}\n{}{}", directory.path().filename().string(),
                          state.state, state.updated, state.message.empty() ? "" : ": ", state.message,
                          matrixText(matrix), metricsText(matrix)));
    });
}

void addList(CLI::App& app) {
    auto runs = std::make_shared<std::string>();
    CLI::App* command = app.add_subcommand("list", "Runs in the runs folder");
    command->add_option("--runs", *runs, "Folder of the runs");
    command->footer("Example:\n  jumplora list");
    command->callback([runs] {
        std::vector<std::filesystem::path> folders;
        if (std::filesystem::is_directory(runsFolder(*runs))) {
            for (const auto& entry : std::filesystem::directory_iterator(runsFolder(*runs))) {
                if (std::filesystem::exists(entry.path() / "run.json")) folders.push_back(entry.path());
            }
        }
        std::sort(folders.begin(), folders.end());
        for (const auto& folder : folders) {
            const RunDirectory directory(folder);
            try {
                print(fmt::format("{:<10} {}\n", readState(directory).state, folder.filename().string()));
            } catch (const Error& e) {
                print(fmt::format("{:<10} {}: {}\n", "damaged", folder.filename().string(), e.what()));
            }
        }
        if (folders.empty()) print(fmt::format("no runs in {}\n", runsFolder(*runs).string()));
    });
}

void addMethods(CLI::App& app) {
    auto json = std::make_shared<bool>(false);
    CLI::App* command = app.add_subcommand("methods", "Continual-learning methods and their parameters");
    command->add_flag("--json", *json, "Print JSON");
    command->footer("Example:\n  jumplora methods --json");
    command->callback([json] {
        Json list = Json::array();
        for (const MethodInfo& info : methodInfos()) {
            Json params = Json::array();
            std::string text = fmt::format("{} ({}): {}\n  source: {}; gate: {}\n", info.key, info.name,
                                           info.summary, info.source, info.gate);
            for (const ParamInfo& p : info.params) {
                text += fmt::format("  {:<16} default {:<14} {}\n", p.key, p.defaultValue.dump(), p.help);
                params.push_back(
                    {{"key", p.key}, {"label", p.label}, {"default", p.defaultValue}, {"help", p.help}});
            }
            if (!*json) print(text);
            list.push_back({{"key", info.key},
                            {"name", info.name},
                            {"summary", info.summary},
                            {"source", info.source},
                            {"gate", info.gate},
                            {"params", params}});
        }
        if (*json) print(list.dump(2) + "\n");
    });
}

void addTasks(CLI::App& app) {
    struct Options {
        std::string file = "builtin", root;
    };
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("tasks", "Tasks of a task file, with their rows");
    command->add_option("file", options->file, "Task file (default: the built-in tasks)");
    command->add_option("--root", options->root, "Folder that its paths are relative to");
    command->footer("Example:\n  jumplora tasks orders/short_order_1.json");
    command->callback([options] {
        const auto suite = openSuite(options->file, options->root);
        for (std::size_t i = 0; i < suite->tasks().size(); ++i) {
            const TaskInfo& task = suite->tasks()[i];
            std::string rows;
            for (const Split split : {Split::Train, Split::Dev, Split::Test}) {
                try {
                    rows += fmt::format(" {} {}", splitName(split), suite->load(i, split, {}).size());
                } catch (const Error&) {
                    rows += fmt::format(" {} -", splitName(split));
                }
            }
            print(fmt::format("{:<12}{}  options: {}\n", task.name, rows, fmt::join(task.options, " | ")));
        }
    });
}

void addDoctor(CLI::App& app) {
    struct Options {
        bool json = false;
        bool quick = false;
    };
    auto options = std::make_shared<Options>();
    CLI::App* command =
        app.add_subcommand("doctor", "What this machine computes with, measured, and what to do about it");
    command->add_flag("--json", options->json, "Print JSON");
    command->add_flag("--quick", options->quick, "Measure nothing");
    command->footer("Example:\n  jumplora doctor");
    command->callback([options] {
        const MachineReport report = inspectMachine(!options->quick);
        print(options->json ? toJson(report).dump(2) + "\n" : toText(report));
    });
}

}  // namespace

void addInspectCommands(CLI::App& app) {
    addList(app);
    addShow(app);
    addMethods(app);
    addTasks(app);
    addDoctor(app);
}

}  // namespace jumplora::cli
