// SPDX-License-Identifier: Apache-2.0
#include "exchange/run_tables.h"

#include "support/errors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jumplora {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

// Two tasks; a[1][1], a[2][1], a[2][2] in per cent of 100 rows.
ExportRun makeRun(const std::string& name, std::uint64_t seed, const std::string& group,
                  const std::vector<std::int64_t>& correct) {
    ExportRun run;
    run.row.id = name + "-2026";
    run.row.name = name;
    run.row.seed = seed;
    run.row.specHash = "hash" + std::to_string(seed);
    run.row.groupHash = group;
    run.row.state = "finished";
    run.row.method = group;
    run.row.gate = "none";
    run.row.backbone = "builtin";
    run.row.suite = "builtin";
    run.row.tasks = {"agnews", "yelp"};
    run.row.activeSeconds = 60;
    run.split = "test";
    run.spec = {
        {"method.type", "\"" + group + "\""}, {"optimizer.lr", "0.001"}, {"seed", std::to_string(seed)}};
    run.matrix = AccuracyMatrix(run.row.tasks);
    run.matrix.set(1, 1, {correct[0], 100, 100});
    run.matrix.set(2, 1, {correct[1], 100, 90});
    run.matrix.set(2, 2, {correct[2], 100, 100});
    return run;
}

std::vector<ExportRun> sampleRuns() {
    return {makeRun("order1-ella-seed2", 2, "ella", {90, 80, 70}),
            makeRun("order1-ella-seed1", 1, "ella", {80, 76, 70}),
            makeRun("order1-inclora", 1, "inclora", {90, 50, 72})};
}

TEST(SeedGroups, JoinRunsThatDifferInTheSeedAlone) {
    auto runs = sampleRuns();
    const auto groups = groupSeeds(runs, true);
    ASSERT_EQ(groups.size(), 2U);
    EXPECT_EQ(groups[0].label, "order1-ella");
    EXPECT_THAT(groups[0].runs, ElementsAre(1U, 0U)) << "by seed";
    EXPECT_EQ(groups[1].label, "order1-inclora");
    EXPECT_EQ(groupSeeds(runs, false).size(), 3U);
}

TEST(SeedGroups, ASeedCountsOnce) {
    auto runs = sampleRuns();
    runs.push_back(makeRun("again", 1, "ella", {10, 10, 10}));
    runs.back().row.state = "stopped";
    runs.push_back(runs[0]);
    const auto groups = groupSeeds(runs, true);
    EXPECT_THAT(groups[0].runs, ElementsAre(1U, 0U)) << "the finished one counts";
    EXPECT_THAT(groups[0].repeats, ElementsAre(3U));
    EXPECT_THAT(provenanceComments(runs, groups),
                ::testing::Contains("run again-2026 repeats seed 1 and is not counted"));
}

TEST(SeedGroups, EqualLabelsBecomeIds) {
    std::vector<ExportRun> runs = {makeRun("a", 1, "ella", {1, 1, 1}), makeRun("a", 1, "inclora", {1, 1, 1})};
    runs[1].row.id = "a-2027";
    const auto groups = groupSeeds(runs, true);
    EXPECT_EQ(groups[0].label, "a-2026");
    EXPECT_EQ(groups[1].label, "a-2027");
}

TEST(MatrixTable, OneRun) {
    const std::vector<ExportRun> runs = {sampleRuns()[0]};
    EXPECT_EQ(
        toCsv(matrixTable(runs, groupSeeds(runs, true))),
        "# Accuracy matrix of order1-ella-seed2\n"
        "# run order1-ella-seed2-2026, seed 2, spec hash2, method ella, gate none, backbone builtin, tasks "
        "builtin, split test, optimizer.lr 0.001\n"
        "# a[t][i]: score on the task of the column after training the task of the row; row 0 is "
        "before training; empty: not evaluated\n"
        "# score: exact match\n"
        "t,after,agnews [%],yelp [%]\n"
        "1,agnews,90,\n"
        "2,yelp,80,70\n");
}

