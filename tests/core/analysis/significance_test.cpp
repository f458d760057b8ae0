// SPDX-License-Identifier: Apache-2.0
#include "analysis/significance.h"

#include "analysis/statistics.h"
#include "base/error.h"

#include <gtest/gtest.h>

#include <cmath>

namespace jumplora {
namespace {

using Values = std::vector<double>;

TEST(Significance, StudentsTailsFitItsQuantiles) {
    for (const std::size_t freedom : {1U, 2U, 5U, 30U})
        EXPECT_NEAR(studentTwoSided(studentQuantile(0.95, freedom), freedom), 0.05, 1e-9) << freedom;
    EXPECT_NEAR(studentTwoSided(0, 4), 1, 1e-12);
    EXPECT_NEAR(studentTwoSided(-2.0, 2), studentTwoSided(2.0, 2), 1e-15);
}

TEST(Significance, PairedTOverDifferences) {
    // t = 2 / (1 / √3) = 3.4641, 2 degrees of freedom: p = 1 − t/√(t² + 2).
    const Values a = {3, 5, 7};
    const Values b = {2, 3, 4};
    const TestResult result = pairedTTest(a, b);
    const double t = 2 * std::sqrt(3.0);
    EXPECT_NEAR(*result.p, 1 - t / std::sqrt(t * t + 2), 1e-12);
    EXPECT_EQ(result.n, 3U);
}

TEST(Significance, TooFewPairsAreNotTested) {
    const Values two = {1, 2};
    EXPECT_FALSE(pairedTTest(two, two).p);
    EXPECT_EQ(pairedTTest(two, two).reason, "too few seeds to test");
    EXPECT_EQ(wilcoxonSignedRank(two, two).reason, "too few seeds to test");
    const Values three = {1, 2, 3};
    EXPECT_FALSE(pairedTTest(three, three).p);
    EXPECT_THROW(pairedTTest(two, three), Error);
}

TEST(Significance, SignedRanksAreExact) {
    // All five differences positive: 2/2⁵.
    EXPECT_DOUBLE_EQ(*wilcoxonSignedRank(Values{2, 3, 4, 5, 6}, Values{1, 1, 1, 1, 1}).p, 2.0 / 32);
    // Differences 1, −2, 3: sums of positive ranks ≥ 4 are {1,3}, {2,3}, {1,2,3} of 8 patterns.
    EXPECT_DOUBLE_EQ(*wilcoxonSignedRank(Values{1, -2, 3}, Values{0, 0, 0}).p, 2 * 3.0 / 8);
    // Equal sizes share a rank, zeros are left out.
    EXPECT_DOUBLE_EQ(*wilcoxonSignedRank(Values{1, 1, 1, 0}, Values{0, 0, 0, 0}).p, 2.0 / 8);
}

TEST(Significance, HolmStepsDown) {
    const auto corrected = holmCorrected({0.01, std::nullopt, 0.04, 0.03});
    EXPECT_DOUBLE_EQ(*corrected[0], 0.03);
    EXPECT_FALSE(corrected[1]);
    EXPECT_DOUBLE_EQ(*corrected[3], 0.06);
    EXPECT_DOUBLE_EQ(*corrected[2], 0.06) << "never below an earlier one";
    EXPECT_DOUBLE_EQ(*holmCorrected({0.9, 0.8})[0], 1.0);
}

}  // namespace
}  // namespace jumplora
