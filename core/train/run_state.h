// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "train/run_directory.h"

#include <string>

namespace jumplora {

struct RunState {
    std::string state;  // waiting, running, paused, stopped, finished, failed, lost
    std::string message;
    std::int64_t pid = 0;
    std::string updated;  // ISO 8601, UTC
};

void writeState(const RunDirectory& directory, const std::string& state, const std::string& message);
// A run that says "running" but whose process is gone, or that no process holds (run_lock.h), is "lost".
RunState readState(const RunDirectory& directory);

// "2026-03-04T14:05:12Z".
std::string utcNow();

}  // namespace jumplora
