// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "peft/model_folder.h"
#include "train/evaluate_run.h"

#include <filesystem>
#include <string>
#include <vector>

namespace jumplora {

inline constexpr std::int64_t kLastTask = -1;

struct ModelExport {
    ModelFolderReport folder;
    std::vector<std::string> notes;
};

// Writes the model of a run after a task (a row of its matrix; 0 = the plain backbone,
// kLastTask = the last one with an adapter) as a complete Hugging
// Face folder: base weights with the adapters of all tasks that belong to it merged, as the run itself
// merges. Throws what StoredModel and writeModelFolder throw.
ModelExport exportModel(const RunDirectory& run, std::int64_t afterTask, const StoredModelOptions& options,
                        const std::string& dtype, const std::filesystem::path& output);

}  // namespace jumplora
