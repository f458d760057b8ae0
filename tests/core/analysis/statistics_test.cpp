// SPDX-License-Identifier: Apache-2.0
#include "analysis/statistics.h"

#include "support/errors.h"

#include <cmath>

namespace jumplora {
namespace {

TEST(Quantile, InterpolatesBetweenNeighbours) {
    EXPECT_TRUE(std::isnan(quantile({}, 0.5)));
    EXPECT_EQ(quantile({7}, 0.3), 7);
    const std::vector<double> values = {4, 1, 3, 2};
    EXPECT_EQ(quantile(values, 0), 1);
    EXPECT_EQ(quantile(values, 1), 4);
    EXPECT_EQ(quantile(values, 0.5), 2.5);
    EXPECT_DOUBLE_EQ(quantile(values, 0.9), 3.7);
    EXPECT_EQ(quantile({5, 5, 9, 1, 5}, 0.5), 5);
}

TEST(SeedStatistics, MeanAndSampleDeviation) {
    const std::vector<double> values = {2, 4, 4, 4, 5, 5, 7, 9};
    const SeedStatistics result = seedStatistics(values);
    EXPECT_EQ(result.n, 8U);
    EXPECT_DOUBLE_EQ(*result.mean, 5);
    EXPECT_DOUBLE_EQ(*result.deviation, std::sqrt(32.0 / 7));
}

TEST(SeedStatistics, FewValues) {
    EXPECT_EQ(seedStatistics({}).n, 0U);
    EXPECT_FALSE(seedStatistics({}).mean.has_value());
    const std::vector<double> one = {0.75};
    EXPECT_DOUBLE_EQ(*seedStatistics(one).mean, 0.75);
    EXPECT_FALSE(seedStatistics(one).deviation.has_value()) << "one value says nothing about its spread";
    const std::vector<double> equal = {0.5, 0.5, 0.5};
    EXPECT_EQ(*seedStatistics(equal).deviation, 0.0);
}

TEST(SeedStatistics, LargeOffset) {
    const std::vector<double> values = {1e9 + 1, 1e9 + 2, 1e9 + 3};
    EXPECT_DOUBLE_EQ(*seedStatistics(values).deviation, 1.0);
}

// From printed tables of Student's distribution, two-sided.
TEST(StudentQuantile, Tables) {
    EXPECT_NEAR(studentQuantile(0.95, 1), 12.7062047, 1e-6);
    EXPECT_NEAR(studentQuantile(0.95, 2), 4.30265273, 1e-7);
    EXPECT_NEAR(studentQuantile(0.95, 3), 3.18244631, 1e-7);
    EXPECT_NEAR(studentQuantile(0.95, 4), 2.77644511, 1e-7);
    EXPECT_NEAR(studentQuantile(0.95, 9), 2.26215716, 1e-7);
    EXPECT_NEAR(studentQuantile(0.95, 10), 2.22813885, 1e-7);
    EXPECT_NEAR(studentQuantile(0.95, 100), 1.98397152, 1e-7);
    EXPECT_NEAR(studentQuantile(0.99, 5), 4.03214298, 1e-7);
    EXPECT_NEAR(studentQuantile(0.5, 1), 1.0, 1e-12);
    EXPECT_NEAR(studentQuantile(0.95, 100001), 1.95998, 1e-4) << "the normal distribution's in the limit";
}

TEST(StudentQuantile, RefusesImpossibleArguments) {
    for (const double level : {0.0, 1.0, -1.0, std::nan("")})
        testing::expectError(ErrorKind::Input, {"level"}, [&] { (void)studentQuantile(level, 3); });
    testing::expectError(ErrorKind::Input, {"freedom"}, [] { (void)studentQuantile(0.95, 0); });
}

TEST(PairedDifference, IntervalOfThreeSeeds) {
    const std::vector<double> gate = {0.80, 0.83, 0.79};
    const std::vector<double> plain = {0.70, 0.76, 0.74};
    // Differences 0.10, 0.07, 0.05: mean 0.22/3, deviation √(0.001266667/2), t = 4.302653.
    const PairedDifference result = pairedDifference(gate, plain);
    EXPECT_EQ(result.n, 3U);
    EXPECT_NEAR(*result.mean, 0.0733333333, 1e-9);
    EXPECT_NEAR(*result.deviation, 0.0251661148, 1e-9);
    EXPECT_NEAR(*result.low, 0.0108170, 1e-6);
    EXPECT_NEAR(*result.high, 0.1358496, 1e-6);
}

TEST(PairedDifference, FewOrUnequalPairs) {
    const std::vector<double> one = {1.0};
    const PairedDifference single = pairedDifference(one, std::vector<double>{0.25});
    EXPECT_EQ(*single.mean, 0.75);
    EXPECT_FALSE(single.low.has_value());
    EXPECT_FALSE(pairedDifference({}, {}).mean.has_value());
    testing::expectError(ErrorKind::Input, {"same seeds", "1 and 0"},
                         [&] { (void)pairedDifference(one, {}); });
}

}  // namespace
}  // namespace jumplora
