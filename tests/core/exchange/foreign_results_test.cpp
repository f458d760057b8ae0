// SPDX-License-Identifier: Apache-2.0
#include "exchange/foreign_results.h"

#include "analysis/metrics.h"
#include "base/file.h"
#include "exchange/result_import.h"
#include "exchange/run_tables.h"
#include "store/importer.h"
#include "support/errors.h"
#include "support/mutation.h"
#include "support/shared_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jumplora {
namespace {

namespace fs = std::filesystem;
using testing::damageFileOnDisk;
using ::testing::ElementsAre;
using testing::expectError;
using ::testing::HasSubstr;
using testing::TemporaryFolder;

double scoreAt(const ForeignResults& results, std::int64_t row, std::int64_t column) {
    for (const EvaluationCell& cell : results.cells)
        if (cell.afterTask == row && cell.task == column) return *cell.score;
    return -1;
}

constexpr const char* kContinualEval = R"([
 {"after_training_task": "dbpedia", "task_index": 1, "ella_lambda": 0.0,
  "seen_task_results": [{"task_name": "dbpedia", "exact_match": 0.985, "num_examples": 200}], "avg_seen_accuracy": 0.985},
 {"after_training_task": "amazon", "task_index": 2, "ella_lambda": 30000.0, "jumplora/threshold": 0.009,
  "seen_task_results": [{"task_name": "DBpedia", "exact_match": 0.97}, {"task_name": "amazon", "exact_match": 0.55}],
  "avg_seen_accuracy": 0.76}])";

TEST(ForeignResultsTest, ContinualEvalOfTheReference) {
    const TemporaryFolder folder;
    writeFileAtomically(folder.path() / "continual_eval.json", kContinualEval);
    EXPECT_EQ(recogniseResults(folder.path()), ForeignKind::ContinualEval);
    const auto results = readContinualEval(folder.path());
    EXPECT_THAT(results.tasks, ElementsAre("dbpedia", "amazon"));
    EXPECT_DOUBLE_EQ(scoreAt(results, 1, 1), 0.985);
    EXPECT_DOUBLE_EQ(scoreAt(results, 2, 1), 0.97);
    EXPECT_DOUBLE_EQ(scoreAt(results, 2, 2), 0.55);
    EXPECT_EQ(results.cells[0].total, 200);
    EXPECT_EQ(results.cells[0].correct, 197);
    EXPECT_EQ(results.method, "ella");
    EXPECT_EQ(results.gate, "jumprelu");
}

void writeOLora(const fs::path& folder) {
    const auto write = [&](const std::string& task, const std::string& content) {
        makeFolder(folder / task);
        writeFileAtomically(folder / task / "all_results.json", content);
    };
    write("1-amazon", R"({"predict_exact_match_for_amazon": 52.5, "predict_exact_match_for_SC": 52.5,
                          "predict_samples": 7600, "train_loss": 0.3})");
    write("10-MNLI", R"({"predict_exact_match_for_amazon": 50.0, "predict_exact_match_for_agnews": 88.25,
                         "predict_exact_match_for_mnli": 71.0, "predict_rougeL_for_amazon": 60.0})");
    write("2-agnews", R"({"predict_exact_match_for_amazon": 51.0, "predict_exact_match_for_agnews": 90.0})");
    makeFolder(folder / "3-unfinished");
}

TEST(ForeignResultsTest, TreeOfOLora) {
    const TemporaryFolder folder;
    writeOLora(folder.path());
    EXPECT_EQ(recogniseResults(folder.path()), ForeignKind::OLora);
    EXPECT_EQ(recogniseResults(folder.path() / "2-agnews/all_results.json"), ForeignKind::OLora);
    const auto results = readOLoraResults(folder.path() / "2-agnews/all_results.json");
    EXPECT_THAT(results.tasks, ElementsAre("amazon", "agnews", "MNLI"));
    EXPECT_EQ(results.cells.size(), 6U);
    EXPECT_DOUBLE_EQ(scoreAt(results, 1, 1), 0.525);
    EXPECT_DOUBLE_EQ(scoreAt(results, 3, 2), 0.8825);
    EXPECT_DOUBLE_EQ(scoreAt(results, 3, 3), 0.71);
    EXPECT_THAT(results.notes[0], HasSubstr("percent"));
}

