// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"
#include "cli/command.h"
#include "cli/output.h"
#include "data/task.h"
#include "method/method_info.h"
#include "model/doctor.h"

namespace jumplora::cli {
namespace {

std::string methodText(const MethodInfo& info) {
    std::string text = fmt::format("{} ({}): {}\n  source: {}; gate: {}\n", info.key, info.name, info.summary,
                                   info.source, info.gate);
    for (const ParamInfo& p : info.params) {
        std::string about = p.help;
        const std::string range =
            p.choices.empty() ? describeRange(p) : fmt::format("one of {}", fmt::join(p.choices, ", "));
        if (!range.empty()) about += fmt::format(" ({})", range);
        text += fmt::format("  {:<16} default {:<14} {}\n", p.key, p.defaultValue.dump(), about);
    }
    return text;
}

Json methodJson(const MethodInfo& info) {
    Json params = Json::array();
    for (const ParamInfo& p : info.params)
        params.push_back({{"key", p.key},
                          {"label", p.label},
                          {"default", p.defaultValue},
                          {"minimum", p.minimum ? Json(*p.minimum) : Json(nullptr)},
                          {"maximum", p.maximum ? Json(*p.maximum) : Json(nullptr)},
                          {"choices", p.choices},
                          {"unit", p.unit},
                          {"help", p.help},
                          {"source", p.source}});
    return {{"key", info.key},       {"name", info.name}, {"summary", info.summary},
            {"source", info.source}, {"gate", info.gate}, {"params", params}};
}

void addMethods(CLI::App& app) {
    struct Options {
        std::vector<std::string> methods;
        bool json = false;
    };
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand("methods", "Continual-learning methods and their parameters");
    command->add_option("method", options->methods, "Only these (default: all)");
    command->add_flag("--json", options->json, "Print JSON");
    command->footer("Examples:\n  jumplora methods ella\n  jumplora methods --json");
    command->callback([options] {
        std::vector<MethodInfo> infos = methodInfos();
        if (!options->methods.empty()) {
            infos.clear();
            for (const std::string& key : options->methods) infos.push_back(methodInfo(key, "method"));
        }
        Json all = Json::array();
        for (const MethodInfo& info : infos) {
            if (options->json)
                all.push_back(methodJson(info));
            else
                print(methodText(info));
        }
        if (options->json) print(pretty(all));
    });
}

struct TaskListOptions {
    std::string file = "builtin", root, split = "test";
    std::int64_t examples = 0;
    bool json = false;
};

void listTasks(const TaskListOptions& options) {
    const auto suite = openSuite(options.file, options.root);
    Json all = Json::array();
    for (std::size_t i = 0; i < suite->tasks().size(); ++i) {
        const TaskInfo& task = suite->tasks()[i];
        Json json = {{"name", task.name},
                     {"instruction", task.instruction},
                     {"options", task.options},
                     {"max_samples", task.maxSamples ? Json(*task.maxSamples) : Json(nullptr)},
                     {"rows", Json::object()}};
        std::string text;
        std::string problem;
        for (const Split split : {Split::Train, Split::Dev, Split::Test}) {
            try {
                const std::size_t rows = suite->load(i, split, {}).size();
                text += fmt::format("{} {:<6} ", splitName(split), rows);
                json["rows"][splitName(split)] = rows;
            } catch (const Error& e) {
                text += fmt::format("{} {:<6} ", splitName(split), "-");
                json["rows"][splitName(split)] = nullptr;
                if (split != Split::Dev) problem = e.what();
            }
        }
        if (options.examples > 0) {
            json["examples"] = Json::array();
            for (const Example& example : suite->load(i, parseSplit(options.split), options.examples))
                json["examples"].push_back({{"prompt", example.prompt}, {"label", example.label}});
        }
        if (!options.json) {
            print(fmt::format("{:<12} {}options: {}\n", task.name, text, fmt::join(task.options, " | ")));
            if (!problem.empty()) note(fmt::format("warning: {}", problem));
            for (const Json& example : json.value("examples", Json::array()))
                print(fmt::format("{}\n  label: {}\n\n", example["prompt"].get<std::string>(),
                                  example["label"].get<std::string>()));
        }
        all.push_back(std::move(json));
    }
    if (options.json) print(pretty(all));
}

void addTasks(CLI::App& app) {
    auto options = std::make_shared<TaskListOptions>();
    CLI::App* command = app.add_subcommand("tasks", "Tasks of a task file, with their rows and options");
    command->add_option("file", options->file, "Task file (default: the built-in tasks)");
    command->add_option("--root", options->root, "Folder that its paths are relative to");
    command
        ->add_option("--examples", options->examples, "Print the first rows of each as the model sees them")
        ->check(CLI::PositiveNumber);
    command->add_option("--split", options->split, "Of the examples: test (default), dev, train")
        ->check(oneOf({"test", "dev", "train"}));
    command->add_flag("--json", options->json, "Print JSON");
    command->footer(
        "Examples:\n  jumplora tasks\n  jumplora tasks orders/short_order_1.json --root data\n"
        "  jumplora tasks --examples 2");
    command->callback([options] { listTasks(*options); });
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
    command->footer("Examples:\n  jumplora doctor\n  jumplora doctor --quick --json");
    command->callback([options] {
        const MachineReport report = inspectMachine(!options->quick);
        print(options->json ? pretty(toJson(report)) : toText(report));
    });
}

}  // namespace

void addInspectCommands(CLI::App& app) {
    addMethods(app);
    addTasks(app);
    addDoctor(app);
}

}  // namespace jumplora::cli
