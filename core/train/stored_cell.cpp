// SPDX-License-Identifier: Apache-2.0
#include "train/stored_cell.h"

#include "base/error.h"

namespace jumplora {

StoredCell storedCell(Backbone& backbone, const Tokenizer& tokenizer, const Suite& suite, std::size_t task,
                      Split split, std::optional<std::int64_t> maxSamples, const EvaluationOptions& options,
                      const std::string& name, const StoredModel::Progress& progress) {
    TaskEvaluation evaluated =
        evaluateTask(backbone, tokenizer, suite, task, split, maxSamples, options,
                     [&](std::int64_t done, std::int64_t total) {
                         if (progress && !progress(name, done, total))
                             fail(ErrorKind::State, "the evaluation was stopped; nothing was written");
                     });
    StoredCell cell;
    cell.task = name;
    cell.metric = suite.tasks()[task].metric;
    cell.score = evaluated.score;
    cell.seconds = evaluated.seconds;
    cell.predictions = std::move(evaluated.predictions);
    return cell;
}

}  // namespace jumplora