TEST(MatrixTable, NamesTheMetricsOfItsTasks) {
    std::vector<ExportRun> runs = {sampleRuns()[0]};
    runs[0].matrix.set(2, 2, {0, 100, 100, 0.4375, "rouge_l"});
    const Table table = matrixTable(runs, groupSeeds(runs, true));
    EXPECT_EQ(table.comments.back(), "score: exact match on agnews; ROUGE-L on yelp");
    EXPECT_THAT(toCsv(table), HasSubstr("2,yelp,80,43.75\n"));
    EXPECT_THAT(finalTable(runs, groupSeeds(runs, true)).comments,
                ::testing::Contains("score: exact match on agnews; ROUGE-L on yelp"));
}

TEST(MatrixTable, SeedsAndOtherOrdersByName) {
    auto runs = sampleRuns();
    runs[2].row.tasks = {"yelp", "agnews"};
    AccuracyMatrix turned(runs[2].row.tasks);
    turned.set(1, 1, {60, 100, 100});
    runs[2].matrix = turned;
    const std::string text = toMarkdown(matrixTable(runs, groupSeeds(runs, true)));
    EXPECT_THAT(text, HasSubstr("| order1-ella | 1 | agnews | 85.0 \u00b1 7.1 | \u2013 |"));
    EXPECT_THAT(text, HasSubstr("| order1-ella | 2 | yelp | 78.0 \u00b1 2.8 | 70.0 \u00b1 0.0 |"));
    EXPECT_THAT(text, HasSubstr("| order1-inclora | 1 | yelp | \u2013 | 60.0 |"));
    EXPECT_THAT(text, HasSubstr("several seeds: mean and sample standard deviation"));
}

TEST(MetricsTable, ExactNamesDefinitionsAndTheBest) {
    const auto runs = sampleRuns();
    const Table table = metricsTable(runs, groupSeeds(runs, true));
    const std::string csv = toCsv(table);
    EXPECT_THAT(csv, HasSubstr("# bwt = sum over i < T of (a[T][i] - a[i][i]) / (T - 1)\n"));
    for (const MetricInfo& info : metricInfos()) EXPECT_THAT(csv, HasSubstr("# " + info.key + " = "));
    EXPECT_THAT(csv, HasSubstr("\norder1-ella,ella,none,\"1, 2\",74,"));
    EXPECT_THAT(csv, HasSubstr("\norder1-inclora,inclora,none,1,61,,1,75.5,,1,"));
    const std::string latex = toLatex(table);
    EXPECT_THAT(latex, HasSubstr("$\\mathbf{74.0 \\pm 1.4}$"));
    EXPECT_THAT(latex, HasSubstr("$-40.0$"));
    const Json json = toJson(table);
    EXPECT_EQ(json["columns"][4]["title"], "oa");
    EXPECT_EQ(json["columns"][4]["definition"], "mean over i of a[T][i]");
}

TEST(MetricsTable, EmptyColumnsCanBeLeftOutWithTheReason) {
    const auto runs = sampleRuns();
    const Table table = withoutEmptyColumns(metricsTable(runs, groupSeeds(runs, true)));
    const std::string text = toText(table);
    EXPECT_THAT(text, HasSubstr("fwt_vs_single: not computable, needs single-task scores of every task"));
    for (const TableColumn& column : table.columns) EXPECT_NE(column.title, "fwt_vs_single");
}

