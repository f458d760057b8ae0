// SPDX-License-Identifier: Apache-2.0
#include "train/evaluator.h"

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
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

void writePredictions(const std::filesystem::path& path, const std::vector<Prediction>& predictions) {
    AtomicFile file(path);
    for (const Prediction& p : predictions) {
        const Json json = {{"input", p.input},
                           {"expected", p.expected},
                           {"output", p.output},
                           {"correct", p.correct},
                           {"within_options", p.withinOptions}};
        file.write(json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n");
    }
    file.commit();
}

std::vector<Prediction> readPredictions(const std::filesystem::path& path) {
    const std::string content = readFile(path);
    std::vector<Prediction> predictions;
    std::size_t line = 0;
    for (std::size_t begin = 0; begin < content.size();) {
        const std::size_t end = std::min(content.find('\n', begin), content.size());
        const std::string where = fmt::format("{}: line {}", path.string(), ++line);
        const Json json = parseJson(std::string_view(content).substr(begin, end - begin), where);
        Prediction p;
        p.input = requireString(json, "input", where);
        p.expected = requireString(json, "expected", where);
        p.output = requireString(json, "output", where);
        p.correct = requireMember(json, "correct", where) == true;
        p.withinOptions = requireMember(json, "within_options", where) == true;
        predictions.push_back(std::move(p));
        begin = end + 1;
    }
    return predictions;
}

}  // namespace jumplora
