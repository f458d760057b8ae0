// SPDX-License-Identifier: Apache-2.0
#include "cli/command.h"
#include "cli/output.h"
#include "peft/verify_peft.h"

#include <fmt/format.h>

namespace jumplora::cli {
namespace {

using Verifier = VerifyReport (*)(const std::filesystem::path&, const VerifyOptions&);

struct Options {
    std::string path, model, tasks;
    bool float64 = false;
    bool json = false;
};

// A recorded adapter is a forward pass too.
VerifyReport verifyForwardOrPeft(const std::filesystem::path& folder, const VerifyOptions& options) {
    return isRecordedAdapter(folder) ? verifyPeft(folder, options) : verifyForward(folder, options);
}

void add(CLI::App& verify, const char* name, const char* help, Verifier verifier, bool isRun,
         const char* example) {
    auto options = std::make_shared<Options>();
    CLI::App* command = verify.add_subcommand(name, help);
    command->add_option("path", options->path, "Recorded folder or file")
        ->required()
        ->check(CLI::ExistingPath);
    command->add_flag("--float64", options->float64, "Compute in float64");
    command->add_flag("--json", options->json, "Print JSON");
    if (isRun) {
        command->add_option("--model", options->model,
                            "Folder of the model (default: beside the run, as run.json names it)");
        command->add_option("--tasks", options->tasks, "Folder of the tasks (default: beside the run)");
    }
    command->footer(fmt::format("Example:\n  jumplora verify {} {}\nExit code 1 when a limit is exceeded.",
                                name, example));
    command->callback([options, verifier] {
        VerifyOptions verifyOptions;
        verifyOptions.float64 = options->float64;
        verifyOptions.model = options->model;
        verifyOptions.tasks = options->tasks;
        const VerifyReport report = verifier(options->path, verifyOptions);
        print(options->json ? pretty(toJson(report)) : toText(report));
        if (!report.passed()) throw Exit{kCheckFailed};
    });
}

}  // namespace

void addVerifyCommands(CLI::App& app) {
    CLI::App* verify =
        app.add_subcommand("verify", "Prove the numbers on this machine against recorded results");
    verify->require_subcommand(1);
    verify->footer(
        "Example:\n  jumplora verify replay golden/train_jumplora_ella --float64\nExit code 1 when a limit "
        "is exceeded.");
    add(*verify, "forward", "A recorded forward pass of a backbone", verifyForwardOrPeft, false,
        "golden/hf_t5_v1_0");
    add(*verify, "peft", "A recorded adapter of peft: in place and merged", verifyPeft, false,
        "golden/peft_t5");
    add(*verify, "layer", "A recorded gated layer", verifyLayer, false,
        "golden/jumplora_layer/blend.safetensors --float64");
    add(*verify, "replay", "Every step of a recorded run from its recorded state", verifyReplay, true,
        "golden/train_jumplora_ella --float64");
    add(*verify, "freerun", "A recorded run from its initial state", verifyFreerun, true,
        "golden/train_lora_ella --float64 --json");
}

}  // namespace jumplora::cli
