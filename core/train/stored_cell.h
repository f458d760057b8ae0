// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "train/evaluate_run.h"
#include "train/evaluator.h"

#include <optional>
#include <string>

namespace jumplora {

// What evaluateTask() gives, as a cell called `name`, of row and column 0. Throws Error(State) when
// `progress` says to stop.
StoredCell storedCell(Backbone& backbone, const Tokenizer& tokenizer, const Suite& suite, std::size_t task,
                      Split split, std::optional<std::int64_t> maxSamples, const EvaluationOptions& options,
                      const std::string& name, const StoredModel::Progress& progress);

}  // namespace jumplora
