// SPDX-License-Identifier: Apache-2.0
#include "analysis/significance.h"

#include "analysis/statistics.h"
#include "base/error.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace jumplora {
namespace {

std::vector<double> differences(std::span<const double> a, std::span<const double> b) {
    if (a.size() != b.size())
        fail(ErrorKind::Input, "a paired test needs the same seeds on both sides, but they have {} and {}",
             a.size(), b.size());
    std::vector<double> result;
    for (std::size_t k = 0; k < a.size(); ++k) result.push_back(a[k] - b[k]);
    return result;
}

// Twice the mean ranks of |d|, so that shared ranks stay whole numbers.
std::vector<std::size_t> doubledRanks(const std::vector<double>& values) {
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(),
              [&](std::size_t x, std::size_t y) { return std::abs(values[x]) < std::abs(values[y]); });
    std::vector<std::size_t> ranks(values.size());
    for (std::size_t begin = 0; begin < order.size();) {
        std::size_t end = begin + 1;
        while (end < order.size() && std::abs(values[order[end]]) == std::abs(values[order[begin]])) ++end;
        for (std::size_t i = begin; i < end; ++i) ranks[order[i]] = begin + 1 + end;
        begin = end;
    }
    return ranks;
}

}  // namespace

TestResult pairedTTest(std::span<const double> a, std::span<const double> b) {
    const std::vector<double> d = differences(a, b);
    TestResult result{d.size(), {}, {}};
    if (d.size() < kFewestPairs) {
        result.reason = "too few seeds to test";
        return result;
    }
    const SeedStatistics statistics = seedStatistics(d);
    if (*statistics.deviation == 0) {
        result.reason = "all differences are equal";
        return result;
    }
    const double t = *statistics.mean / (*statistics.deviation / std::sqrt(static_cast<double>(d.size())));
    result.p = studentTwoSided(t, d.size() - 1);
    return result;
}

TestResult wilcoxonSignedRank(std::span<const double> a, std::span<const double> b) {
    std::vector<double> d = differences(a, b);
    TestResult result{d.size(), {}, {}};
    if (d.size() < kFewestPairs) {
        result.reason = "too few seeds to test";
        return result;
    }
    std::erase(d, 0.0);
    if (d.empty()) {
        result.reason = "all differences are zero";
        return result;
    }
    constexpr std::size_t kMost = 40;
    if (d.size() > kMost)
        fail(ErrorKind::Input, "the exact signed-rank test takes at most {} pairs, not {}", kMost, d.size());
    const std::vector<std::size_t> ranks = doubledRanks(d);
    std::size_t positive = 0;
    std::size_t total = 0;
    for (std::size_t k = 0; k < d.size(); ++k) {
        total += ranks[k];
        positive += d[k] > 0 ? ranks[k] : 0;
    }
    // Share of the sign patterns that give each sum of positive ranks.
    std::vector<double> share(total + 1, 0);
    share[0] = 1;
    for (const std::size_t rank : ranks)
        for (std::size_t sum = total + 1; sum-- > 0;)
            share[sum] = (share[sum] + (sum >= rank ? share[sum - rank] : 0)) / 2;
    double below = 0;
    double above = 0;
    for (std::size_t sum = 0; sum <= total; ++sum) {
        if (sum <= positive) below += share[sum];
        if (sum >= positive) above += share[sum];
    }
    result.p = std::min(1.0, 2 * std::min(below, above));
    return result;
}

std::vector<std::optional<double>> holmCorrected(const std::vector<std::optional<double>>& p) {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < p.size(); ++i)
        if (p[i]) order.push_back(i);
    std::sort(order.begin(), order.end(), [&](std::size_t x, std::size_t y) { return *p[x] < *p[y]; });
    std::vector<std::optional<double>> corrected(p.size());
    double largest = 0;
    for (std::size_t k = 0; k < order.size(); ++k) {
        const double factor = static_cast<double>(order.size() - k);
        largest = std::max(largest, std::min(1.0, factor * *p[order[k]]));
        corrected[order[k]] = largest;
    }
    return corrected;
}

}  // namespace jumplora
