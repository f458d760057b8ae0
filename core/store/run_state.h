// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>

namespace jumplora {

// Whether a process of this number exists on this machine.
bool processIsAlive(std::int64_t pid);

// The state a stored run is in now: "running" of a vanished process is "lost". pid 0 = unknown.
std::string liveState(const std::string& state, std::int64_t pid);

}  // namespace jumplora
