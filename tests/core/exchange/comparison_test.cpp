// SPDX-License-Identifier: Apache-2.0
#include "exchange/comparison.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace jumplora {
namespace {

// One task each; a[1][1] of 100 rows.
ExportRun makeRun(const std::string& group, std::uint64_t seed, std::int64_t correct,
                  const std::string& task = "agnews") {
    ExportRun run;
    run.row.id = group + std::to_string(seed);
    run.row.name = group;
    run.row.seed = seed;
    run.row.groupHash = group;
    run.row.state = "finished";
    run.row.tasks = {task};
    run.matrix = AccuracyMatrix(run.row.tasks);
    run.matrix.set(1, 1, {correct, 100, 100});
    return run;
}

TEST(Comparison, SpreadsAreWhatTheirNamesSay) {
    EXPECT_DOUBLE_EQ(spreadOf(2, 4, SpreadKind::Deviation), 2);
    EXPECT_DOUBLE_EQ(spreadOf(2, 4, SpreadKind::StandardError), 1);
    EXPECT_NEAR(spreadOf(2, 4, SpreadKind::Interval95), 3.182446, 1e-5);
    EXPECT_TRUE(std::isnan(spreadOf(2, 1, SpreadKind::StandardError)));
    Table table;
    table.columns = {{.title = "oa", .quantity = Quantity::Share}};
    table.addRow({TableCell::ofMean(0.5, 0.2, 4)});
    EXPECT_DOUBLE_EQ(withSpread(table, SpreadKind::StandardError).rows[0][0].spread, 0.1);
}

TEST(Comparison, DifferencesAreTestedOverCommonSeeds) {
    const std::vector<ExportRun> runs = {makeRun("a", 1, 80), makeRun("a", 2, 82), makeRun("a", 3, 90),
                                         makeRun("a", 9, 1),  makeRun("b", 1, 70), makeRun("b", 2, 71),
                                         makeRun("b", 3, 77)};
    const auto groups = groupSeeds(runs, true);
    const Table table = testedDifferenceTable(runs, groups, 1, PairedTest::StudentT);
    ASSERT_FALSE(table.rows.empty());
    EXPECT_EQ(table.rows[0][1].text, "oa");
    EXPECT_NEAR(table.rows[0][2].value, 0.34 / 3, 1e-12);
    EXPECT_EQ(table.rows[0][3].value, 3) << "seed 9 has no partner";
    ASSERT_TRUE(table.rows[0][6].hasValue());
    EXPECT_GE(table.rows[0][7].value, table.rows[0][6].value);
}

TEST(Comparison, SaysWhyThereIsNoTest) {
    const std::vector<ExportRun> runs = {makeRun("a", 1, 80), makeRun("b", 1, 70),
                                         makeRun("c", 1, 60, "yelp")};
    const auto groups = groupSeeds(runs, true);
    const Table table = testedDifferenceTable(runs, groups, 0, PairedTest::Wilcoxon);
    ASSERT_FALSE(table.rows.empty());
    EXPECT_EQ(table.rows[0][7].text, "too few seeds to test");
    EXPECT_THAT(table.comments, ::testing::Contains(::testing::HasSubstr("c learned other tasks")));
}

}  // namespace
}  // namespace jumplora
