// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "train/run_directory.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace jumplora {

struct AdapterExportOptions {
    std::int64_t task = 0;                                   // from 1
    bool cumulative = false;                                 // all that tasks 1 to `task` have added
    std::optional<std::int64_t> closestRank = std::nullopt;  // also as the closest pair of this rank
};

struct AdapterExport {
    bool lora = false;    // adapter_config.json and adapter_model.safetensors, which peft loads
    bool sparse = false;  // sparse_update.safetensors, exact
    std::int64_t modules = 0;
    std::int64_t rank = 0;         // of the LoRA pair
    std::int64_t liveEntries = 0;  // of the sparse update
    std::int64_t entries = 0;      // Σ m·n
    // Of the LoRA pair, ‖ΔW − s·BA‖/‖ΔW‖ in the Frobenius norm: over everything and per module. Zero for a
    // pair that is the update itself.
    double relativeError = 0;
    std::vector<std::pair<std::string, double>> moduleErrors;
    std::string base;                // what the update belongs on, as a sentence for people
    std::vector<std::string> notes;  // what is worth knowing about this export
};

// Writes what a finished task of a run added, in the formats of docs/checkpoints.md: a dense update as a peft
// adapter; a masked one, which no pair of low rank is, as its entries, and with `closestRank` also as the
// nearest pair. Needs the stored adapters alone, no backbone. Throws Error(Input) for a task without an
// adapter, for `cumulative` with a method that trains one model per task, and when `output` is not empty.
AdapterExport exportAdapter(const RunDirectory& run, const AdapterExportOptions& options,
                            const std::filesystem::path& output);

}  // namespace jumplora
