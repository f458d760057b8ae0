// SPDX-License-Identifier: Apache-2.0
#include "train/evaluator.h"

#include "data/encoding.h"
#include "data/scoring.h"

#include <algorithm>
#include <numeric>

namespace jumplora {

std::vector<Prediction> evaluate(Backbone& backbone, const Tokenizer& tokenizer, const TaskInfo& task,
                                 const std::vector<Example>& examples, const EvaluationOptions& options,
                                 const std::function<void(std::int64_t)>& progress) {
    std::vector<TokenRow> rows;
    rows.reserve(examples.size());
    for (const Example& example : examples)
        rows.push_back({encodeTruncated(tokenizer, example.prompt, options.maxSourceLength), {}});
    std::vector<std::size_t> order(examples.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return rows[a].source.size() > rows[b].source.size();
    });
    std::vector<Prediction> predictions(examples.size());
    for (std::size_t begin = 0; begin < order.size();) {
        const std::size_t end = std::min(order.size(), begin + static_cast<std::size_t>(options.batchSize));
        std::vector<TokenRow> batch;
        for (std::size_t i = begin; i < end; ++i) batch.push_back(rows[order[i]]);
        const auto answers = backbone.generate(batch, options.maxNewTokens);
        for (std::size_t i = begin; i < end; ++i) {
            const Example& example = examples[order[i]];
            Prediction& prediction = predictions[order[i]];
            prediction.input = example.prompt;
            prediction.expected = example.label;
            prediction.output = tokenizer.decode(answers[i - begin]);
            prediction.correct = exactMatch(prediction.output, example.label);
            prediction.withinOptions = isOption(prediction.output, task.options);
        }
        begin = end;
        if (progress) progress(static_cast<std::int64_t>(end));
    }
    return predictions;
}

}  // namespace jumplora
