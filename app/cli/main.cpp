// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"
#include "base/param.h"
#include "base/start_up.h"
#include "cli/command.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>

namespace {

// The command that was reached: where an unknown option stands.
const CLI::App* deepest(const CLI::App& app) {
    const auto chosen = app.get_subcommands();
    return chosen.empty() ? &app : deepest(*chosen.front());
}

// What could have been meant by the arguments that nothing takes.
std::string suggestion(const CLI::App& app) {
    const CLI::App* command = deepest(app);
    std::vector<std::string> known;
    for (const CLI::Option* option : command->get_options())
        for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
    for (const CLI::App* each : command->get_subcommands([](const CLI::App*) { return true; }))
        known.push_back(each->get_name());
    for (const std::string& argument : app.remaining(true)) {
        const std::string near = jumplora::nearestName(argument.substr(0, argument.find('=')), known);
        if (!near.empty()) return fmt::format("Did you mean \"{}\"?\n", near);
    }
    return {};
}

// Exit code of a command line that does not fit, after saying why; 0 for --help and --version.
int refuse(const CLI::App& app, const CLI::ParseError& error) {
    const auto unknown = app.remaining(true);
    const bool needsCommand = deepest(app)->get_require_subcommand_min() > 0;
    // CLI11 would only say that a command is missing.
    if (needsCommand && !unknown.empty() && !unknown.front().starts_with('-')) {
        std::fprintf(stderr, "error: \"%s\" is no command; see %s --help\n", unknown.front().c_str(),
                     deepest(app)->get_name().c_str());
    } else if (app.exit(error) == 0) {
        return jumplora::cli::kOk;
    }
    std::fputs(suggestion(app).c_str(), stderr);
    return jumplora::cli::kBadInput;
}

// Commands that are worth a restart for faster threads.
bool computes(int argc, char** argv) {
    constexpr std::array kCommands = {"run",   "resume", "evaluate", "generate",
                                      "bench", "verify", "pretrain", "reproduce"};
    return argc > 1 &&
           std::find(kCommands.begin(), kCommands.end(), std::string_view(argv[1])) != kCommands.end();
}

}  // namespace

int main(int argc, char** argv) {
    using namespace jumplora;
    prepareProcess(argv, computes(argc, argv));
    CLI::App app{"Continual learning of language models with sparse LoRA adapters.", "jumplora"};
    app.set_version_flag("--version", std::string("jumplora ") + JUMPLORA_VERSION);
    app.require_subcommand(1);
    app.get_formatter()->column_width(34);
    app.footer(
        "Examples:\n"
        "  jumplora run experiments/quickstart.json\n"
        "  jumplora run spec.json --set method.type=ella --set gate.type=jumprelu\n"
        "  jumplora export order1 --what matrix --format latex\n"
        "Exit codes: 0 done, 1 a check or a run failed, 2 wrong input, 3 reading or writing failed, 4 paused "
        "or stopped.");
    cli::addRunCommands(app);
    cli::addListCommands(app);
    cli::addShowCommands(app);
    cli::addPredictionCommands(app);
    cli::addEvaluateCommands(app);
    cli::addGenerateCommands(app);
    cli::addExportCommands(app);
    cli::addInspectCommands(app);
    cli::addTaskCommands(app);
    cli::addTransferCommands(app);
    cli::addTensorBoardCommands(app);
    cli::addBackboneCommands(app);
    cli::addModelCommands(app);
    cli::addPeftCommands(app);
    cli::addVerifyCommands(app);
    cli::addBenchCommands(app);
    cli::addManualCommands(app);
    try {
        app.parse(argc, argv);
        return cli::kOk;
    } catch (const CLI::ParseError& e) {
        return refuse(app, e);
    } catch (const cli::Exit& e) {
        return e.code;
    } catch (const Error& e) {
        std::fprintf(stderr, "error: %s\n", e.what());
        switch (e.kind()) {
            case ErrorKind::Io:
            case ErrorKind::Resource:
                return cli::kIoFailed;
            case ErrorKind::Numeric:
                return cli::kCheckFailed;
            default:
                return cli::kBadInput;
        }
    } catch (const std::exception& e) {
        const std::string message = e.what();
        std::fprintf(stderr, "error: %s\n", message.substr(0, message.find('\n')).c_str());
        return cli::kIoFailed;
    }
}