void writeTrace(const fs::path& folder) {
    writeFileAtomically(
        folder / "results-0-0-C-STANCE.json",
        R"({"eval": {"accuracy": 0.5}, "prompts": ["p", "q"], "results": ["A", "B"], "labels": ["A", "C"]})");
    writeFileAtomically(folder / "results-1-0-C-STANCE.json", R"({"eval": {"accuracy": 0.25}})");
    writeFileAtomically(folder / "results-1-1-20Minuten.json",
                        R"({"eval": {"bleu-1": 0.2, "rouge-L": 0.3, "sari": [{"sari": 41.5}]}})");
    writeFileAtomically(folder / "results-2-0-C-STANCE.json", R"({"eval": {"accuracy": 0.75}})");
    writeFileAtomically(folder / "results-2-2-Py150.json", R"({"eval": {"similarity": 58.0}})");
    writeFileAtomically(
        folder / "results-2-1-20Minuten.json",
        R"({"eval": {}, "prompts": ["a b c d"], "results": ["a b c d"], "labels": ["a b c d"]})");
}

TEST(ForeignResultsTest, ResultsOfTrace) {
    const TemporaryFolder folder;
    writeTrace(folder.path());
    EXPECT_EQ(recogniseResults(folder.path()), ForeignKind::Trace);
    const auto results = readTraceResults(folder.path() / "results-1-0-C-STANCE.json");
    EXPECT_THAT(results.tasks, ElementsAre("C-STANCE", "20Minuten", "Py150"));
    EXPECT_DOUBLE_EQ(scoreAt(results, 1, 1), 0.5);
    EXPECT_DOUBLE_EQ(scoreAt(results, 2, 2), 0.415);
    EXPECT_DOUBLE_EQ(scoreAt(results, 3, 3), 0.58);
    EXPECT_DOUBLE_EQ(scoreAt(results, 3, 2), 1) << "computed: an answer equal to its source and label";
    EXPECT_EQ(results.cells[2].metric, "sari");
    ASSERT_EQ(results.answers.size(), 2U);
    EXPECT_EQ(results.answers[0].second[1].output, "B");
    EXPECT_FALSE(results.answers[0].second[1].correct);
    EXPECT_THAT(results.notes, ::testing::Contains(HasSubstr("SARI was computed")));
}

