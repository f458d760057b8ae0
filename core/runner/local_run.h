// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "train/trainer.h"

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace jumplora {

struct LocalRunOptions {
    std::filesystem::path database;  // of the index; empty: Store::defaultFile()
    // What went wrong beside the run itself, such as a database that cannot be written: one sentence, from
    // any thread.
    std::function<void(const std::string&)> onProblem;
};

// Executes a prepared run in this process, on the calling thread: the trainer's events go to events.jsonl, to
// `listeners` and into the index, and the adapter of each finished task is compared with those of earlier
// tasks. Returns and throws as executeRun does; a failing index never harms the run.
std::string runLocally(const RunDirectory& directory, const std::vector<EventListener*>& listeners,
                       RunControl& control, const LocalRunOptions& options = {});

}  // namespace jumplora
