// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace jumplora {

// The value below which `share` (0 … 1) of the values lie, between neighbours interpolated linearly; 0.5 is
// the median. NaN without values.
double quantile(std::vector<double> values, double share);

// Repetitions of one measurement, as a rule over seeds.
struct SeedStatistics {
    std::size_t n = 0;
    std::optional<double> mean;       // needs a value
    std::optional<double> deviation;  // sample standard deviation (divides by n − 1); needs two
};
SeedStatistics seedStatistics(std::span<const double> values);

// Two settings measured with the same seeds: the mean of a[k] − b[k], its deviation over the pairs, and the
// interval that holds the true difference with 95 % (Student's t with n − 1 degrees of freedom).
struct PairedDifference {
    std::size_t n = 0;
    std::optional<double> mean;
    std::optional<double> deviation;
    std::optional<double> low;  // of the interval; needs two pairs
    std::optional<double> high;
};
// Throws Error(Input) when the two have different lengths: every seed must be in both.
PairedDifference pairedDifference(std::span<const double> a, std::span<const double> b);

// The t that |T| stays below with probability `level` (0 < level < 1), T of Student's distribution with
// `freedom` ≥ 1 degrees of freedom: 12.706 for 0.95 and 1. Relative error below 1e-10.
double studentQuantile(double level, std::size_t freedom);
// P(|T| ≥ |t|) for the same distribution: the two-sided p of a t statistic.
double studentTwoSided(double t, std::size_t freedom);

}  // namespace jumplora
