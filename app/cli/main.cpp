// SPDX-License-Identifier: Apache-2.0
#include "base/blas.h"
#include "base/error.h"
#include "cli/command.h"

#include <cstdio>

int main(int argc, char** argv) {
    using namespace jumplora;
    ensureFastBlas(argv);
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
    cli::addInspectCommands(app);
    cli::addModelCommands(app);
    cli::addVerifyCommands(app);
    try {
        app.parse(argc, argv);
        return cli::kOk;
    } catch (const CLI::ParseError& e) {
        const int code = app.exit(e);
        return code == 0 ? cli::kOk : cli::kBadInput;
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
