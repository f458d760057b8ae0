// SPDX-License-Identifier: Apache-2.0
#include "train/evaluated_column.h"

#include "base/file.h"
#include "base/random.h"
#include "data/answer_metric.h"
#include "train/evaluator.h"

namespace jumplora {

EvaluatedColumn evaluateColumn(RunSetup& setup, const RunDirectory& directory, std::int64_t afterTask,
                               std::int64_t column,
                               const std::function<void(std::int64_t, std::int64_t)>& progress) {
    const RunSpec& spec = setup.spec;
    const std::size_t taskIndex = setup.columns[static_cast<std::size_t>(column - 1)];
    EvaluationOptions options = evaluationOptions(spec);
    options.maxNewTokens = setup.maxNewTokens(static_cast<std::size_t>(column - 1));
    std::optional<AdapterSet::EvaluationScope> scope;
    if (afterTask > 0) {
        scope.emplace(*setup.adapters);
    } else {
        setup.adapters->reset(deriveSeed(spec.seed, "init", 1));
    }
    const TaskEvaluation task =
        evaluateTask(*setup.backbone, *setup.tokenizer, *setup.suite, taskIndex,
                     parseSplit(spec.evaluation.split), spec.evaluation.maxSamples, options, progress);
    EvaluatedColumn result;
    result.outsideOptions = task.outsideOptions;
    EvaluationCell& cell = result.cell;
    cell.afterTask = afterTask;
    cell.task = column;
    cell.split = spec.evaluation.split;
    cell.correct = task.score.correct;
    cell.total = task.score.total;
    cell.withinOptions = task.score.withinOptions;
    cell.metric = setup.suite->tasks()[taskIndex].metric;
    if (cell.metric != kExactMatch) cell.score = task.score.mean();
    cell.seconds = task.seconds;
    makeFolder(directory.path() / "predictions");
    cell.predictionsFile = directory.predictionsName(afterTask, column);
    writePredictions(directory.path() / cell.predictionsFile, task.predictions);
    return result;
}

}  // namespace jumplora
