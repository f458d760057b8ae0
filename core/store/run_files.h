// SPDX-License-Identifier: Apache-2.0
#pragma once
// Internal to the store room: what the index takes from the files of a run directory.
#include "base/json.h"
#include "store/labels.h"
#include "store/store_types.h"

#include <filesystem>

namespace jumplora {

struct RunFiles {
    RunRow row;  // what run.json, spec.json and state.json say; nothing that events say
    std::int64_t pid = 0;
    std::string provenance;  // JSON text
    std::vector<SpecValue> spec;
    std::vector<Event> events;
    std::optional<Labels> labels;
};

// Throws Error(Io) or Error(Format) naming the file.
RunFiles readRunFiles(const std::filesystem::path& directory);

// Changes whenever one of the files read above does.
std::string sourceStamp(const std::filesystem::path& directory);

// Hash of a spec without name and seed.
std::string groupHash(const Json& spec);

// {"optimizer": {"lr": 1}} -> ("optimizer.lr", "1"); lists and empty objects are values.
std::vector<SpecValue> flattenSpec(const Json& spec);

}  // namespace jumplora
