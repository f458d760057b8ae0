// SPDX-License-Identifier: Apache-2.0
#include "train/run_state.h"

#include "base/file.h"
#include "train/run_lock.h"

#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <limits>

namespace jumplora {
bool processIsAlive(std::int64_t pid) {
    if (pid <= 0 || pid > std::numeric_limits<pid_t>::max()) return false;
    return ::kill(static_cast<pid_t>(pid), 0) == 0 || errno == EPERM;
}

bool runIsAlive(const RunDirectory& directory, std::int64_t pid) {
    return runIsHeld(directory).value_or(processIsAlive(pid));
}

std::string utcNow() {
    const std::time_t now = std::time(nullptr);
    std::tm utc{};
    gmtime_r(&now, &utc);
    char text[32];
    std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    return text;
}

void writeState(const RunDirectory& directory, const std::string& state, const std::string& message) {
    const Json json = {{"state", state}, {"message", message}, {"pid", ::getpid()}, {"updated", utcNow()}};
    writeFileAtomically(directory.stateFile(),
                        json.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
}

RunState readState(const RunDirectory& directory) {
    const std::string where = directory.stateFile().string();
    const Json json = readJsonFile(directory.stateFile());
    RunState state;
    state.state = requireString(json, "state", where);
    state.message = requireString(json, "message", where);
    state.pid = requireInteger(json, "pid", where);
    state.updated = requireString(json, "updated", where);
    if (state.state == "running" && !runIsAlive(directory, state.pid)) {
        state.state = "lost";
        state.message = "its process ended without a word; resume goes on from the last checkpoint";
    }
    return state;
}

}  // namespace jumplora
