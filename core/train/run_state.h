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
// A run that says "running" but is not alive is "lost".
RunState readState(const RunDirectory& directory);

// Whether a process of this number exists on this machine; one of another user counts.
bool processIsAlive(std::int64_t pid);
// Whether a program works on a run that says so: by its lock (run_lock.h), and only where that cannot be
// asked by the process number.
bool runIsAlive(const RunDirectory& directory, std::int64_t pid);

// "2026-03-04T14:05:12Z".
std::string utcNow();

}  // namespace jumplora
