// SPDX-License-Identifier: Apache-2.0
#include "cli/progress.h"

#include <gtest/gtest.h>

namespace jumplora::cli {
namespace {

void trainTask(TimeLeft& time, std::int64_t task, std::int64_t steps) {
    TaskStarted started;
    started.task = task;
    started.steps = 10;
    time.onEvent({0, started});
    for (std::int64_t s = 1; s <= steps; ++s) {
        StepMetrics step;
        step.task = task;
        step.step = s;
        step.stepSeconds = 2;
        time.onEvent({0, step});
    }
}

TEST(TimeLeft, CountsStepsAndCells) {
    TimeLeft time;
    RunStarted started;
    started.tasks = {"a", "b", "c"};
    started.steps = {10, 10, 10};
    time.onEvent({0, started});
    trainTask(time, 1, 4);
    EXPECT_FALSE(time.evaluationKnown());
    EXPECT_DOUBLE_EQ(time.ofTask(), 12);
    EXPECT_DOUBLE_EQ(time.ofRun(), 52);
    trainTask(time, 1, 10);
    EvaluationCell cell;
    cell.afterTask = 1;
    cell.task = 1;
    cell.seconds = 5;
    time.onEvent({0, cell});
    EXPECT_DOUBLE_EQ(time.ofTask(), 0);
    // Two tasks of ten steps, two and three cells.
    EXPECT_DOUBLE_EQ(time.ofRun(), 40 + 25);
    time.setEvaluatesAll(true);
    EXPECT_DOUBLE_EQ(time.ofTask(), 10) << "two more cells of this row";
    EXPECT_DOUBLE_EQ(time.ofRun(), 40 + 40);
}

TEST(TimeLeft, FollowsACellUnderEvaluation) {
    TimeLeft time;
    RunStarted started;
    started.tasks = {"a"};
    started.steps = {10};
    time.onEvent({0, started});
    trainTask(time, 1, 10);
    EvaluationCell before;
    before.seconds = 8;
    before.task = 1;
    time.onEvent({100, before});
    time.onEvent({104, EvaluationProgress{1, 1, 40, 160}});
    EXPECT_DOUBLE_EQ(time.rowsPerSecond(), 10);
    EXPECT_DOUBLE_EQ(time.ofTask(), 6) << "three quarters of a cell of eight seconds";
}

TEST(TimeLeft, JointTrainingHasOneStage) {
    TimeLeft time;
    RunStarted started;
    started.tasks = {"a", "b"};
    started.steps = {10};
    time.onEvent({0, started});
    trainTask(time, 2, 5);
    EXPECT_DOUBLE_EQ(time.ofRun(), 10);
}

}  // namespace
}  // namespace jumplora::cli
