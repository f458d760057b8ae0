// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>

namespace jumplora {

// The state a stored run is in now: "running" is "lost" when nobody works on it (runIsAlive). pid 0 =
// unknown.
std::string liveState(const std::string& state, std::int64_t pid, const std::filesystem::path& directory);

}  // namespace jumplora
