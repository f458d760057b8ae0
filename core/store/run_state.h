// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>

namespace jumplora {

// Whether a process of this number exists on this machine.
bool processIsAlive(std::int64_t pid);

// The state a stored run is in now: "running" is "lost" when its process is gone or nobody holds its lock
// (the system may have given its number to another program). pid 0 = unknown.
std::string liveState(const std::string& state, std::int64_t pid, const std::filesystem::path& directory);

}  // namespace jumplora
