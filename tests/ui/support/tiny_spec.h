// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "base/error.h"
#include "store/store.h"
#include "train/run_spec.h"

#include <QTest>
#include <functional>

namespace jumplora::testing {

// Built-in tasks of a few steps each: a whole run in a few seconds. `epochs` makes it longer.
inline RunSpec tinySpec(const std::string& name, double epochs = 1, std::uint64_t seed = 1) {
    return parseRunSpec({{"name", name},
                         {"seed", seed},
                         {"suite", {{"order", {"imdb", "sst-2", "agnews"}}, {"max_samples", 16}}},
                         {"gate", {{"type", "jumprelu"}}},
                         {"method", {{"type", "ella"}}},
                         {"train", {{"batch_size", 8}, {"epochs", epochs}}},
                         {"evaluation", {{"max_samples", 4}}}});
}

// A run that cannot be prepared.
inline RunSpec brokenSpec(const std::string& name) {
    RunSpec spec = tinySpec(name);
    spec.backbone.path = "/nowhere/flan-t5";
    return spec;
}

// Lets the event loop turn until `condition` holds; false after four minutes: other work may keep the
// processors busy.
inline bool waitUntil(const std::function<bool()>& condition, int milliseconds = 240000) {
    return QTest::qWaitFor(condition, milliseconds);
}

// Until the index has steps of the run. It hears of a run a moment after it has begun, and reads its folder
// once more before the first step.
inline bool indexHasSteps(const std::filesystem::path& database, const QString& runId) {
    return waitUntil([&] {
        try {
            return Store(database, {.readOnly = true}).run(runId.toStdString()).stepsDone > 0;
        } catch (const Error&) {
            return false;
        }
    });
}

}  // namespace jumplora::testing
