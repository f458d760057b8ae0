// SPDX-License-Identifier: Apache-2.0
// Scores that are no counts of right answers: from an answer to the matrix.
#include "analysis/metrics.h"
#include "base/file.h"
#include "support/errors.h"
#include "support/shared_data.h"
#include "train/events.h"
#include "train/predictions.h"
#include "train/run_spec.h"

#include <gtest/gtest.h>

namespace jumplora {
namespace {

TaskInfo taskWith(const char* metric, const char* answer = "whole", std::vector<std::string> options = {}) {
    TaskInfo task;
    task.name = "task";
    task.metric = metric;
    task.answer = answer;
    task.options = std::move(options);
    return task;
}

Prediction scored(const TaskInfo& task, const char* output, const char* expected, const char* input = "") {
    Prediction p{input, expected, output};
    scorePrediction(task, p);
    return p;
}

TEST(ScoredPrediction, FollowsTheTasksMetric) {
    Prediction p = scored(taskWith("exact_match", "whole", {"Good", "bad"}), " good\n", "Good");
    EXPECT_TRUE(p.correct);
    EXPECT_TRUE(p.withinOptions);
    EXPECT_EQ(p.score, 1);
    p = scored(taskWith("exact_match", "whole", {"Good", "bad"}), "fine", "Good");
    EXPECT_FALSE(p.correct);
    EXPECT_FALSE(p.withinOptions);
    EXPECT_EQ(p.score, 0);
    p = scored(taskWith("accuracy", "first_character"), "B because it is", "B\nSince");
    EXPECT_TRUE(p.correct);
    EXPECT_TRUE(p.withinOptions) << "without options nothing is outside";
    p = scored(taskWith("rouge_l_google"), "a b", "a c");
    EXPECT_FALSE(p.correct);
    EXPECT_DOUBLE_EQ(p.score, 0.5);
    p = scored(taskWith("rouge_l"), "the same.", "the same.");
    EXPECT_TRUE(p.correct) << "though its score is a little below 1, as the published one";
    EXPECT_LT(p.score, 1);
    p = scored(taskWith("edit_similarity", "code_literals"), "f ( <STR_LIT:a> )", "f ( a )");
    EXPECT_EQ(p.score, 1);
    testing::expectError(ErrorKind::Input, {"task", "nonsense"},
                         [] { scored(taskWith("nonsense"), "a", "b"); });
}

TEST(ScoredPrediction, FilesKeepScores) {
    const testing::TemporaryFolder folder;
    const auto file = folder.path() / "p.jsonl";
    writePredictions(file,
                     {scored(taskWith("exact_match"), "a", "a"), scored(taskWith("exact_match"), "a", "b"),
                      scored(taskWith("rouge_l_google"), "a b", "a c")});
    const std::string text = readFile(file);
    EXPECT_EQ(text.find("\"score\":0.5"), text.rfind("\"score\""))
        << "only where it says more than \"correct\"";
    const auto read = readPredictions(file);
    ASSERT_EQ(read.size(), 3U);
    EXPECT_EQ(read[0].score, 1);
    EXPECT_EQ(read[1].score, 0);
    EXPECT_DOUBLE_EQ(read[2].score, 0.5);
    const Score score = scoreOf(read);
    EXPECT_EQ(score.correct, 1);
    EXPECT_DOUBLE_EQ(score.mean(), 0.5);
}

TEST(ScoredCell, TravelsThroughTheLog) {
    EvaluationCell cell{1, 2, "test", 3, 8, 8, "predictions/x.jsonl", 0.5};
    const Json plain = toJson(Event{1, cell});
    EXPECT_FALSE(plain.contains("metric"));
    EXPECT_FALSE(plain.contains("score"));
    cell.metric = "sari";
    cell.score = 0.4375;
    const Json json = toJson(Event{1, cell});
    const Event back = eventFromJson(json, "here");
    const auto& read = std::get<EvaluationCell>(back.payload);
    EXPECT_EQ(read.metric, "sari");
    EXPECT_EQ(read.score, 0.4375);
    EXPECT_EQ(toJson(back), json);
    EXPECT_EQ(std::get<EvaluationCell>(eventFromJson(plain, "here").payload).metric, "exact_match");
    for (const Json& wrong : {Json(1.5), Json(-0.1), Json("nan"), Json("high")}) {
        Json damaged = json;
        damaged["score"] = wrong;
        testing::expectError(ErrorKind::Format, {"here"}, [&] { (void)eventFromJson(damaged, "here"); });
    }
    EXPECT_DOUBLE_EQ(matrixCell(read).accuracy(), 0.4375);
    EXPECT_DOUBLE_EQ(matrixCell({1, 2, "test", 3, 8, 8, "", 0}).accuracy(), 0.375);
}

TEST(ScoredCell, AMatrixTakesScoresWithoutCounts) {
    AccuracyMatrix matrix({"a", "b"});
    matrix.set(1, 1, {0, 0, 0, 0.5, "rouge_l"});
    matrix.set(2, 1, {0, 0, 0, 0.25, "rouge_l"});
    matrix.set(2, 2, {6, 8, 8});
    EXPECT_EQ(matrix.at(1, 1), 0.5);
    EXPECT_EQ(matrix.at(2, 2), 0.75);
    for (const MetricInfo& info : metricInfos()) {
        const auto value = info.compute(matrix, {}).value;
        if (info.key == "oa") {
            EXPECT_DOUBLE_EQ(*value, 0.5);
        } else if (info.key == "bwt") {
            EXPECT_DOUBLE_EQ(*value, -0.25);
        } else if (info.key == "within_options") {
            EXPECT_FALSE(value) << "no row was counted";
        }
    }
}

TEST(SequenceOverride, TakesTokens) {
    const RunSpec spec =
        parseRunSpec({{"suite", {{"order", {"agnews", {{"task", "yelp"}, {"max_new_tokens", 64}}}}}}});
    EXPECT_FALSE(spec.suite.order[0].maxNewTokens);
    EXPECT_EQ(spec.suite.order[1].maxNewTokens, 64);
    EXPECT_EQ(toJson(parseRunSpec(toJson(spec))), toJson(spec));
    testing::expectError(ErrorKind::Input, {"suite.order[0].max_new_tokens"}, [] {
        parseRunSpec({{"suite", {{"order", {{{"task", "yelp"}, {"max_new_tokens", 0}}}}}}});
    });
}

}  // namespace
}  // namespace jumplora