TEST(ForeignResultsTest, MatricesInManyShapes) {
    const TemporaryFolder folder;
    const fs::path file = folder.path() / "m.csv";
    const auto read = [&](const std::string& text) {
        writeFileAtomically(file, text);
        return readMatrixCsv(file);
    };
    // Numbers alone.
    auto results = read("90,,\n80,70,\n75,65,60\n");
    EXPECT_THAT(results.tasks, ElementsAre("task 1", "task 2", "task 3"));
    EXPECT_EQ(results.cells.size(), 6U);
    EXPECT_DOUBLE_EQ(scoreAt(results, 3, 2), 0.65);
    // Named rows in the order of learning, columns in another, a mean behind them.
    results = read(",agnews,yelp,avg\nyelp,-,0.6,0.6\nagnews,0.9,0.5,0.7\n");
    EXPECT_THAT(results.tasks, ElementsAre("yelp", "agnews"));
    EXPECT_DOUBLE_EQ(scoreAt(results, 1, 1), 0.6);
    EXPECT_DOUBLE_EQ(scoreAt(results, 2, 2), 0.9);
    EXPECT_EQ(scoreAt(results, 1, 2), -1);
    EXPECT_THAT(results.notes[0], HasSubstr("\"avg\" is left out"));
    // An own export, row 0 included; below one percent it still is percent.
    results =
        read("# Accuracy matrix\nt,after,agnews [%],yelp [%]\n0,before training,0.5,0.25\n1,agnews,0.75,\n");
    EXPECT_DOUBLE_EQ(scoreAt(results, 0, 2), 0.0025);
    EXPECT_DOUBLE_EQ(scoreAt(results, 1, 1), 0.0075);
    // Numbered rows.
    results = read("step,a,b\n1,50,n/a\n2,40,60\n");
    EXPECT_DOUBLE_EQ(scoreAt(results, 2, 1), 0.4);
    for (const auto& [text, part] :
         std::vector<std::pair<std::string, std::string>>{{"", "no rows"},
                                                          {"a,b\n", "no score"},
                                                          {"a,b\n1,2,3\n", "fields"},
                                                          {"a,b\n1,x\n", "\"x\" is no score"},
                                                          {"a,b\n1,200\n", "200 is not between"},
                                                          {"a,a\n1,2\n", "two columns"},
                                                          {"1\n2\n", "more rows"},
                                                          {"run,t,a [%]\nx,1,5\n", "several runs"}}) {
        writeFileAtomically(file, text);
        try {
            readMatrixCsv(file);
            ADD_FAILURE() << text;
        } catch (const Error& error) {
            EXPECT_THAT(error.what(), HasSubstr(part)) << text;
        }
    }
}

TEST(ForeignResultsTest, OwnMatricesComeBack) {
    const TemporaryFolder folder;
    ExportRun run;
    run.row.id = run.row.name = "own";
    run.row.state = "finished";
    run.matrix = AccuracyMatrix({"agnews", "yelp"});
    run.matrix.set(0, 2, {1, 8, 8});
    run.matrix.set(1, 1, {5, 8, 8});
    run.matrix.set(2, 1, {4, 8, 8});
    run.matrix.set(2, 2, {7, 8, 8});
    writeFileAtomically(folder.path() / "own.csv", toCsv(matrixTable({run}, groupSeeds({run}, false))));
    const auto results = readMatrixCsv(folder.path() / "own.csv");
    EXPECT_EQ(results.tasks, run.matrix.taskNames());
    EXPECT_EQ(results.cells.size(), 4U);
    for (const EvaluationCell& cell : results.cells)
        EXPECT_DOUBLE_EQ(*cell.score, *run.matrix.at(cell.afterTask, cell.task));
}

TEST(ResultImport, BecomesARunLikeAnyOther) {
    const TemporaryFolder folder;
    const fs::path source = folder.path() / "ella-seed7";
    makeFolder(source);
    writeFileAtomically(source / "continual_eval.json", kContinualEval);
    const fs::path runs = folder.path() / "runs";
    const auto first = importPath(folder.path() / "ella-seed7", {}, runs);
    ASSERT_EQ(first.runs.size(), 1U);
    EXPECT_TRUE(first.runs[0].isNew);
    Store store = Store::inMemory();
    EXPECT_EQ(Importer(store).indexFolder(runs).imported, 1);
    const RunRow row = store.run(first.runs[0].id);
    EXPECT_EQ(row.name, "ella-seed7");
    EXPECT_EQ(row.seed, 7U);
    EXPECT_EQ(row.method, "ella");
    EXPECT_EQ(row.gate, "jumprelu");
    EXPECT_EQ(row.state, "finished");
    EXPECT_EQ(row.lineageKind, "import");
    EXPECT_THAT(row.tags, ElementsAre("imported"));
    EXPECT_EQ(row.tasksTrained, 2);
    ASSERT_NE(row.metric("oa"), nullptr);
    EXPECT_DOUBLE_EQ(*row.metric("oa"), 0.76);
    EXPECT_NEAR(*row.metric("bwt"), -0.015, 1e-12);
    const ExportRun run = readExportRun(store, row);
    EXPECT_THAT(toCsv(matrixTable({run}, groupSeeds({run}, true))), HasSubstr("2,amazon,97,55\n"));
    // Idempotent, and other settings are another run.
    const auto second = importPath(source, {}, runs);
    EXPECT_FALSE(second.runs[0].isNew);
    EXPECT_EQ(second.runs[0].id, first.runs[0].id);
    ImportSettings settings;
    settings.seed = 8;
    const auto third = importPath(source, settings, runs);
    EXPECT_TRUE(third.runs[0].isNew);
    Importer(store).indexFolder(runs);
    const auto all = store.listRuns();
    ASSERT_EQ(all.size(), 2U);
    EXPECT_EQ(all[0].groupHash, all[1].groupHash) << "seeds of one experiment";
}

