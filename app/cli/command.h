// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <CLI/CLI.hpp>

#include <string>

namespace jumplora::cli {

// Exit codes of every command.
enum ExitCode : int {
    kOk = 0,
    kCheckFailed = 1,  // verify found a difference, a run failed
    kBadInput = 2,     // an option, a spec or a file is wrong
    kIoFailed = 3,     // the system refused to read or write; disk or memory full
    kPaused = 4,       // a run was paused or stopped and can be resumed
};

// Thrown by commands to end with a code without a message.
struct Exit {
    int code;
};

// One function per group of commands; each adds its subcommands to the program.
void addRunCommands(CLI::App& app);
void addListCommands(CLI::App& app);
void addShowCommands(CLI::App& app);
void addPredictionCommands(CLI::App& app);
void addEvaluateCommands(CLI::App& app);
void addGenerateCommands(CLI::App& app);
void addExportCommands(CLI::App& app);
void addInspectCommands(CLI::App& app);
void addTaskCommands(CLI::App& app);
void addTransferCommands(CLI::App& app);
void addTensorBoardCommands(CLI::App& app);
void addBackboneCommands(CLI::App& app);
void addModelCommands(CLI::App& app);
void addPeftCommands(CLI::App& app);
void addVerifyCommands(CLI::App& app);
void addBenchCommands(CLI::App& app);
void addManualCommands(CLI::App& app);

}  // namespace jumplora::cli
