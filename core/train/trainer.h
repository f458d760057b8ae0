// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "train/events.h"
#include "train/run_directory.h"
#include "train/run_spec.h"
#include "weights/load_progress.h"

#include <atomic>
#include <functional>
#include <vector>

namespace jumplora {

// Commands to a running trainer, from any thread; they take effect at the next step or evaluated batch.
struct RunControl {
    std::atomic<bool> pause{false};
    std::atomic<bool> stop{false};
    std::atomic<bool> stopAfterTask{false};
    std::atomic<bool> checkpointNow{false};
    LoadProgress loading;  // told while the backbone is read; set before the run begins
};

// Writes spec.json, run.json and state.json ("waiting") of a new run. Throws Error(Input) when backbone,
// tasks or targets do not fit together.
void prepareRun(const RunDirectory& directory, const RunSpec& spec, const LoadProgress& loading = {});

// As prepareRun, with the first `afterTask` tasks taken over from a run that has finished them: their
// adapters, events and predictions are copied, so that running goes on with the next task. Throws
// Error(Input) when the specs differ in anything that these tasks depend on.
void forkRun(const RunDirectory& parent, std::int64_t afterTask, const RunDirectory& directory,
             const RunSpec& spec);

// Looks at a task (from 1) that is trained, stored and evaluated; what it returns becomes part of the run's
// events. It must depend on the stored adapters alone, so that a resumed run repeats it. An error of it is a
// warning of the run.
using TaskObserver =
    std::function<std::vector<EventPayload>(const RunDirectory& directory, std::int64_t task)>;

// Runs a prepared run to its end, or goes on from its checkpoint. Emits events to events.jsonl and to
// `listeners`, on the calling thread. Returns the end state: "finished", "paused" or "stopped". Errors are
// thrown after they were written to state.json and the event log as "failed".
std::string executeRun(const RunDirectory& directory, const std::vector<EventListener*>& listeners,
                       RunControl& control, const TaskObserver& observer = {});

}  // namespace jumplora
