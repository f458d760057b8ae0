// SPDX-License-Identifier: Apache-2.0
#include "peft/plain_evaluation.h"

#include "base/error.h"
#include "data/task.h"
#include "model/threads.h"
#include "peft/adapter_import.h"
#include "train/evaluator.h"
#include "train/run_setup.h"

#include <chrono>
#include <numeric>

namespace jumplora {
namespace {

std::vector<std::size_t> chosenTasks(const Suite& suite, const StoredEvaluation& what) {
    std::vector<std::size_t> chosen;
    for (const std::string& name : what.tasks) chosen.push_back(suite.find(name, what.suite));
    if (chosen.empty()) {
        chosen.resize(suite.tasks().size());
        std::iota(chosen.begin(), chosen.end(), std::size_t{0});
    }
    return chosen;
}

}  // namespace

std::vector<StoredCell> evaluatePlain(const PlainModel& model, const StoredEvaluation& what,
                                      const StoredModel::Progress& progress) {
    const RunSpec defaults;
    const auto suite = openSuite(what.suite, what.root);
    const std::vector<std::size_t> tasks = chosenTasks(*suite, what);
    const Split split = parseSplit(what.split.empty() ? defaults.evaluation.split : what.split);

    setComputeThreads(static_cast<int>(model.options.threads));
    const std::string folder = backboneFolder(model.backbone);
    const auto tokenizer = loadTokenizer(folder);
    BackboneOptions loading;
    loading.device = parseDevice(model.options.device);
    loading.dtype = parsePrecision(model.options.precision);
    loading.progress = model.options.progress;
    const auto backbone = loadBackbone(folder, loading);
    if (!model.adapter.empty()) mergingAdapter(model.adapter)(*backbone);

    EvaluationOptions options;
    options.batchSize = what.generation.batchSize.value_or(defaults.evaluation.batchSize);
    options.maxSourceLength = what.generation.maxSourceLength.value_or(defaults.train.maxSourceLength);
    std::vector<StoredCell> cells;
    for (const std::size_t index : tasks) {
        const auto started = std::chrono::steady_clock::now();
        const TaskInfo& task = suite->tasks()[index];
        const auto examples = suite->load(index, split, what.maxSamples);
        const auto total = static_cast<std::int64_t>(examples.size());
        options.maxNewTokens = what.generation.maxNewTokens.value_or(
            task.maxNewTokens.value_or(defaults.evaluation.maxNewTokens));
        StoredCell cell;
        cell.task = task.name;
        cell.metric = task.metric;
        cell.predictions = evaluate(*backbone, *tokenizer, task, examples, options, [&](std::int64_t done) {
            if (progress && !progress(task.name, done, total))
                fail(ErrorKind::State, "the evaluation was stopped; nothing was written");
        });
        cell.score = scoreOf(cell.predictions);
        cell.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
        cells.push_back(std::move(cell));
    }
    return cells;
}

}  // namespace jumplora
