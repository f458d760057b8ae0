// SPDX-License-Identifier: Apache-2.0
#include "train/evaluator.h"

#include "data/encoding.h"
#include "data/scoring.h"

#include <algorithm>
#include <chrono>
#include <numeric>

namespace jumplora {
namespace {

// Up to the tokenizer's eos: it is what labels end in, and the backbone may know other ones.
std::span<const std::int32_t> answerIds(std::span<const std::int32_t> ids, const Tokenizer& tokenizer) {
    const auto eos = tokenizer.eosId();
    if (!eos) return ids;
    return ids.first(static_cast<std::size_t>(std::find(ids.begin(), ids.end(), *eos) - ids.begin()));
}

}  // namespace

EvaluationOptions evaluationOptions(const RunSpec& spec, const GenerationOptions& given) {
    EvaluationOptions options;
    options.batchSize = given.batchSize.value_or(spec.evaluation.batchSize);
    options.maxNewTokens = given.maxNewTokens.value_or(spec.evaluation.maxNewTokens);
    options.maxSourceLength = given.maxSourceLength.value_or(spec.train.maxSourceLength);
    return options;
}

RowLayout rowLayout(const Backbone& backbone) {
    return backbone.decoderOnly() ? RowLayout::DecoderOnly : RowLayout::EncoderDecoder;
}

std::vector<std::string> answerTexts(Backbone& backbone, const Tokenizer& tokenizer,
                                     const std::vector<std::string_view>& texts,
                                     const EvaluationOptions& options,
                                     const std::function<void(std::int64_t)>& progress) {
    std::vector<TokenRow> rows;
    rows.reserve(texts.size());
    const RowLayout layout = rowLayout(backbone);
    for (const std::string_view text : texts)
        rows.push_back(
            {encodePrompt(tokenizer, text, options.maxSourceLength, layout, options.truncationSide), {}});
    std::vector<std::size_t> order(rows.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return rows[a].source.size() > rows[b].source.size();
    });
    std::vector<std::string> outputs(rows.size());
    for (std::size_t begin = 0; begin < order.size();) {
        const std::size_t end = std::min(order.size(), begin + static_cast<std::size_t>(options.batchSize));
        std::vector<TokenRow> batch;
        for (std::size_t i = begin; i < end; ++i) batch.push_back(rows[order[i]]);
        const auto answers = backbone.generate(batch, options.maxNewTokens);
        for (std::size_t i = begin; i < end; ++i)
            outputs[order[i]] = tokenizer.decode(answerIds(answers[i - begin], tokenizer));
        begin = end;
        if (progress) progress(static_cast<std::int64_t>(end));
    }
    return outputs;
}

std::vector<Prediction> evaluate(Backbone& backbone, const Tokenizer& tokenizer, const TaskInfo& task,
                                 const std::vector<Example>& examples, const EvaluationOptions& options,
                                 const std::function<void(std::int64_t)>& progress) {
    std::vector<std::string_view> prompts;
    prompts.reserve(examples.size());
    for (const Example& example : examples) prompts.emplace_back(example.prompt);
    EvaluationOptions ofTask = options;
    ofTask.truncationSide = task.truncationSide;
    auto outputs = answerTexts(backbone, tokenizer, prompts, ofTask, progress);
    std::vector<Prediction> predictions;
    predictions.reserve(examples.size());
    for (std::size_t i = 0; i < examples.size(); ++i) {
        predictions.push_back({examples[i].prompt, examples[i].label, std::move(outputs[i])});
        scorePrediction(task, predictions.back());
    }
    return predictions;
}

TaskEvaluation evaluateTask(Backbone& backbone, const Tokenizer& tokenizer, const Suite& suite,
                            std::size_t task, Split split, std::optional<std::int64_t> maxSamples,
                            const EvaluationOptions& options,
                            const std::function<void(std::int64_t, std::int64_t)>& progress) {
    const auto started = std::chrono::steady_clock::now();
    const TaskInfo& info = suite.tasks()[task];
    const auto examples = suite.load(task, split, maxSamples);
    const auto total = static_cast<std::int64_t>(examples.size());
    TaskEvaluation result;
    result.predictions = evaluate(backbone, tokenizer, info, examples, options,
                                  [&](std::int64_t done) { progress(done, total); });
    result.score = scoreOf(result.predictions);
    if (!info.options.empty())
        result.outsideOptions = std::ranges::count_if(
            examples, [&](const Example& example) { return !isOption(example.label, info.options); });
    result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
    return result;
}

}  // namespace jumplora
