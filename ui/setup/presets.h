// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "setup/suite_catalog.h"
#include "train/run_spec.h"

#include <QString>
#include <filesystem>
#include <vector>

namespace jumplora {

// A ready sequence. Without its data it says what is missing.
struct Preset {
    QString title;
    SuiteName suite;
    std::vector<Json> rows;
    QString missing;  // a sentence; empty when it can be taken
};

// The built-in tasks, the published orders on whatever suite has their tasks, TRACE.
std::vector<Preset> sequencePresets(const SuiteCatalog& catalog, const std::filesystem::path& dataFolder);

// What the first start offers: four built-in tasks, ELLA with the gate.
RunSpec builtinExperiment();

}  // namespace jumplora
