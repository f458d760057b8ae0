// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "train/events.h"
#include "train/run_directory.h"
#include "train/run_setup.h"

#include <cstdint>
#include <functional>

namespace jumplora {

struct EvaluatedColumn {
    EvaluationCell cell;
    std::int64_t outsideOptions = 0;  // rows whose label is none of the task's options: always wrong
};

// Evaluates the task of a column (from 1) with the adapters as they stand, merged; with the plain backbone
// for row 0 (`afterTask`), where the adapters are reset so that B = 0. Writes the predictions into the run's
// folder. `progress(done, total)` is called after each batch and may throw to stop.
EvaluatedColumn evaluateColumn(RunSetup& setup, const RunDirectory& directory, std::int64_t afterTask,
                               std::int64_t column,
                               const std::function<void(std::int64_t, std::int64_t)>& progress);

}  // namespace jumplora
