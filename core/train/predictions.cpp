// SPDX-License-Identifier: Apache-2.0
#include "train/predictions.h"

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "data/answer_metric.h"
#include "data/scoring.h"

namespace jumplora {

Score scoreOf(const std::vector<Prediction>& predictions) {
    Score score;
    score.total = static_cast<std::int64_t>(predictions.size());
    for (const Prediction& prediction : predictions) {
        score.correct += prediction.correct ? 1 : 0;
        score.withinOptions += prediction.withinOptions ? 1 : 0;
        score.sum += prediction.score;
    }
    return score;
}

void scorePrediction(const TaskInfo& task, Prediction& p) {
    const AnswerMetric& metric = answerMetric(task.metric, task.name);
    p.score = scoreAnswer(metric, task.answer, p.output, p.expected, p.input);
    const bool shares = metric.key != kExactMatch && metric.key != "accuracy";
    const std::string answer = answerPart(task.answer, p.output);
    p.correct = shares ? exactMatch(answer, answerPart(task.answer, p.expected)) : p.score == 1;
    p.withinOptions = task.options.empty() || isOption(answer, task.options);
}

void writePredictions(const std::filesystem::path& path, const std::vector<Prediction>& predictions) {
    AtomicFile file(path);
    for (const Prediction& p : predictions) {
        Json json = {{"input", p.input},
                     {"expected", p.expected},
                     {"output", p.output},
                     {"correct", p.correct},
                     {"within_options", p.withinOptions}};
        if (p.score != (p.correct ? 1 : 0)) json["score"] = p.score;
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
        p.score = json.contains("score") ? requireNumber(json, "score", where) : p.correct ? 1 : 0;
        predictions.push_back(std::move(p));
        begin = end + 1;
    }
    return predictions;
}

}  // namespace jumplora
