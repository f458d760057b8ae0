// SPDX-License-Identifier: Apache-2.0
#pragma once
// Internal to the store room: what a person adds to a run, in its directory as labels.json:
// {"note": "...", "tags": ["..."], "archived": false, "name": "..."}; no name: as the run was started.
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace jumplora {

struct Labels {
    std::string note;
    std::vector<std::string> tags;
    bool archived = false;
    std::string name = {};  // empty: the run's own
};

std::filesystem::path labelsFile(const std::filesystem::path& runDirectory);

// None when there is no readable file: labels never make a run unreadable.
std::optional<Labels> readLabels(const std::filesystem::path& runDirectory);

// Does nothing when the directory is gone or read-only: the index has the labels then.
void writeLabels(const std::filesystem::path& runDirectory, const Labels& labels);

// Throws Error(Input) for a tag that is empty, longer than 64 characters or has control characters.
void checkTag(const std::string& tag);
// The same for a name, up to 255 characters.
void checkName(const std::string& name);

}  // namespace jumplora
