// SPDX-License-Identifier: Apache-2.0
#include "store/run_state.h"

#include "train/run_state.h"

namespace jumplora {

std::string liveState(const std::string& state, std::int64_t pid, const std::filesystem::path& directory) {
    if (state != "running" || pid == 0) return state;
    return runIsAlive(RunDirectory(directory), pid) ? state : "lost";
}

}  // namespace jumplora
