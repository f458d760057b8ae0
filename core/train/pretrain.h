// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>

namespace jumplora {

struct PretrainProgress {
    const char* stage;
    std::int64_t step;
    std::int64_t steps;  // of the whole pretraining
    double loss;         // of this step
    double secondsPerStep;
};

struct PretrainOptions {
    std::uint64_t seed = 1;
    double scale = 1.0;  // share of the recipe's steps; below 1 only to try the program
};

// Makes the built-in backbone from scratch: folder with config.json, model.safetensors (float16),
// spiece.model and tokenizer_config.json. Returns the accuracy of prompted attribute reading on fresh
// examples.
double pretrainBuiltinBackbone(const std::filesystem::path& folder, const PretrainOptions& options,
                               const std::function<void(const PretrainProgress&)>& progress);

}  // namespace jumplora
