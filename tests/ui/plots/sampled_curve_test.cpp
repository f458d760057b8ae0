// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/sampled_curve.h"

#include "base/random.h"
#include "plots/smoothing.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace jumplora {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

SampledCurve randomCurve(std::size_t count, double low, double high) {
    Rng rng(7);
    SampledCurve curve;
    for (std::size_t i = 0; i < count; ++i) curve.append(static_cast<double>(i), rng.uniform(low, high));
    return curve;
}

TEST(SampledCurve, FewPointsAreAllThere) {
    const SampledCurve curve({1, 2, 3, 4}, {5, kNaN, 7, 8});
    const CurveSample sample = curve.sample(1, 4, 100, false);
    ASSERT_EQ(sample.points.size(), 4U);
    EXPECT_TRUE(std::isnan(sample.points[1].y)) << "a gap stays a gap";
    EXPECT_EQ(sample.points[2].y, 7);
}

TEST(SampledCurve, ManyPointsKeepEveryExtremeAndFewerThanThreeForAColumn) {
    SampledCurve curve = randomCurve(100000, 0, 1);
    curve.append(100000, 42);
    for (int i = 1; i < 1000; ++i) curve.append(100000 + i, 0.5);
    constexpr int kColumns = 300;
    const CurveSample sample = curve.sample(0, 101000, kColumns, false);
    EXPECT_LE(sample.points.size(), 2U * (kColumns + 2));
    double largest = 0;
    double before = -1;
    for (const CurvePoint& point : sample.points) {
        largest = std::max(largest, point.y);
        EXPECT_GE(point.x, before) << "in the order of x";
        before = point.x;
    }
    EXPECT_EQ(largest, 42) << "a peak of one point is not lost";
}

// The pyramid gives exactly what looking at every value would give.
TEST(SampledCurve, EqualsBruteForceForAnyRange) {
    const SampledCurve curve = randomCurve(5000, -1, 1);
    for (const auto& [from, to] : {std::pair{0.0, 4999.0}, {100.5, 3000.0}, {4000.0, 4999.0}}) {
        const CurveSample sample = curve.sample(from, to, 50, false);
        double least = 1e9;
        double largest = -1e9;
        for (std::size_t i = 0; i < curve.size(); ++i) {
            if (curve.x()[i] < from || curve.x()[i] > to) continue;
            least = std::min(least, curve.y()[i]);
            largest = std::max(largest, curve.y()[i]);
        }
        double sampledLeast = 1e9;
        double sampledLargest = -1e9;
        for (const CurvePoint& point : sample.points) {
            sampledLeast = std::min(sampledLeast, point.y);
            sampledLargest = std::max(sampledLargest, point.y);
        }
        EXPECT_LE(sampledLeast, least);
        EXPECT_GE(sampledLargest, largest);
    }
}

TEST(SampledCurve, LogarithmicAxesLeaveGapsWhereNothingIsAboveZero) {
    SampledCurve curve;
    for (int i = 0; i < 10000; ++i) curve.append(i, i < 5000 ? 0.0 : 2.0);
    for (const int columns : {100, 20000}) {
        const CurveSample sample = curve.sample(0, 9999, columns, true);
        EXPECT_FALSE(sample.atZero.empty());
        for (const CurvePoint& point : sample.points) EXPECT_TRUE(std::isnan(point.y) || point.y == 2.0);
    }
}

TEST(SampledCurve, AppendingGivesWhatBuildingGives) {
    std::vector<double> x;
    std::vector<double> y;
    SampledCurve appended;
    Rng rng(3);
    for (int i = 0; i < 777; ++i) {
        x.push_back(i);
        y.push_back(i % 50 == 0 ? kNaN : rng.uniform(0, 1));
        appended.append(x.back(), y.back());
    }
    const CurveSample one = appended.sample(0, 776, 20, false);
    const CurveSample two = SampledCurve(x, y).sample(0, 776, 20, false);
    ASSERT_EQ(one.points.size(), two.points.size());
    for (std::size_t i = 0; i < one.points.size(); ++i) EXPECT_EQ(one.points[i].x, two.points[i].x);
}

TEST(SampledCurve, FindsTheNearestPoint) {
    const SampledCurve curve({1, 2, 10}, {0, 0, 0});
    EXPECT_EQ(curve.nearest(0), 0U);
    EXPECT_EQ(curve.nearest(5.9), 1U);
    EXPECT_EQ(curve.nearest(6.1), 2U);
    EXPECT_EQ(curve.nearest(99), 2U);
}

TEST(Smoother, EmaIsDebiased) {
    Smoother smoother({Smoothing::Kind::Ema, 0.9, 1});
    EXPECT_DOUBLE_EQ(smoother.next(5), 5) << "the first value is itself";
    EXPECT_DOUBLE_EQ(smoother.next(7), (0.9 * 0.1 * 5 + 0.1 * 7) / (1 - 0.81));
    EXPECT_TRUE(std::isnan(smoother.next(kNaN)));
    smoother.restart();
    EXPECT_DOUBLE_EQ(smoother.next(3), 3) << "a new task does not remember the old one";
}

TEST(Smoother, WindowIsAMean) {
    Smoother smoother({Smoothing::Kind::Window, 0, 3});
    EXPECT_DOUBLE_EQ(smoother.next(3), 3);
    EXPECT_DOUBLE_EQ(smoother.next(5), 4);
    EXPECT_DOUBLE_EQ(smoother.next(7), 5);
    EXPECT_DOUBLE_EQ(smoother.next(9), 7);
}

}  // namespace
}  // namespace jumplora
