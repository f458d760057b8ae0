// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "peft/model_folder.h"
#include "weights/load_progress.h"

#include <filesystem>
#include <functional>
#include <string>

namespace jumplora {

// What an adapter of peft changes of a backbone.
struct AdapterSummary {
    std::string architecture;  // of the backbone
    std::string baseModel;     // as adapter_config.json names it; may be empty
    std::int64_t modules = 0;
    std::int64_t replaced = 0;    // weights stored as a whole
    std::int64_t parameters = 0;  // of the adapter
    std::int64_t smallestRank = 0, largestRank = 0;
    double smallestScaling = 0, largestScaling = 0;
};

// Reads an adapter for a backbone (folder, or "builtin") and says what it changes. Throws what LoraAdapter
// and loadBackbone throw.
AdapterSummary describeAdapter(const std::filesystem::path& adapter, const std::string& backbone,
                               const LoadProgress& progress = {});

// Merges an adapter into a backbone and writes the result as a Hugging Face folder, which runs take as their
// backbone. Merged in float32, stored in `dtype` (peft/model_folder.h).
ModelFolderReport importAdapter(const std::filesystem::path& adapter, const std::string& backbone,
                                const std::filesystem::path& output, const std::string& dtype,
                                const LoadProgress& progress = {});

// For TextModelOptions::prepare: merges the adapter of a folder.
std::function<void(Backbone&)> mergingAdapter(const std::filesystem::path& adapter);

}  // namespace jumplora
