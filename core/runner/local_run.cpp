// SPDX-License-Identifier: Apache-2.0
#include "runner/local_run.h"

#include "analysis/overlap.h"
#include "base/error.h"
#include "store/store_writer.h"

#include <algorithm>

namespace jumplora {
namespace {

// Above this many operations per task the spectral measures hold up the run noticeably (T5-base: 3·10¹⁰);
// `jumplora export --what overlap --measure effective_rank` computes them from the stored adapters. Counted,
// not timed: equal runs have equal events on every machine.
constexpr double kSpectralOperations = 5e10;

OverlapOptions liveOverlap(const RunDirectory& directory) {
    OverlapOptions options;
    if (directory.readSpec().gate.type == "none") return options;  // rank r: next to no work
    for (const Event& event : directory.readEvents()) {
        const auto* started = std::get_if<RunStarted>(&event.payload);
        if (started == nullptr) continue;
        double operations = 0;
        for (const ModuleInfo& module : started->modules)
            operations += static_cast<double>(module.rows * module.columns) *
                          static_cast<double>(std::min(module.rows, module.columns));
        options.spectral = operations <= kSpectralOperations;
        return options;
    }
    fail(ErrorKind::Format, "{}: does not say how the run started", directory.eventsFile().string());
}

std::vector<EventPayload> compareWithEarlier(const RunDirectory& directory, std::int64_t task) {
    std::vector<EventPayload> events;
    for (OverlapComputed& overlap : withEarlier(directory, task, liveOverlap(directory)))
        events.emplace_back(std::move(overlap));
    return events;
}

}  // namespace

std::string runLocally(const RunDirectory& directory, const std::vector<EventListener*>& listeners,
                       RunControl& control, const LocalRunOptions& options) {
    // Closed when the scope ends, after the trainer has written its last event and state.
    StoreWriter index(options.database.empty() ? Store::defaultFile() : options.database, directory.path(),
                      options.onProblem);
    std::vector<EventListener*> all = {&index};
    all.insert(all.end(), listeners.begin(), listeners.end());
    return executeRun(directory, all, control, compareWithEarlier);
}

}  // namespace jumplora
