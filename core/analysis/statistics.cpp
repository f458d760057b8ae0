// SPDX-License-Identifier: Apache-2.0
#include "analysis/statistics.h"

#include "base/error.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

namespace jumplora {
namespace {

// P(|T| < t) as a finite sum over powers of cos² θ, t = √ν·tan θ (Abramowitz and Stegun, 26.7.3 and 26.7.4).
double centralProbability(double theta, std::size_t freedom) {
    const double square = std::cos(theta) * std::cos(theta);
    const bool odd = freedom % 2 == 1;
    double term = odd ? std::cos(theta) : 1.0;
    double sum = 0;
    // Powers run to freedom − 2; each factor is (k − 1)/k of its own power k.
    for (std::size_t power = odd ? 1 : 0; power + 2 <= freedom; power += 2) {
        sum += term;
        const auto next = static_cast<double>(power + 2);
        term *= square * (next - 1) / next;
    }
    const double sine = std::sin(theta) * sum;
    return odd ? 2 / std::numbers::pi * (theta + sine) : sine;
}

}  // namespace

double quantile(std::vector<double> values, double share) {
    if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
    const double place = share * static_cast<double>(values.size() - 1);
    const auto low = values.begin() + static_cast<std::ptrdiff_t>(place);
    std::nth_element(values.begin(), low, values.end());
    const auto next = std::min_element(low + 1, values.end());
    return next == values.end() ? *low : *low + (*next - *low) * (place - std::floor(place));
}

SeedStatistics seedStatistics(std::span<const double> values) {
    SeedStatistics result;
    result.n = values.size();
    if (values.empty()) return result;
    const auto n = static_cast<double>(values.size());
    double sum = 0;
    for (const double value : values) sum += value;
    const double mean = sum / n;
    result.mean = mean;
    if (values.size() < 2) return result;
    double squares = 0;
    for (const double value : values) squares += (value - mean) * (value - mean);
    result.deviation = std::sqrt(squares / (n - 1));
    return result;
}

PairedDifference pairedDifference(std::span<const double> a, std::span<const double> b) {
    if (a.size() != b.size())
        fail(ErrorKind::Input,
             "a paired comparison needs the same seeds on both sides, but they have {} and {}", a.size(),
             b.size());
    std::vector<double> differences;
    for (std::size_t k = 0; k < a.size(); ++k) differences.push_back(a[k] - b[k]);
    const SeedStatistics statistics = seedStatistics(differences);
    PairedDifference result{statistics.n, statistics.mean, statistics.deviation, {}, {}};
    if (statistics.deviation) {
        const double half = studentQuantile(0.95, statistics.n - 1) * *statistics.deviation /
                            std::sqrt(static_cast<double>(statistics.n));
        result.low = *statistics.mean - half;
        result.high = *statistics.mean + half;
    }
    return result;
}

double studentTwoSided(double t, std::size_t freedom) {
    if (freedom < 1) fail(ErrorKind::Input, "Student's distribution needs at least 1 degree of freedom");
    const double theta = std::atan(std::abs(t) / std::sqrt(static_cast<double>(freedom)));
    return std::max(0.0, 1 - centralProbability(theta, freedom));
}

double studentQuantile(double level, std::size_t freedom) {
    if (!(level > 0 && level < 1) || freedom < 1)
        fail(ErrorKind::Input,
             "Student's distribution needs a level between 0 and 1 and at least 1 degree of "
             "freedom, not {} and {}",
             level, freedom);
    double low = 0;
    double high = std::numbers::pi / 2;
    for (int i = 0; i < 200 && low < high; ++i) {
        const double middle = low + (high - low) / 2;
        if (middle <= low || middle >= high) break;
        (centralProbability(middle, freedom) < level ? low : high) = middle;
    }
    return std::sqrt(static_cast<double>(freedom)) * std::tan(low + (high - low) / 2);
}

}  // namespace jumplora
