// SPDX-License-Identifier: Apache-2.0
#include "peft/plain_evaluation.h"

#include "data/task.h"
#include "model/threads.h"
#include "peft/adapter_import.h"
#include "train/run_setup.h"
#include "train/stored_cell.h"

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

    EvaluationOptions options = evaluationOptions(defaults, what.generation);
    std::vector<StoredCell> cells;
    for (const std::size_t index : tasks) {
        const TaskInfo& task = suite->tasks()[index];
        options.maxNewTokens = what.generation.maxNewTokens.value_or(
            task.maxNewTokens.value_or(defaults.evaluation.maxNewTokens));
        cells.push_back(storedCell(*backbone, *tokenizer, *suite, index, split, what.maxSamples, options,
                                   task.name, progress));
    }
    return cells;
}

}  // namespace jumplora