TEST(ResultImport, KeepsAnswersAndSearchesFolders) {
    const TemporaryFolder folder;
    makeFolder(folder.path() / "in/trace/a");
    makeFolder(folder.path() / "in/olora/outputs");
    writeTrace(folder.path() / "in/trace/a");
    writeOLora(folder.path() / "in/olora/outputs");
    writeFileAtomically(folder.path() / "in/table.csv", "not,a,matrix\n");
    makeFolder(folder.path() / "in/broken");
    writeFileAtomically(folder.path() / "in/broken/continual_eval.json", "[{}]");
    const auto outcome = importPath(folder.path() / "in", {}, folder.path() / "runs");
    ASSERT_EQ(outcome.runs.size(), 2U);
    EXPECT_EQ(outcome.runs[0].format, "olora");
    EXPECT_THAT(outcome.runs[0].id, HasSubstr("olora-import-"));
    ASSERT_EQ(outcome.problems.size(), 1U);
    EXPECT_THAT(outcome.problems[0], HasSubstr("after_training_task"));
    const auto answers = readPredictions(outcome.runs[1].directory / "predictions/after_01_on_01.jsonl");
    ASSERT_EQ(answers.size(), 2U);
    EXPECT_EQ(answers[0].input, "p");
    EXPECT_TRUE(answers[0].correct);
    expectError(ErrorKind::Input, {"holds nothing that can be brought in"}, [&] {
        importPath(folder.path() / "in/trace", {}, folder.path() / "runs");
        makeFolder(folder.path() / "e");
        importPath(folder.path() / "e", {}, folder.path() / "runs");
    });
}

TEST(ForeignResultsDamage, EveryFormat) {
    const TemporaryFolder folder;
    const fs::path eval = folder.path() / "continual_eval.json";
    writeFileAtomically(eval, kContinualEval);
    EXPECT_GT(damageFileOnDisk(eval, 0, 21, 5000, [&] { readContinualEval(eval); }).refused, 1000);
    writeOLora(folder.path() / "olora");
    const fs::path results = folder.path() / "olora/10-MNLI/all_results.json";
    EXPECT_GT(
        damageFileOnDisk(results, 0, 22, 5000, [&] { readOLoraResults(folder.path() / "olora"); }).refused,
        1000);
    makeFolder(folder.path() / "trace");
    writeTrace(folder.path() / "trace");
    const fs::path trace = folder.path() / "trace/results-0-0-C-STANCE.json";
    EXPECT_GT(
        damageFileOnDisk(trace, 0, 23, 5000, [&] { readTraceResults(folder.path() / "trace"); }).refused,
        1000);
    const fs::path csv = folder.path() / "m.csv";
    writeFileAtomically(csv,
                        "t,after,agnews [%],yelp [%],\"a \"\"b\"\"\"\n1,agnews,90.5,,\n2,yelp,80,70,\n3,\"a "
                        "\"\"b\"\"\",1,2,3\n");
    EXPECT_GT(damageFileOnDisk(csv, 0, 24, 5000, [&] { readMatrixCsv(csv); }).refused, 1000);
}

}  // namespace
}  // namespace jumplora
