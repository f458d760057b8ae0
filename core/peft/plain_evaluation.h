// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "train/evaluate_run.h"
#include "train/text_model.h"

#include <string>
#include <vector>

namespace jumplora {

// A backbone without a run, with or without an adapter of peft merged into it.
struct PlainModel {
    std::string backbone;  // Hugging Face folder, or "builtin"
    std::string adapter;   // folder; empty: none
    TextModelOptions options;
};

// Evaluates it on tasks of `what.suite`, as a run with the default settings would; cells have row and column
// 0. Throws what loading throws, and what StoredModel::evaluate throws.
std::vector<StoredCell> evaluatePlain(const PlainModel& model, const StoredEvaluation& what,
                                      const StoredModel::Progress& progress = {});

}  // namespace jumplora
