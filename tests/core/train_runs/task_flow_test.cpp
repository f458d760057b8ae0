// SPDX-License-Identifier: Apache-2.0
// What a run does with the gate in short tasks, and when it calls its method.
#include "support/prepared_run.h"
#include "train/trainer.h"

#include <algorithm>
#include <cmath>

namespace jumplora {
namespace {

class TaskFlow : public testing::PreparedRun {
  protected:
    [[nodiscard]] static std::vector<Event> eventsOf(const std::string& name, const Json& changes) {
        const auto folder = s_folder->path() / name / "run";
        std::filesystem::create_directories(folder);
        const RunDirectory run(folder);
        prepareRun(run, testing::tinySpec(inputs(), changes));
        RunControl control;
        EXPECT_EQ(executeRun(run, {}, control), "finished");
        return run.readEvents();
    }

    template <typename Payload>
    [[nodiscard]] static std::vector<Payload> only(const std::vector<Event>& events) {
        std::vector<Payload> found;
        for (const Event& event : events) {
            if (const auto* payload = std::get_if<Payload>(&event.payload)) found.push_back(*payload);
        }
        return found;
    }

    // The value of a penalty in each step of a task; NaN where it was not reported.
    [[nodiscard]] static std::vector<double> penalties(const std::vector<Event>& events, std::int64_t task,
                                                       const std::string& name) {
        std::vector<double> values;
        for (const StepMetrics& step : only<StepMetrics>(events)) {
            if (step.task != task) continue;
            values.push_back(std::nan(""));
            for (const NamedValue& penalty : step.penalties) {
                if (penalty.name == name) values.back() = penalty.value;
            }
        }
        return values;
    }

    // Two rows a step and this many steps a task.
    [[nodiscard]] static Json steps(std::int64_t count, double first = 0.2, double final = 0.8) {
        return {{"suite", {{"max_samples", 2 * count}}},
                {"train", {{"accumulate", 1}}},
                {"gate", {{"first", first}, {"final", final}}}};
    }

    static void expectSchedule(const std::string& name, const Json& changes, std::int64_t initialised,
                               const std::vector<double>& blend, bool warned) {
        SCOPED_TRACE(name);
        const auto events = eventsOf(name, changes);
        const auto thresholds = only<ThresholdInitialised>(events);
        ASSERT_EQ(thresholds.size(), 3U) << "once per task";
        for (std::size_t i = 0; i < 3; ++i) {
            EXPECT_EQ(thresholds[i].task, static_cast<std::int64_t>(i + 1));
            EXPECT_EQ(thresholds[i].step, initialised);
            EXPECT_GT(thresholds[i].tau.at(0), 0.0);
        }
        std::vector<double> f;
        for (const StepMetrics& step : only<StepMetrics>(events)) {
            if (step.task == 2) f.push_back(step.f);
            EXPECT_TRUE(std::isfinite(step.ce) && std::isfinite(step.gradNorm) &&
                        std::isfinite(step.tau.at(0)));
        }
        EXPECT_EQ(f, blend);
        for (const TaskTrained& task : only<TaskTrained>(events)) {
            EXPECT_EQ(task.f, 1.0);
            EXPECT_LT(task.aliveTotal, task.entries);
            EXPECT_GT(task.aliveTotal, 0);
        }
        std::vector<std::int64_t> tasks;
        for (const WarningRaised& warning : only<WarningRaised>(events)) {
            if (warning.code == "short_task") tasks.push_back(warning.task);
        }
        EXPECT_EQ(tasks, warned ? (std::vector<std::int64_t>{1, 2, 3}) : std::vector<std::int64_t>{});
    }
};

TEST_F(TaskFlow, ShortTasksInitialiseTheThresholdAndSaySo) {
    expectSchedule("one", steps(1), 1, {0}, true);
    expectSchedule("two", steps(2), 1, {0, 1}, true);
    expectSchedule("four", steps(4), 1, {0, 1.0 / 3, 2.0 / 3, 1}, true);
    expectSchedule("five", steps(5), 1, {0, 0, 1.0 / 3, 2.0 / 3, 1}, false);
    expectSchedule("at_once", steps(4, 0.5, 0.5), 2, {0, 0, 1, 1}, true);
    expectSchedule("at_the_end", steps(3, 1, 1), 3, {0, 0, 0}, true);
}

TEST_F(TaskFlow, OneAdapterForAllTasksKeepsItsThreshold) {
    Json changes = steps(5);
    changes["method"] = {{"type", "seqlora"}};
    const auto events = eventsOf("seqlora", changes);
    const auto thresholds = only<ThresholdInitialised>(events);
    ASSERT_EQ(thresholds.size(), 1U);
    EXPECT_EQ(thresholds[0].task, 1);
    for (const StepMetrics& step : only<StepMetrics>(events)) {
        if (step.task > 1) {
            EXPECT_EQ(step.f, 1.0);
        }
    }
}

TEST_F(TaskFlow, AMethodHearsOfATaskWhenItIsOver) {
    const auto events =
        eventsOf("ewc", {{"method", {{"type", "ewc"}, {"lambda", 1e6}, {"fisher_samples", 4}}},
                         {"gate", {{"type", "none"}}}});
    for (const double value : penalties(events, 1, "ewc"))
        EXPECT_TRUE(std::isnan(value)) << "nothing is known yet";
    for (const std::int64_t task : {2, 3}) {
        const auto values = penalties(events, task, "ewc");
        ASSERT_EQ(values.size(), 9U);
        for (const double value : values) EXPECT_TRUE(std::isfinite(value));
        EXPECT_GT(values.back(), 0.0);
    }
    const auto second = penalties(events, 2, "ewc");
    EXPECT_LT(std::abs(second.front()), 1e-3 * second.back() + 1e-6) << "θ starts at θ*";
}

TEST_F(TaskFlow, TasksOverrideTheMethodsParameters) {
    const Json off = {{"task", "topic"}, {"method", {{"lambda", 0}}}};
    const auto events = eventsOf("override", {{"method", {{"type", "ella"}, {"lambda", 1e6}}},
                                              {"suite", {{"order", Json::array({"mood", off, "answer"})}}}});
    for (const double value : penalties(events, 1, "ella")) EXPECT_TRUE(std::isnan(value));
    for (const double value : penalties(events, 2, "ella")) EXPECT_EQ(value, 0.0);
    // With the hard mask on, the last steps may well share no entry with the past; while blending they do.
    const auto third = penalties(events, 3, "ella");
    EXPECT_GT(*std::max_element(third.begin(), third.end()), 0.0) << ::testing::PrintToString(third);
}

TEST_F(TaskFlow, ReplayAddsItsShareOfEarlierRows) {
    const auto events = eventsOf("replay", {{"method", {{"type", "replay"}, {"share", 0.25}}}});
    // Two micro-batches of two rows a step; a quarter more is half a row each, a whole one in every second.
    for (const StepMetrics& step : only<StepMetrics>(events))
        EXPECT_EQ(step.rows, step.task == 1 ? 4 : 5) << step.task << " " << step.step;
}

}  // namespace
}  // namespace jumplora
