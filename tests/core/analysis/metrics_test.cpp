// SPDX-License-Identifier: Apache-2.0
#include "analysis/metrics.h"

#include "support/errors.h"

#include <algorithm>
#include <map>

namespace jumplora {
namespace {

MetricValue metric(const std::string& key, const AccuracyMatrix& matrix,
                   const MetricReferences& references = {}) {
    const auto& infos = metricInfos();
    const auto found = std::find_if(infos.begin(), infos.end(), [&](const auto& i) { return i.key == key; });
    if (found == infos.end()) {
        ADD_FAILURE() << "no metric " << key;
        return {};
    }
    return found->compute(matrix, references);
}

void expectValue(const std::string& key, double expected, const AccuracyMatrix& matrix,
                 const MetricReferences& references = {}) {
    const MetricValue value = metric(key, matrix, references);
    ASSERT_TRUE(value.value.has_value()) << key << ": " << value.reason;
    EXPECT_NEAR(*value.value, expected, 1e-12) << key;
    EXPECT_TRUE(value.reason.empty()) << key;
}

void expectMissing(const std::string& key, const std::string& reason, const AccuracyMatrix& matrix,
                   const MetricReferences& references = {}) {
    const MetricValue value = metric(key, matrix, references);
    EXPECT_FALSE(value.value.has_value()) << key;
    EXPECT_NE(value.reason.find(reason), std::string::npos) << key << ": " << value.reason;
}

// Percent right of 100 answers, rows 0 … 3; 97 of them always among the options.
AccuracyMatrix threeTasks() {
    AccuracyMatrix matrix({"one", "two", "three"});
    const std::int64_t right[4][3] = {{10, 20, 30}, {90, 25, 35}, {70, 80, 40}, {60, 85, 75}};
    for (std::int64_t row = 0; row < 4; ++row)
        for (std::int64_t column = 0; column < 3; ++column)
            matrix.set(row, column + 1, {right[row][column], 100, 97});
    return matrix;
}

AccuracyMatrix without(std::int64_t afterTask, std::int64_t task) {
    const AccuracyMatrix full = threeTasks();
    AccuracyMatrix matrix(full.taskNames());
    for (std::int64_t row = 0; row <= 3; ++row)
        for (std::int64_t column = 1; column <= 3; ++column)
            if (row != afterTask || column != task) matrix.set(row, column, *full.cell(row, column));
    return matrix;
}

MetricReferences references() { return {{0.92, 0.88, 0.80}, {0.95, 0.90, 0.85}, {0.25, 0.5, 0.2}}; }

TEST(Metrics, ByHand) {
    const AccuracyMatrix m = threeTasks();
    expectValue("oa", (0.60 + 0.85 + 0.75) / 3, m);
    expectValue("average_incremental_accuracy", (0.90 + (0.70 + 0.80) / 2 + (0.60 + 0.85 + 0.75) / 3) / 3, m);
    expectValue("bwt", ((0.60 - 0.90) + (0.85 - 0.80)) / 2, m);
    // The best of task two before the last row is 0.80: it was gained on, so forgetting is negative there.
    expectValue("forgetting", ((0.90 - 0.60) + (0.80 - 0.85)) / 2, m);
    expectValue("plasticity", (0.90 + 0.80 + 0.75) / 3, m);
    expectValue("within_options", 0.97, m);
}

TEST(Metrics, AgainstReferences) {
    const AccuracyMatrix m = threeTasks();
    const MetricReferences r = references();
    expectValue("intransigence", ((0.95 - 0.90) + (0.90 - 0.80) + (0.85 - 0.75)) / 3, m, r);
    MetricReferences single = r;
    single.multiTask.clear();
    expectValue("intransigence", ((0.92 - 0.90) + (0.88 - 0.80) + (0.80 - 0.75)) / 3, m, single);
    expectValue("fwt_zero_shot", ((0.25 - 0.5) + (0.40 - 0.2)) / 2, m, r);
    expectValue("fwt_vs_single", ((0.90 - 0.92) + (0.80 - 0.88) + (0.75 - 0.80)) / 3, m, r);
    expectValue("fwt_vs_untrained", ((0.25 - 0.20) + (0.40 - 0.30)) / 2, m, r);
    expectValue("fwt_final_vs_scratch", ((0.60 - 0.92) + (0.85 - 0.88) + (0.75 - 0.80)) / 3, m, r);
}

TEST(Metrics, ForgettingCountsRowsBeforeATaskWasLearned) {
    AccuracyMatrix m = threeTasks();
    m.set(1, 2, {88, 100, 97});
    expectValue("forgetting", ((0.90 - 0.60) + (0.88 - 0.85)) / 2, m);
}

TEST(Metrics, SeenTasksAreEnoughForMost) {
    AccuracyMatrix m({"one", "two", "three"});
    const AccuracyMatrix full = threeTasks();
    for (std::int64_t row = 1; row <= 3; ++row)
        for (std::int64_t column = 1; column <= row; ++column) m.set(row, column, *full.cell(row, column));
    for (const std::string key : {"oa", "average_incremental_accuracy", "bwt", "forgetting", "plasticity"})
        expectValue(key, *metric(key, full).value, m);
    expectMissing("fwt_zero_shot", "task 2 after task 1", m, references());
    expectMissing("fwt_vs_untrained", "task 2 after task 1", m);
}

TEST(Metrics, MissingCellsAreNamed) {
    const MetricReferences r = references();
    expectMissing("oa", "task 2 after task 3", without(3, 2));
    expectMissing("average_incremental_accuracy", "task 1 after task 2", without(2, 1));
    expectMissing("bwt", "task 2 after task 2", without(2, 2));
    expectMissing("bwt", "task 1 after task 3", without(3, 1));
    expectMissing("forgetting", "task 1 after task 2", without(2, 1));
    expectMissing("forgetting", "task 1 after task 3", without(3, 1));
    expectMissing("plasticity", "task 3 after task 3", without(3, 3));
    expectMissing("intransigence", "task 1 after task 1", without(1, 1), r);
    expectMissing("fwt_zero_shot", "task 3 after task 2", without(2, 3), r);
    expectMissing("fwt_vs_single", "task 2 after task 2", without(2, 2), r);
    expectMissing("fwt_vs_untrained", "task 3 after task 0", without(0, 3));
    expectMissing("fwt_final_vs_scratch", "task 1 after task 3", without(3, 1), r);
    expectMissing("within_options", "task 1 after task 3", without(3, 1));
    // A cell without a single row is no score of 0.
    AccuracyMatrix empty = threeTasks();
    empty.set(3, 1, {0, 0, 0});
    expectMissing("oa", "task 1 after task 3", empty);
    expectMissing("within_options", "task 1 after task 3", empty);
}

TEST(Metrics, MissingReferencesAreNamed) {
    const AccuracyMatrix m = threeTasks();
    expectMissing("intransigence", "multi-task or single-task", m);
    expectMissing("fwt_zero_shot", "guessing", m);
    expectMissing("fwt_vs_single", "single-task", m);
    expectMissing("fwt_final_vs_scratch", "single-task", m);
    expectMissing("fwt_vs_single", "single-task", m, {{0.9, 0.9}, {}, {}});
}

TEST(Metrics, OneTask) {
    AccuracyMatrix m({"only"});
    m.set(0, 1, {30, 100, 50});
    m.set(1, 1, {80, 100, 99});
    expectValue("oa", 0.8, m);
    expectValue("average_incremental_accuracy", 0.8, m);
    expectValue("plasticity", 0.8, m);
    expectValue("within_options", 0.99, m);
    for (const std::string key : {"bwt", "forgetting", "fwt_zero_shot", "fwt_vs_untrained"})
        expectMissing(key, "needs 2 tasks", m, {{0.8}, {0.8}, {0.5}});
}

TEST(Metrics, NothingEvaluated) {
    const AccuracyMatrix named({"one", "two"});
    const AccuracyMatrix none;
    for (const MetricInfo& info : metricInfos()) {
        for (const AccuracyMatrix& matrix : {named, none}) {
            const MetricValue value = info.compute(matrix, {});
            EXPECT_FALSE(value.value.has_value()) << info.key;
            EXPECT_FALSE(value.reason.empty()) << info.key;
        }
        EXPECT_FALSE(info.label.empty() || info.formula.empty()) << info.key;
    }
}

TEST(AccuracyMatrix, FromEvents) {
    RunStarted started;
    started.tasks = {"one", "two"};
    const std::vector<Event> events = {
        {1, started},
        {2, EvaluationCell{0, 2, "test", 1, 4, 3, "", 0}},
        {3, EvaluationCell{1, 1, "test", 3, 4, 4, "", 0}},
        {4, EvaluationCell{1, 1, "test", 2, 4, 4, "", 0}},  // evaluated again after a resume
    };
    const AccuracyMatrix m = AccuracyMatrix::fromEvents(events);
    EXPECT_EQ(m.tasks(), 2);
    EXPECT_EQ(m.lastRow(), 1);
    EXPECT_EQ(m.at(0, 2), 0.25);
    EXPECT_EQ(m.at(1, 1), 0.5);
    EXPECT_FALSE(m.at(1, 2).has_value());
    EXPECT_EQ(m.cell(0, 2)->withinOptions, 3);
    EXPECT_EQ(AccuracyMatrix::fromEvents({}).tasks(), 0);
}

TEST(AccuracyMatrix, RefusesCellsOutside) {
    AccuracyMatrix m({"one", "two"});
    for (const auto& [row, column] : {std::pair{3, 1}, {-1, 1}, {1, 0}, {1, 3}})
        testing::expectError(ErrorKind::Format, {"2 tasks"}, [&, r = row, c = column] {
            m.set(r, c, {1, 1, 1});
        });
}

}  // namespace
}  // namespace jumplora
