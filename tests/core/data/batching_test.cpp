// SPDX-License-Identifier: Apache-2.0
#include "data/batching.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>

namespace jumplora {
namespace {

std::vector<std::int64_t> rowsOf(BatchPlan& plan, std::int64_t from, std::int64_t to) {
    std::vector<std::int64_t> rows;
    for (std::int64_t step = from; step < to; ++step) {
        for (const auto& batch : plan.microBatches(step)) rows.insert(rows.end(), batch.begin(), batch.end());
    }
    return rows;
}

std::vector<std::int64_t> firstNumbers(std::int64_t count) {
    std::vector<std::int64_t> numbers(static_cast<std::size_t>(count));
    std::iota(numbers.begin(), numbers.end(), 0);
    return numbers;
}

TEST(BatchPlanTest, AnEpochSeesEveryRowOnce) {
    BatchPlan plan(23, 4, 1, 2.0, 5, 1);
    EXPECT_EQ(plan.steps(), 12);
    auto first = rowsOf(plan, 0, 6);
    auto second = rowsOf(plan, 6, 12);
    EXPECT_NE(first, second);
    EXPECT_NE(first, firstNumbers(23));
    std::sort(first.begin(), first.end());
    std::sort(second.begin(), second.end());
    EXPECT_EQ(first, firstNumbers(23));
    EXPECT_EQ(second, firstNumbers(23));
    EXPECT_EQ(plan.microBatches(5)[0].size(), 3U);
}

TEST(BatchPlanTest, StepsGatherMicroBatchesWithinAnEpoch) {
    BatchPlan plan(23, 4, 4, 1.0, 5, 1);  // 6 micro-batches: 4 + 2
    EXPECT_EQ(plan.steps(), 2);
    EXPECT_EQ(plan.microBatches(0).size(), 4U);
    ASSERT_EQ(plan.microBatches(1).size(), 2U);
    EXPECT_EQ(plan.microBatches(1)[1].size(), 3U);
}

TEST(BatchPlanTest, AccumulationDoesNotChangeTheOrder) {
    BatchPlan plain(50, 4, 1, 1.0, 9, 2);
    BatchPlan accumulated(50, 4, 3, 1.0, 9, 2);
    EXPECT_EQ(rowsOf(plain, 0, plain.steps()), rowsOf(accumulated, 0, accumulated.steps()));
}

TEST(BatchPlanTest, CountsPartsOfEpochs) {
    EXPECT_EQ(BatchPlan(100, 10, 1, 0.5, 1, 1).steps(), 5);
    EXPECT_EQ(BatchPlan(100, 10, 1, 0.01, 1, 1).steps(), 1);
    EXPECT_EQ(BatchPlan(100, 10, 1, 2.55, 1, 1).steps(), 26);
    EXPECT_EQ(BatchPlan(3, 10, 4, 1.0, 1, 1).steps(), 1);
}

TEST(BatchPlanTest, AStepIsTheSameWhereverOneStarts) {
    BatchPlan whole(40, 4, 2, 3.0, 7, 3);
    (void)rowsOf(whole, 0, whole.steps());
    BatchPlan resumed(40, 4, 2, 3.0, 7, 3);
    EXPECT_EQ(resumed.microBatches(11), whole.microBatches(11));
    EXPECT_EQ(resumed.microBatches(2), whole.microBatches(2));
}

TEST(BatchPlanTest, RowsInOrderOfUseNamesEachOnceFromTheFirstStepOn) {
    BatchPlan plan(10, 4, 1, 2.0, 5, 1);
    const std::vector<std::int64_t> whole = rowsInOrderOfUse(plan, 10, 0);
    EXPECT_EQ(whole, rowsOf(plan, 0, 3));
    // From the last step of the first epoch: its two rows, then the second epoch's without them.
    std::vector<std::int64_t> expected = rowsOf(plan, 2, 3);
    for (const std::int64_t row : rowsOf(plan, 3, 6))
        if (std::ranges::find(expected, row) == expected.end()) expected.push_back(row);
    EXPECT_EQ(rowsInOrderOfUse(plan, 10, 2), expected);
    EXPECT_EQ(rowsInOrderOfUse(BatchPlan(10, 4, 1, 0.3, 5, 1), 10, 0).size(), 4U);
    EXPECT_TRUE(rowsInOrderOfUse(plan, 10, 6).empty());
    EXPECT_TRUE(rowsInOrderOfUse(BatchPlan(0, 4, 1, 1, 5, 1), 0, 0).empty());
}

TEST(BatchPlanTest, SeedTaskAndEpochAllMatter) {
    std::set<std::vector<std::int64_t>> orders;
    for (const std::uint64_t seed : {1, 2}) {
        for (const std::int64_t task : {1, 2}) {
            BatchPlan plan(30, 30, 1, 2.0, seed, task);
            orders.insert(rowsOf(plan, 0, 1));
            orders.insert(rowsOf(plan, 1, 2));
        }
    }
    EXPECT_EQ(orders.size(), 8U);
}

}  // namespace
}  // namespace jumplora
