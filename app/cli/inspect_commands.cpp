// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"
#include "cli/command.h"
#include "cli/output.h"
#include "method/method_info.h"
#include "model/doctor.h"
#include "model/threads.h"

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
        setComputeThreads();  // as a run does; LibTorch's own default may be fewer
        const MachineReport report = inspectMachine(!options->quick);
        print(options->json ? pretty(toJson(report)) : toText(report));
    });
}

}  // namespace

void addInspectCommands(CLI::App& app) {
    addMethods(app);
    addDoctor(app);
}

}  // namespace jumplora::cli
