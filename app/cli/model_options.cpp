// SPDX-License-Identifier: Apache-2.0
#include "cli/model_options.h"

#include "base/error.h"
#include "cli/output.h"

namespace jumplora::cli {

void addModelOptions(CLI::App& command, StoredModelOptions& model) {
    command.add_option("--device", model.device, "cpu, cuda, cuda:1 (default: as the run, else cpu)");
    command
        .add_option("--precision", model.precision,
                    "float32, bfloat16 or float64 (default: as the run, else float32)")
        ->check(oneOf({"float32", "bfloat16", "float64"}));
    command.add_option("--threads", model.threads, "Threads (default: as the run, else all cores)")
        ->check(CLI::NonNegativeNumber);
    command.add_flag("--other-backbone", model.otherBackbone,
                     "Go on although the backbone's files are not those of the run");
}

void addGenerationOptions(CLI::App& command, GenerationOptions& generation,
                          const GenerationDefaults& defaults) {
    const auto add = [&](const char* name, std::optional<std::int64_t>& value, const char* help,
                         const char* otherwise) {
        command.add_option(name, value, fmt::format("{} (default: {})", help, otherwise))
            ->check(CLI::PositiveNumber);
    };
    add("--batch-size", generation.batchSize, "Rows at a time", defaults.batch);
    add("--max-new-tokens", generation.maxNewTokens, "Longest answer in tokens", defaults.answer);
    add("--max-source-length", generation.maxSourceLength, "Longest input in tokens", defaults.source);
}

TextModelOptions textModelOptions(const StoredModelOptions& options) {
    TextModelOptions text;
    if (!options.device.empty()) text.device = options.device;
    if (!options.precision.empty()) text.precision = options.precision;
    text.threads = options.threads.value_or(0);
    return text;
}

}  // namespace jumplora::cli
