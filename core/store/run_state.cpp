// SPDX-License-Identifier: Apache-2.0
#include "store/run_state.h"

#include "train/run_lock.h"

#include <cerrno>
#include <csignal>
#include <limits>

namespace jumplora {

bool processIsAlive(std::int64_t pid) {
    if (pid <= 0 || pid > std::numeric_limits<pid_t>::max()) return false;
    return kill(static_cast<pid_t>(pid), 0) == 0 || errno == EPERM;
}

std::string liveState(const std::string& state, std::int64_t pid, const std::filesystem::path& directory) {
    if (state != "running" || pid == 0) return state;
    return processIsAlive(pid) && !runIsUnlocked(RunDirectory(directory)) ? state : "lost";
}

}  // namespace jumplora
