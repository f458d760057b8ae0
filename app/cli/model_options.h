// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "train/evaluate_run.h"
#include "train/text_model.h"

#include <CLI/CLI.hpp>

namespace jumplora::cli {

// --device, --precision, --threads, --other-backbone.
void addModelOptions(CLI::App& command, StoredModelOptions& model);

// What help says of the values that are not given.
struct GenerationDefaults {
    const char* batch;
    const char* answer;
    const char* source;
};

// --batch-size, --max-new-tokens, --max-source-length.
void addGenerationOptions(CLI::App& command, GenerationOptions& generation,
                          const GenerationDefaults& defaults);

// The same for a backbone without a run.
TextModelOptions textModelOptions(const StoredModelOptions& options);

}  // namespace jumplora::cli
