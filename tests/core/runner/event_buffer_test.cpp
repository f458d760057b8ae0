// SPDX-License-Identifier: Apache-2.0
#include "runner/event_buffer.h"

#include <gtest/gtest.h>

#include <thread>

namespace jumplora {
namespace {

Event step(std::int64_t number) {
    StepMetrics metrics;
    metrics.globalStep = number;
    return {static_cast<double>(number), metrics};
}

GateStatistics snapshot(std::int64_t step) {
    GateStatistics statistics;
    statistics.step = step;
    return statistics;
}

EvaluationProgress progress(std::int64_t done) {
    EvaluationProgress evaluation;
    evaluation.done = done;
    return evaluation;
}

TEST(EventBuffer, KeepsTheOrder) {
    EventBuffer buffer;
    EXPECT_TRUE(buffer.empty());
    buffer.onEvent({0, TaskStarted()});
    buffer.onEvent(step(1));
    buffer.onEvent({0, TaskTrained()});
    EXPECT_FALSE(buffer.empty());
    const auto events = buffer.take();
    ASSERT_EQ(events.size(), 3U);
    EXPECT_TRUE(std::holds_alternative<TaskStarted>(events[0].payload));
    EXPECT_TRUE(std::holds_alternative<TaskTrained>(events[2].payload));
    EXPECT_TRUE(buffer.take().empty());
}

TEST(EventBuffer, OfSnapshotsOnlyTheNewestIsKept) {
    EventBuffer buffer;
    for (std::int64_t i = 1; i <= 5; ++i) {
        buffer.onEvent({0, snapshot(i)});
        buffer.onEvent(step(i));
        buffer.onEvent({0, progress(i)});
    }
    const auto events = buffer.take();
    ASSERT_EQ(events.size(), 7U);
    EXPECT_EQ(std::get<GateStatistics>(events[4].payload).step, 5);
    EXPECT_EQ(std::get<EvaluationProgress>(events[6].payload).done, 5);
}

TEST(EventBuffer, AStalledReaderThinsStepsAndLosesNothingElse) {
    EventBuffer buffer(100);
    constexpr std::int64_t kSteps = 10000;
    for (std::int64_t i = 1; i <= kSteps; ++i) {
        buffer.onEvent(step(i));
        if (i % 1000 == 0) buffer.onEvent({0, EvaluationCell()});
    }
    const auto events = buffer.take();
    std::int64_t steps = 0;
    std::int64_t cells = 0;
    std::int64_t last = 0;
    for (const Event& event : events) {
        if (const auto* metrics = std::get_if<StepMetrics>(&event.payload)) {
            ++steps;
            EXPECT_GT(metrics->globalStep, last);
            last = metrics->globalStep;
        } else {
            ++cells;
        }
    }
    EXPECT_LE(steps, 101);
    EXPECT_GE(steps, 50);
    EXPECT_EQ(last, kSteps) << "the newest step is always there";
    EXPECT_EQ(cells, 10);
}

TEST(EventBuffer, TakesFromOneThreadWhatAnotherGives) {
    EventBuffer buffer;
    constexpr std::int64_t kSteps = 5000;
    std::thread writer([&] {
        for (std::int64_t i = 1; i <= kSteps; ++i) buffer.onEvent(step(i));
    });
    std::int64_t seen = 0;
    while (seen < kSteps) {
        for (const Event& event : buffer.take()) {
            ++seen;
            EXPECT_EQ(std::get<StepMetrics>(event.payload).globalStep, seen);
        }
    }
    writer.join();
}

}  // namespace
}  // namespace jumplora
