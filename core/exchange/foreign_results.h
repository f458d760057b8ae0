// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "train/events.h"
#include "train/predictions.h"

#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace jumplora {

// Results that another program computed, as this program's cells.
struct ForeignResults {
    std::string format;  // continual_eval, olora, trace, csv
    std::filesystem::path source;
    std::vector<std::string> tasks;     // columns, in the order of learning
    std::vector<EvaluationCell> cells;  // by row and column, without files of predictions
    // Answers of some cells, (row, column) first; TRACE's results alone have them.
    std::vector<std::pair<std::pair<std::int64_t, std::int64_t>, std::vector<Prediction>>> answers;
    std::string method;  // as far as the files tell, else empty
    std::string gate;
    std::vector<std::string> notes;  // what was assumed or left out, one sentence each
};

// What a path holds that can be brought in; empty when nothing is recognised.
enum class ForeignKind { ContinualEval, OLora, Trace, Csv };
std::optional<ForeignKind> recogniseResults(const std::filesystem::path& path);

// Scores as the file writes them: shares (0 to 1), percent, or by the largest score found.
enum class ScoreScale { ByLargest, Share, Percent };

// All of these throw Error(Format) naming file and place for damaged files, Error(Input) for results without
// a single score.

// continual_eval.json of the JumpLoRA reference: a list of {after_training_task, task_index,
// seen_task_results: [{task_name, exact_match}], …}.
ForeignResults readContinualEval(const std::filesystem::path& file, ScoreScale scale = ScoreScale::ByLargest);

// O-LoRA's folder of outputs: <n>-<task>/all_results.json with predict_exact_match_for_<task>, or
// predict_eval_rougeL_for_<task> and predict_rougeL_for_<task> where there is no exact match.
ForeignResults readOLoraResults(const std::filesystem::path& folder,
                                ScoreScale scale = ScoreScale::ByLargest);

// TRACE's folder of results-<round>-<task number>-<task>.json: {"eval", "prompts", "results", "labels"}. The
// task's main metric counts; where "eval" is empty it is computed from the answers.
ForeignResults readTraceResults(const std::filesystem::path& folder);

// A matrix: one row after each task, one column for each; a first line of names and a first column of names
// or numbers may be there, as in this program's own exports ("t", "after", "agnews [%]"; lines that begin
// with # are comments). A row numbered 0 or named "before training" is row 0. Empty cells were not evaluated.
ForeignResults readMatrixCsv(const std::filesystem::path& file, ScoreScale scale = ScoreScale::ByLargest);

ForeignResults readForeignResults(const std::filesystem::path& path, ForeignKind kind,
                                  ScoreScale scale = ScoreScale::ByLargest);

}  // namespace jumplora
