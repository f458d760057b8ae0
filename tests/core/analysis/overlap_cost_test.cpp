// SPDX-License-Identifier: Apache-2.0
#include "analysis/overlap.h"

#include <gtest/gtest.h>

namespace jumplora {
namespace {

std::vector<ModuleInfo> squares(std::int64_t count, std::int64_t width) {
    return std::vector<ModuleInfo>(static_cast<std::size_t>(count),
                                   {"q", "encoder self q", 0, width, width, 0});
}

TEST(OverlapCost, SpectralPartIsWhatCostsWithAGate) {
    const auto modules = squares(144, 1024);
    const OverlapCost all = overlapCost(modules, 8, 15, 105, 0.0156);
    const OverlapCost cheap = overlapCost(modules, 8, 15, 105, 0.0156, {.spectral = false});
    EXPECT_GT(all.seconds, 10 * cheap.seconds);
    EXPECT_GT(all.bytes, cheap.bytes);
    const OverlapCost noGate = overlapCost(modules, 8, 15, 105, 1);
    EXPECT_LT(noGate.seconds, all.seconds) << "decompositions go through the factors";
}

TEST(OverlapCost, GrowsWithTheRun) {
    const OverlapCost base = overlapCost(squares(10, 512), 8, 4, 6, 0.02);
    EXPECT_GT(base.seconds, 0);
    EXPECT_GT(base.bytes, 0);
    EXPECT_NEAR(overlapCost(squares(20, 512), 8, 4, 6, 0.02).seconds, 2 * base.seconds, 1e-9);
    EXPECT_GT(overlapCost(squares(10, 1024), 8, 4, 6, 0.02).seconds, 4 * base.seconds);
    EXPECT_GT(overlapCost(squares(10, 512), 8, 8, 28, 0.02).seconds, base.seconds);
    // Modules come one after another: memory does not add up over them, but for the results.
    EXPECT_LT(overlapCost(squares(20, 512), 8, 4, 6, 0.02).bytes, base.bytes * 3 / 2);
    EXPECT_GT(overlapCost(squares(10, 512), 8, 4, 6, 0.2).bytes, base.bytes);
}

}  // namespace
}  // namespace jumplora
