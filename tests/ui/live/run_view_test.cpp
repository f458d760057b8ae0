// SPDX-License-Identifier: GPL-3.0-or-later
#include "live/run_view.h"

#include "core/store/sample_run.h"
#include "live/step_curves.h"
#include "store/importer.h"
#include "support/shared_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace jumplora {
namespace {

class RunViewTest : public ::testing::Test {
  protected:
    RunViewTest() { m_run.tasks = 2; }
    [[nodiscard]] RunView told() const {
        RunView view;
        for (const Event& event : testing::sampleEvents(m_run)) view.apply(event);
        return view;
    }
    testing::SampleRun m_run;
    testing::TemporaryFolder m_folder;
};

void expectEqual(const std::vector<double>& a, const std::vector<double>& b) {
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (std::isnan(a[i]) && std::isnan(b[i])) continue;
        EXPECT_DOUBLE_EQ(a[i], b[i]) << i;
    }
}

TEST_F(RunViewTest, EventsFillEverything) {
    const RunView view = told();
    EXPECT_TRUE(view.complete);
    EXPECT_EQ(view.steps.size(), 10U);
    EXPECT_EQ(view.taskName(2), "task2");
    EXPECT_EQ(view.steps.seconds.back(), 5.0);
    EXPECT_EQ(view.steps.rowsSeen.back(), 320);
    EXPECT_TRUE(std::isnan(view.steps.gradNorm[2]));
    ASSERT_EQ(view.steps.penalties.size(), 1U);
    EXPECT_TRUE(std::isnan(view.steps.penalties.at("ella")[4])) << "task 1 had no penalty";
    EXPECT_EQ(view.steps.penalties.at("ella")[5], 0.25);
    EXPECT_DOUBLE_EQ(view.steps.total(5), view.steps.ce[5] + 0.25);
    EXPECT_EQ(view.stepsBefore(2), 5);
    EXPECT_EQ(view.state, "finished");
    EXPECT_FALSE(view.log.empty());
}

TEST_F(RunViewTest, TheIndexGivesTheSame) {
    const auto directory = m_folder.path() / m_run.id;
    testing::writeSampleRun(directory, m_run);
    Store store(m_folder.path() / "index.sqlite");
    Importer(store).indexRun(directory);
    const RunView stored = readRunView(store, m_run.id);
    const RunView live = told();
    EXPECT_EQ(stored.id, live.id);
    expectEqual(stored.steps.global, live.steps.global);
    expectEqual(stored.steps.ce, live.steps.ce);
    expectEqual(stored.steps.gradNorm, live.steps.gradNorm);
    expectEqual(stored.steps.seconds, live.steps.seconds);
    expectEqual(stored.steps.rowsSeen, live.steps.rowsSeen);
    expectEqual(stored.steps.memory, live.steps.memory);
    ASSERT_EQ(stored.steps.tau.size(), live.steps.tau.size());
    expectEqual(stored.steps.tau[0], live.steps.tau[0]);
    expectEqual(stored.steps.penalties.at("ella"), live.steps.penalties.at("ella"));
    EXPECT_EQ(stored.cells.size(), live.cells.size());
    EXPECT_EQ(stored.tasks.size(), live.tasks.size());
    EXPECT_EQ(stored.log.size(), live.log.size());
    EXPECT_EQ(stored.overlap.size(), live.overlap.size());
    EXPECT_EQ(readRunEvents(directory.string()).steps.size(), live.steps.size());
}

TEST_F(RunViewTest, WhatIsToldTwiceIsThereOnce) {
    RunView view = told();
    const auto events = testing::sampleEvents(m_run);
    for (const Event& event : events) {
        if (!std::holds_alternative<StepMetrics>(event.payload)) continue;
        EXPECT_EQ(view.apply(event), 0U);
    }
    EXPECT_EQ(view.steps.size(), 10U);
    for (const Event& event : events) view.apply(event);
    EXPECT_EQ(view.steps.size(), 10U) << "a log that is read again from its start replaces everything";
}

TEST_F(RunViewTest, ResumingCutsBackToTheCheckpoint) {
    RunView view = told();
    const unsigned changes = view.apply({0, RunResumed{2, 3}});
    EXPECT_TRUE(changes & RunView::StepsRemoved);
    EXPECT_EQ(view.steps.size(), 8U);
    EXPECT_EQ(view.steps.penalties.at("ella").size(), 8U);
    EXPECT_EQ(view.steps.tau[0].size(), 8U);
    EXPECT_EQ(view.state, "running");
    EXPECT_TRUE(view.tasks[0].trained.has_value());
    EXPECT_FALSE(view.tasks[1].trained.has_value());
    // What comes again fills the gap, without a double point.
    for (const Event& event : testing::sampleEvents(m_run)) {
        const auto* step = std::get_if<StepMetrics>(&event.payload);
        if (step != nullptr && step->globalStep > 8) view.apply(event);
    }
    expectEqual(view.steps.global, told().steps.global);
    expectEqual(view.steps.ce, told().steps.ce);
}

TEST_F(RunViewTest, TaskSpansFollowTheAxis) {
    const RunView view = told();
    const auto steps = taskSpans(view, StepAxis::Steps);
    ASSERT_EQ(steps.size(), 2U);
    EXPECT_EQ(steps[1].begin, 5);
    EXPECT_EQ(steps[1].end, 10);
    EXPECT_EQ(*steps[1].blendBegin, 6);
    EXPECT_EQ(*steps[1].gateBegin, 9);
    const auto time = taskSpans(view, StepAxis::Time);
    EXPECT_EQ(time[1].begin, 2.5);
    EXPECT_EQ(time[1].end, 5.0);
    EXPECT_EQ(taskSpans(view, StepAxis::Rows)[0].end, 160);
}

TEST_F(RunViewTest, MetricsComeFromTheCells) {
    const RunView view = told();
    ASSERT_TRUE(view.metric("oa").value.has_value());
    EXPECT_EQ(view.tasksDone(), 2);
    RunView first;
    for (const Event& event : testing::sampleEvents(m_run)) {
        first.apply(event);
        if (std::holds_alternative<EvaluationCell>(event.payload) && first.tasksDone() == 1) break;
    }
    EXPECT_FALSE(first.metric("bwt").value.has_value()) << "needs two tasks";
}

}  // namespace
}  // namespace jumplora
