// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "exchange/run_export.h"
#include "exchange/table.h"
#include "train/predictions.h"

#include <string>
#include <vector>

namespace jumplora {

// What a run recorded, in long form: a first column "run" where there are several.

// One row a step: task, step, global_step and one column for each key. `curves` in the order of `runs`, all
// with the same keys.
Table curvesTable(const std::vector<ExportRun>& runs, const std::vector<CurveSet>& curves);

// Answers of one cell of the matrix; `rows` are their numbers in the split, from 0.
struct PredictionCell {
    std::int64_t afterTask = 0;
    std::string task;
    std::vector<std::int64_t> rows;
    std::vector<Prediction> predictions;
};
Table predictionsTable(const std::vector<ExportRun>& runs,
                       const std::vector<std::vector<PredictionCell>>& cells);

// How often each answer was given where each label was right; at most `answers` columns, the rest as one.
Table confusionTable(const PredictionCell& cell, std::size_t answers = 12);

// One row for each task: steps, rows, gate schedule, thresholds, live entries and stored bytes.
Table tasksTable(const std::vector<ExportRun>& runs, const std::vector<std::vector<TaskRow>>& tasks);

}  // namespace jumplora
