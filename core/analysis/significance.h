// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace jumplora {

// Whether two settings measured with the same seeds differ: a two-sided p, or why there is none.
struct TestResult {
    std::size_t n = 0;  // pairs
    std::optional<double> p;
    std::string reason;
};

// Below this many pairs no test is made: "too few seeds to test".
inline constexpr std::size_t kFewestPairs = 3;

// Student's t over the differences a[k] − b[k] with n − 1 degrees of freedom. Throws Error(Input) for
// different lengths.
TestResult pairedTTest(std::span<const double> a, std::span<const double> b);

// Wilcoxon's signed ranks: zero differences are left out, equal ones share their mean rank, the distribution
// is exact (up to 40 pairs; more are an Error(Input)). With 3 to 5 pairs p is never below 0.05.
TestResult wilcoxonSignedRank(std::span<const double> a, std::span<const double> b);

// Holm's step-down correction over all tests that have a p; the others stay without.
std::vector<std::optional<double>> holmCorrected(const std::vector<std::optional<double>>& p);

}  // namespace jumplora
