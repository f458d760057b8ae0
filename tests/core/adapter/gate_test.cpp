// SPDX-License-Identifier: Apache-2.0
#include "adapter/gate.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace jumplora {
namespace {

TEST(BlendSchedule, RisesFromFirstToFinal) {
    const BlendSchedule schedule(0.2, 0.8, 10);
    EXPECT_EQ(schedule.firstStep(), 2);
    EXPECT_EQ(schedule.finalStep(), 8);
    EXPECT_EQ(schedule.initialisationStep(), 2);
    EXPECT_FALSE(schedule.degenerate());
    const double expected[] = {0, 0, 0, 1.0 / 6, 2.0 / 6, 3.0 / 6, 4.0 / 6, 5.0 / 6, 1, 1, 1};
    for (std::int64_t done = 0; done <= 10; ++done)
        EXPECT_DOUBLE_EQ(schedule.blend(done), expected[done]) << done;
}

TEST(BlendSchedule, StepsOfTheBenchmark) {
    // first = ⌊0.2·S⌋, final = ⌊0.8·S⌋.
    const std::int64_t expected[][3] = {{350, 70, 280}, {250, 50, 200}, {125, 25, 100}, {75, 15, 60},
                                        {10, 2, 8},     {7, 1, 5},      {5, 1, 4}};
    for (const auto& [steps, first, final] : expected) {
        const BlendSchedule schedule(0.2, 0.8, steps);
        EXPECT_EQ(schedule.firstStep(), first) << steps;
        EXPECT_EQ(schedule.finalStep(), final) << steps;
        EXPECT_FALSE(schedule.degenerate()) << steps;
    }
}

TEST(BlendSchedule, ShortTasksStillGetAThresholdAndEndAtOne) {
    const std::vector<std::vector<double>> expected = {
        {0, 1},                      // S = 1: initialised after the only step
        {0, 1, 1},                   // S = 2: first 0, final 1
        {0, 0.5, 1, 1},              // S = 3: first 0, final 2
        {0, 1.0 / 3, 2.0 / 3, 1, 1}  // S = 4: first 0, final 3
    };
    for (std::size_t s = 0; s < expected.size(); ++s) {
        const auto steps = static_cast<std::int64_t>(s + 1);
        const BlendSchedule schedule(0.2, 0.8, steps);
        EXPECT_TRUE(schedule.degenerate()) << steps;
        EXPECT_EQ(schedule.initialisationStep(), 1) << steps;
        for (std::int64_t done = 0; done <= steps; ++done)
            EXPECT_DOUBLE_EQ(schedule.blend(done), expected[s][static_cast<std::size_t>(done)])
                << done << " of " << steps;
    }
}

TEST(BlendSchedule, FirstEqualToFinalIsAHardStep) {
    const BlendSchedule middle(0.5, 0.5, 10);
    EXPECT_TRUE(middle.degenerate());
    EXPECT_EQ(middle.initialisationStep(), 5);
    EXPECT_EQ(middle.blend(4), 0.0);
    EXPECT_EQ(middle.blend(5), 1.0);
    const BlendSchedule always(0, 0, 10);
    EXPECT_EQ(always.initialisationStep(), 1);
    EXPECT_EQ(always.blend(0), 0.0) << "there is no threshold yet";
    EXPECT_EQ(always.blend(1), 1.0);
    const BlendSchedule never(1, 1, 10);
    EXPECT_EQ(never.initialisationStep(), 10);
    EXPECT_EQ(never.blend(9), 0.0);
    EXPECT_EQ(never.blend(10), 1.0);
}

TEST(BlendSchedule, IsMonotoneWithinZeroAndOneForAllShortTasks) {
    for (std::int64_t steps = 1; steps <= 30; ++steps) {
        for (const double first : {0.0, 0.1, 0.2, 0.5, 1.0}) {
            for (const double final : {0.0, 0.1, 0.2, 0.5, 0.8, 1.0}) {
                if (first > final) continue;
                const BlendSchedule schedule(first, final, steps);
                EXPECT_LE(schedule.initialisationStep(), steps);
                double last = 0;
                for (std::int64_t done = 0; done <= steps; ++done) {
                    const double f = schedule.blend(done);
                    ASSERT_TRUE(f >= last && f <= 1.0)
                        << steps << " " << first << " " << final << " " << done;
                    ASSERT_TRUE(done >= schedule.initialisationStep() || f == 0.0);
                    last = f;
                }
                EXPECT_EQ(last, 1.0);
            }
        }
    }
}

}  // namespace
}  // namespace jumplora
