// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
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

}  // namespace jumplora::testing
