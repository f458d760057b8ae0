// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "data/encoding.h"
#include "data/task.h"
#include "model/backbone.h"
#include "text/tokenizer.h"
#include "train/predictions.h"
#include "train/run_spec.h"
#include "train/text_model.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace jumplora {

struct EvaluationOptions {
    std::int64_t batchSize = 32;
    std::int64_t maxNewTokens = 8;
    std::int64_t maxSourceLength = 512;
    TruncationSide truncationSide = TruncationSide::Right;  // of texts that are longer
};

// What is given, else as the spec says.
EvaluationOptions evaluationOptions(const RunSpec& spec, const GenerationOptions& given = {});

// How the backbone reads prompts and labels.
RowLayout rowLayout(const Backbone& backbone);

// Greedy answers to texts, in their order; rows of similar length share a batch. `progress` gets the number
// of finished rows after each batch and may throw to stop.
std::vector<std::string> answerTexts(Backbone& backbone, const Tokenizer& tokenizer,
                                     const std::vector<std::string_view>& texts,
                                     const EvaluationOptions& options,
                                     const std::function<void(std::int64_t)>& progress);

// The same for every example of a task, scored.
std::vector<Prediction> evaluate(Backbone& backbone, const Tokenizer& tokenizer, const TaskInfo& task,
                                 const std::vector<Example>& examples, const EvaluationOptions& options,
                                 const std::function<void(std::int64_t)>& progress);

struct TaskEvaluation {
    std::vector<Prediction> predictions;
    Score score;
    std::int64_t outsideOptions = 0;  // rows whose label is none of the task's options: always wrong
    double seconds = 0;
};

// The same for the first `maxSamples` rows (all when absent) of a split of the suite's task number `task`.
// `progress(done, total)` is called after each batch and may throw to stop.
TaskEvaluation evaluateTask(Backbone& backbone, const Tokenizer& tokenizer, const Suite& suite,
                            std::size_t task, Split split, std::optional<std::int64_t> maxSamples,
                            const EvaluationOptions& options,
                            const std::function<void(std::int64_t, std::int64_t)>& progress);

}  // namespace jumplora