TEST(MetricsTable, ReferencesComeByName) {
    auto runs = sampleRuns();
    ExportRun other = makeRun("single", 1, "per_task", {95, 0, 85});
    runs[0].references.single = diagonalScores(runs[0], other);
    EXPECT_THAT(runs[0].references.single, ElementsAre(0.95, 0.85));
    EXPECT_THAT(finalScores(runs[0], other), ElementsAre(0.0, 0.85));
    EXPECT_THAT(toCsv(metricsTable(runs, groupSeeds(runs, false))), HasSubstr("order1-ella-seed2"));
    other.matrix = AccuracyMatrix({"agnews"});
    testing::expectError(ErrorKind::Input, {"single-2026", "agnews", "order1-ella-seed2-2026"},
                         [&] { return diagonalScores(runs[0], other); });
}

TEST(FinalTable, IsTheTableOfAPaper) {
    const auto runs = sampleRuns();
    EXPECT_THAT(toText(finalTable(runs, groupSeeds(runs, true))),
                HasSubstr("run             seeds     agnews %       yelp %         oa %\n"
                          "order1-ella     1, 2   78.0 \u00b1 2.8*  70.0 \u00b1 0.0   74.0 \u00b1 1.4*\n"
                          "order1-inclora  1            50.0         72.0*        61.0\n"
                          "* best\n"));
}

TEST(ConfigTable, ShowsWhatDiffers) {
    const auto runs = sampleRuns();
    const Table table = configTable(runs, groupSeeds(runs, true));
    ASSERT_EQ(table.rows.size(), 2U);
    EXPECT_EQ(table.rows[0][0].text, "method.type");
    EXPECT_EQ(table.rows[0][1].text, "ella");
    EXPECT_EQ(table.rows[0][2].text, "inclora");
    EXPECT_EQ(table.rows[1][0].text, "seed");
    EXPECT_EQ(table.rows[1][1].text, "1, 2");
}

TEST(DifferenceTable, PairsSeeds) {
    auto runs = sampleRuns();
    runs.push_back(makeRun("order1-inclora2", 2, "inclora", {90, 60, 72}));
    const Table table = differenceTable(runs, groupSeeds(runs, true), 1);
    ASSERT_FALSE(table.rows.empty());
    EXPECT_EQ(table.rows[0][1].text, "oa");
    // Seed 1: 73 - 61, seed 2: 75 - 66 points.
    EXPECT_NEAR(table.rows[0][2].value, 0.105, 1e-12);
    EXPECT_EQ(table.rows[0][3].value, 2);
    EXPECT_LT(table.rows[0][4].value, 0) << "two pairs say little";
}

TEST(RunListTable, ColumnsOfSpecAndMetrics) {
    const auto runs = sampleRuns();
    const std::string text = toCsv(runListTable(runs, {"optimizer.lr", "plasticity"}));
    EXPECT_THAT(text, HasSubstr("id,state,method,gate,seed,tasks,oa [%],bwt [points],plasticity [%],density "
                                "[%],optimizer.lr,created,tags\n"));
    EXPECT_THAT(text,
                HasSubstr("order1-inclora-2026,finished,inclora,none,1,0/2,61,-40,81,,0.001,\u2013,\n"));
    testing::expectError(ErrorKind::Input, {"optimizer.lx", "optimizer.lr"},
                         [&] { return runListTable(runs, {"optimizer.lx"}); });
}

TEST(TableText, BreaksHeadingsAndCutsLongTexts) {
    Table table;
    table.title = "T";
    table.columns = {{.title = "text"}, {"average_incremental_accuracy", Quantity::Share, "", {}}};
    table.addRow({TableCell::ofText(std::string(100, 'x') + "\nend"), TableCell::ofNumber(0.5)});
    const std::string text = toText(table);
    EXPECT_THAT(text, HasSubstr("average_\n"));
    EXPECT_THAT(text, HasSubstr("incremental_\n"));
    EXPECT_THAT(text, HasSubstr("accuracy %\n"));
    EXPECT_THAT(text, HasSubstr(std::string(59, 'x') + "\u2026"));
    EXPECT_THAT(text, Not(HasSubstr("best")));
    EXPECT_EQ(writeTable(table, "text"), text);
}

}  // namespace
}  // namespace jumplora
