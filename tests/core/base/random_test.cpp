// SPDX-License-Identifier: Apache-2.0
#include "base/random.h"

#include <gtest/gtest.h>

#include <numeric>
#include <set>
#include <vector>

namespace jumplora {
namespace {

TEST(Random, SeedsDependOnEveryPartOfThePurpose) {
    const std::set<std::uint64_t> seeds = {deriveSeed(1, "init"), deriveSeed(2, "init"),
                                           deriveSeed(1, "shuffle"), deriveSeed(1, "init", 1),
                                           deriveSeed(1, "init", 0, 1)};
    EXPECT_EQ(seeds.size(), 5U);
    EXPECT_EQ(deriveSeed(7, "x", 3, 4), deriveSeed(7, "x", 3, 4));
}

TEST(Random, MatchesPublishedXoshiroSequence) {
    // SplitMix64 seeded with 0 gives e220a8397b1dcdaf as its first state word.
    Rng rng(0);
    const std::uint64_t first = rng.next();
    EXPECT_EQ(first, 0x99ec5f36cb75f2b4ULL);
}

TEST(Random, UniformIsInRangeAndSpread) {
    Rng rng(5);
    double sum = 0;
    for (int i = 0; i < 10000; ++i) {
        const double u = rng.uniform();
        ASSERT_GE(u, 0.0);
        ASSERT_LT(u, 1.0);
        sum += u;
    }
    EXPECT_NEAR(sum / 10000, 0.5, 0.02);
}

TEST(Random, BelowReachesEveryValue) {
    Rng rng(9);
    std::vector<int> counts(7);
    for (int i = 0; i < 7000; ++i) ++counts[rng.below(7)];
    for (const int count : counts) EXPECT_NEAR(count, 1000, 200);
}

TEST(Random, ShuffleIsAPermutation) {
    std::vector<int> items(100);
    std::iota(items.begin(), items.end(), 0);
    auto shuffled = items;
    Rng rng(3);
    rng.shuffle(std::span(shuffled));
    EXPECT_NE(shuffled, items);
    EXPECT_TRUE(std::is_permutation(shuffled.begin(), shuffled.end(), items.begin()));
}

}  // namespace
}  // namespace jumplora
