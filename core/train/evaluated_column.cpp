// SPDX-License-Identifier: Apache-2.0
#include "train/evaluated_column.h"

#include "base/file.h"
#include "base/random.h"
#include "data/answer_metric.h"
#include "data/scoring.h"
#include "train/evaluator.h"

#include <algorithm>
#include <chrono>

namespace jumplora {

EvaluatedColumn evaluateColumn(RunSetup& setup, const RunDirectory& directory, std::int64_t afterTask,
                               std::int64_t column,
                               const std::function<void(std::int64_t, std::int64_t)>& progress) {
    const auto started = std::chrono::steady_clock::now();
    const RunSpec& spec = setup.spec;
    const std::size_t taskIndex = setup.columns[static_cast<std::size_t>(column - 1)];
    const TaskInfo& task = setup.suite->tasks()[taskIndex];
    const auto examples =
        setup.suite->load(taskIndex, parseSplit(spec.evaluation.split), spec.evaluation.maxSamples);
    EvaluationOptions options;
    options.batchSize = spec.evaluation.batchSize;
    options.maxNewTokens = setup.maxNewTokens(static_cast<std::size_t>(column - 1));
    options.maxSourceLength = spec.train.maxSourceLength;
    std::optional<AdapterSet::EvaluationScope> scope;
    if (afterTask > 0) {
        scope.emplace(*setup.adapters);
    } else {
        setup.adapters->reset(deriveSeed(spec.seed, "init", 1));
    }
    const auto total = static_cast<std::int64_t>(examples.size());
    const auto predictions = evaluate(*setup.backbone, *setup.tokenizer, task, examples, options,
                                      [&](std::int64_t done) { progress(done, total); });
    EvaluatedColumn result;
    EvaluationCell& cell = result.cell;
    cell.afterTask = afterTask;
    cell.task = column;
    cell.split = spec.evaluation.split;
    const Score score = scoreOf(predictions);
    cell.correct = score.correct;
    cell.total = score.total;
    cell.withinOptions = score.withinOptions;
    cell.metric = task.metric;
    if (task.metric != kExactMatch) cell.score = score.mean();
    if (!task.options.empty())
        result.outsideOptions = std::ranges::count_if(
            examples, [&](const Example& example) { return !isOption(example.label, task.options); });
    makeFolder(directory.path() / "predictions");
    cell.predictionsFile = directory.predictionsName(afterTask, column);
    writePredictions(directory.path() / cell.predictionsFile, predictions);
    cell.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
    return result;
}

}  // namespace jumplora
