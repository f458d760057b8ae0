// SPDX-License-Identifier: Apache-2.0
#include "exchange/record_tables.h"

#include "core/store/sample_run.h"
#include "exchange/overlap_table.h"
#include "store/importer.h"
#include "support/errors.h"
#include "support/shared_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jumplora {
namespace {

using ::testing::HasSubstr;

ExportRun plainRun() {
    ExportRun run;
    run.row.id = "r-1";
    run.row.name = "r";
    run.row.tasks = {"agnews", "yelp"};
    run.row.state = "finished";
    return run;
}

PredictionCell sampleCell() {
    PredictionCell cell;
    cell.afterTask = 2;
    cell.task = "agnews";
    cell.rows = {0, 1, 5};
    cell.predictions = {{"Text: a, b", "World", "World", true, true, 1},
                        {"Text: c", "World", "Sports", false, true},
                        {"Text: d", "Sports", "none", false, false}};
    return cell;
}

TEST(CurvesTable, FromTheIndexOfARun) {
    const testing::TemporaryFolder folder;
    testing::SampleRun sample;
    sample.tasks = 2;
    sample.steps = 3;
    testing::writeSampleRun(folder.path() / "run", sample);
    Store store = Store::inMemory();
    const std::string id = Importer(store).indexRun(folder.path() / "run");
    const ExportRun run = readExportRun(store, store.run(id));
    const CurveSet curves = store.curves(id, {"ce", "penalty.ella", "tau.0", "density"});
    const std::string csv = toCsv(curvesTable({run}, {curves}));
    EXPECT_THAT(csv, HasSubstr("# run order1-20260304-140512-ab12cd34, seed 1"));
    EXPECT_THAT(csv, HasSubstr("# ce = cross-entropy, mean over the micro-batches of the step\n"));
    EXPECT_THAT(csv, HasSubstr("task,step,global_step,task_name,ce,penalty.ella,tau.0,density [%]\n"
                               "1,1,1,task1,2,,0.001,100\n"
                               "1,2,2,task1,1,,0.002,50\n"));
    EXPECT_THAT(csv, HasSubstr("\n2,1,4,task2,0.5,0.25,0.001,100\n"));
    const std::string two = toCsv(curvesTable({run, run}, {curves, curves}));
    EXPECT_THAT(two, HasSubstr("\nrun,task,step,"));
    EXPECT_THAT(two, HasSubstr("\norder1-20260304-140512-ab12cd34,2,1,4,"));
    const std::string tasks = toCsv(tasksTable({run}, {store.tasks(id)}));
    EXPECT_THAT(tasks,
                HasSubstr("t,task,rows,steps,first,final,tau_initial,f,alive,density [%],stored [bytes]\n"));
    EXPECT_THAT(tasks, HasSubstr("\n1,task1,96,3,1,4,"));
}

TEST(PredictionsTable, OneRowAnAnswer) {
    const std::string csv = toCsv(predictionsTable({plainRun()}, {{sampleCell()}}));
    EXPECT_THAT(csv, HasSubstr("t,task,row,correct,within_options,expected,output,input\n"
                               "2,agnews,0,yes,yes,World,World,\"Text: a, b\"\n"
                               "2,agnews,1,no,yes,World,Sports,Text: c\n"
                               "2,agnews,5,no,no,Sports,none,Text: d\n"));
}

TEST(ConfusionTable, CountsAnswersByLabel) {
    EXPECT_EQ(toCsv(confusionTable(sampleCell())),
              "# Answers on agnews after task 2\n"
              "label \\ answer,Sports,World,none\n"
              "Sports,0,0,1\nWorld,1,1,0\n");
    EXPECT_EQ(toCsv(confusionTable(sampleCell(), 1)),
              "# Answers on agnews after task 2\n"
              "label \\ answer,Sports,others\n"
              "Sports,0,1\nWorld,1,1\n");
}

TEST(OverlapTable, PairsTasksAndModules) {
    OverlapOfRun overlap;
    overlap.modules = {{"encoder.q", "encoder self q", 0, 8, 8, 0},
                       {"encoder.v", "encoder self v", 0, 8, 8, 0}};
    OverlapComputed task;
    task.i = task.j = 1;
    task.pooled = {{"density", 0.25}};
    task.perModule = {{{"density", 0.5}}, {{"density", 0.0}}};
    OverlapComputed pair;
    pair.i = 1;
    pair.j = 2;
    pair.pooled = {{"collision_rate", 0.125}, {"cosine", -0.5}};
    pair.perModule = {{{"collision_rate", 0.25}, {"cosine", -0.5}}, {{"collision_rate", 0.0}}};
    overlap.pairs = {task, pair};
    const std::string csv =
        toCsv(overlapTable({plainRun()}, {overlap}, {.measures = {"density", "collision_rate", "cosine"}}));
    EXPECT_THAT(csv, HasSubstr("# collision_rate [share] = "));
    EXPECT_THAT(csv, HasSubstr("i,j,task_i,task_j,density [%],collision_rate [%],cosine\n"
                               "1,1,agnews,agnews,25,,\n"
                               "1,2,agnews,yelp,,12.5,-0.5\n"));
    const std::string modules =
        toCsv(overlapTable({plainRun()}, {overlap}, {.perModule = true, .measures = {"cosine"}}));
    EXPECT_THAT(modules, HasSubstr("i,j,task_i,task_j,module,cosine\n1,2,agnews,yelp,encoder.q,-0.5\n"));
    EXPECT_EQ(modules.find("encoder.v,"), std::string::npos) << "a module without a value has no row";
    testing::expectError(ErrorKind::Input, {"jacard", "jaccard"},
                         [&] { return overlapTable({plainRun()}, {overlap}, {.measures = {"jacard"}}); });
}

}  // namespace
}  // namespace jumplora
