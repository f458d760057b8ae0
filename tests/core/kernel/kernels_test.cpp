// SPDX-License-Identifier: Apache-2.0
// Each kernel on each path against its formula in double precision, over shapes that do not fit the vector
// width.
#include "kernel/kernels.h"

#include "base/error.h"
#include "base/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace jumplora {
namespace {

class KernelTest : public ::testing::TestWithParam<KernelPath> {
  protected:
    void SetUp() override { forceKernelPath(GetParam()); }
    void TearDown() override { forceKernelPath(availableKernelPaths().back()); }
};

template <typename T>
std::vector<T> normals(std::size_t count, std::uint64_t seed, double deviation = 1) {
    Rng rng(seed);
    std::vector<T> values(count);
    for (T& value : values) value = static_cast<T>(deviation * rng.normal());
    return values;
}

// Sizes from 1 to 300, most of them no multiple of a vector's length.
std::int64_t someSize(Rng& rng) { return 1 + static_cast<std::int64_t>(rng.below(300)); }

constexpr int kShapes = 40;

template <typename T>
constexpr double kTolerance = sizeof(T) == 4 ? 2e-5 : 1e-12;

template <typename T>
void checkSoftmax() {
    Rng rng(1);
    for (int shape = 0; shape < kShapes; ++shape) {
        const std::int64_t rows = someSize(rng), columns = someSize(rng), stride = columns + 3;
        const bool causal = rng.chance(0.5), biased = rng.chance(0.5);
        const std::int64_t window = causal && rng.chance(0.5) ? someSize(rng) : 0;
        const T scale = static_cast<T>(rng.uniform(0.2, 2));
        auto x = normals<T>(static_cast<std::size_t>(rows * stride), rng.next(), 3);
        const auto bias = normals<T>(static_cast<std::size_t>(rows * stride), rng.next());
        const auto given = x;
        kernels<T>().softmax(x.data(), rows, columns, stride, biased ? bias.data() : nullptr, stride, scale,
                             causal, window);
        for (std::int64_t i = 0; i < rows; ++i) {
            const auto sees = [&](std::int64_t j) {
                return !causal || (j <= i && (window == 0 || j > i - window));
            };
            const auto score = [&](std::int64_t j) {
                const auto at = static_cast<std::size_t>(i * stride + j);
                return static_cast<double>(given[at]) * static_cast<double>(scale) +
                       (biased ? static_cast<double>(bias[at]) : 0.0);
            };
            double total = 0;
            for (std::int64_t j = 0; j < columns; ++j)
                if (sees(j)) total += std::exp(score(j));
            for (std::int64_t j = 0; j < stride; ++j) {
                const T value = x[static_cast<std::size_t>(i * stride + j)];
                if (j >= columns) {
                    ASSERT_EQ(value, given[static_cast<std::size_t>(i * stride + j)]) << "outside of the row";
                } else {
                    const double expected = sees(j) ? std::exp(score(j)) / total : 0;
                    ASSERT_NEAR(static_cast<double>(value), expected,
                                kTolerance<T> * std::max(expected, 1e-3));
                }
            }
        }
    }
}

template <typename T>
void checkSoftmaxBackward() {
    Rng rng(2);
    for (int shape = 0; shape < kShapes; ++shape) {
        const std::int64_t rows = someSize(rng), columns = someSize(rng);
        auto p = normals<T>(static_cast<std::size_t>(rows * columns), rng.next());
        kernels<T>().softmax(p.data(), rows, columns, columns, nullptr, 0, 1, false, 0);
        auto dp = normals<T>(p.size(), rng.next());
        const auto given = dp;
        kernels<T>().softmaxBackward(p.data(), dp.data(), rows, columns, columns);
        for (std::int64_t i = 0; i < rows; ++i) {
            double inner = 0;
            for (std::int64_t j = 0; j < columns; ++j) {
                const auto at = static_cast<std::size_t>(i * columns + j);
                inner += static_cast<double>(p[at]) * static_cast<double>(given[at]);
            }
            for (std::int64_t j = 0; j < columns; ++j) {
                const auto at = static_cast<std::size_t>(i * columns + j);
                const double expected = static_cast<double>(p[at]) * (static_cast<double>(given[at]) - inner);
                ASSERT_NEAR(static_cast<double>(dp[at]), expected, kTolerance<T>);
            }
        }
    }
}

template <typename T>
void checkRmsNorm() {
    Rng rng(3);
    constexpr T kEpsilon = static_cast<T>(1e-6);
    for (int shape = 0; shape < kShapes; ++shape) {
        const std::int64_t rows = someSize(rng), columns = someSize(rng);
        const auto size = static_cast<std::size_t>(rows * columns);
        const auto x = normals<T>(size, rng.next()), dy = normals<T>(size, rng.next());
        const auto w = normals<T>(static_cast<std::size_t>(columns), rng.next());
        std::vector<T> y(size), dx(size);
        kernels<T>().rmsNorm(x.data(), w.data(), y.data(), rows, columns, kEpsilon);
        kernels<T>().rmsNormBackward(x.data(), w.data(), dy.data(), dx.data(), rows, columns, kEpsilon);
        for (std::int64_t i = 0; i < rows; ++i) {
            double squares = 0, products = 0;
            for (std::int64_t j = 0; j < columns; ++j) {
                const auto at = static_cast<std::size_t>(i * columns + j);
                squares += static_cast<double>(x[at]) * static_cast<double>(x[at]);
                products += static_cast<double>(x[at]) * static_cast<double>(dy[at]) *
                            static_cast<double>(w[static_cast<std::size_t>(j)]);
            }
            const auto n = static_cast<double>(columns);
            const double inverse = 1 / std::sqrt(squares / n + static_cast<double>(kEpsilon));
            for (std::int64_t j = 0; j < columns; ++j) {
                const auto at = static_cast<std::size_t>(i * columns + j);
                const auto weight = static_cast<double>(w[static_cast<std::size_t>(j)]);
                const auto value = static_cast<double>(x[at]);
                const double size2 = 1 + std::abs(value * inverse * weight);
                ASSERT_NEAR(static_cast<double>(y[at]), value * inverse * weight, kTolerance<T> * size2);
                const double expected = inverse * (static_cast<double>(dy[at]) * weight -
                                                   value * products * inverse * inverse / n);
                ASSERT_NEAR(static_cast<double>(dx[at]), expected,
                            kTolerance<T> * (10 * inverse + std::abs(expected)));
            }
        }
    }
}

// A module with a gate, and what the formulas give for it in double precision. τ stands away from every |ΔW|.
template <typename T>
struct GateCase {
    std::int64_t rows, columns, rank;
    std::vector<T> a, b, weight, gradient, past;
    std::vector<double> delta, factor;
    GateArguments<T> gate;
    T window = 0;

    GateCase(Rng& rng, double aliveShare)
        : rows(someSize(rng)), columns(someSize(rng)), rank(1 + static_cast<std::int64_t>(rng.below(9))) {
        const auto size = static_cast<std::size_t>(rows * columns);
        a = normals<T>(static_cast<std::size_t>(rank * columns), rng.next());
        b = normals<T>(static_cast<std::size_t>(rows * rank), rng.next());
        weight = normals<T>(size, rng.next());
        gradient = normals<T>(size, rng.next());
        past = normals<T>(size, rng.next());
        delta.resize(size);
        std::vector<double> sizes;
        for (std::int64_t i = 0; i < rows; ++i) {
            for (std::int64_t j = 0; j < columns; ++j) {
                double& value = delta[static_cast<std::size_t>(i * columns + j)];
                for (std::int64_t k = 0; k < rank; ++k)
                    value += static_cast<double>(b[static_cast<std::size_t>(i * rank + k)]) *
                             static_cast<double>(a[static_cast<std::size_t>(k * columns + j)]);
                sizes.push_back(std::abs(value));
            }
        }
        std::sort(sizes.begin(), sizes.end());
        double tau = -1;  // everything alive
        if (aliveShare <= 0) {
            tau = sizes.back() + 1;
        } else if (aliveShare < 1 && size > 1) {
            const auto place = static_cast<std::size_t>((1 - aliveShare) * static_cast<double>(size - 1));
            tau = (sizes[place] + sizes[std::min(place + 1, size - 1)]) / 2;
        }
        gate.a = a.data();
        gate.b = b.data();
        gate.columns = columns;
        gate.rank = rank;
        gate.tau = static_cast<T>(tau);
        gate.alive = static_cast<T>(4);
        gate.dead = static_cast<T>(1.5);
        window = static_cast<T>(0.37);
        for (const double value : delta) factor.push_back(std::abs(value) > tau ? 4 : 1.5);
    }

    // An entry so near to a border that rounding decides on which side it is.
    [[nodiscard]] bool borderline(std::size_t at) const {
        const double distance = std::abs(delta[at]) - static_cast<double>(gate.tau);
        const double half = static_cast<double>(window) / 2;
        const double other = -std::abs(delta[at]) - static_cast<double>(gate.tau);
        constexpr double kNear = 1e-5;
        return std::abs(distance) < kNear || std::abs(std::abs(distance) - half) < kNear ||
               std::abs(std::abs(other) - half) < kNear;
    }
    [[nodiscard]] bool anyBorderline() const {
        for (std::size_t at = 0; at < delta.size(); ++at) {
            if (borderline(at)) return true;
        }
        return false;
    }
    void expectGradients(const std::vector<double>& g, const std::vector<T>& dA,
                         const std::vector<T>& dB) const {
        double largest = 1;
        for (const double value : g) largest = std::max(largest, std::abs(value));
        const double limit = kTolerance<T> * largest * 50;
        for (std::int64_t k = 0; k < rank; ++k) {
            for (std::int64_t j = 0; j < columns; ++j) {
                double expected = 0;
                for (std::int64_t i = 0; i < rows; ++i)
                    expected += static_cast<double>(b[static_cast<std::size_t>(i * rank + k)]) *
                                g[static_cast<std::size_t>(i * columns + j)];
                ASSERT_NEAR(static_cast<double>(dA[static_cast<std::size_t>(k * columns + j)]), expected,
                            limit);
            }
            for (std::int64_t i = 0; i < rows; ++i) {
                double expected = 0;
                for (std::int64_t j = 0; j < columns; ++j)
                    expected += static_cast<double>(a[static_cast<std::size_t>(k * columns + j)]) *
                                g[static_cast<std::size_t>(i * columns + j)];
                ASSERT_NEAR(static_cast<double>(dB[static_cast<std::size_t>(i * rank + k)]), expected, limit);
            }
        }
    }
};

template <typename T>
void checkGate() {
    Rng rng(4);
    int checked = 0;
    for (int shape = 0; shape < kShapes; ++shape) {
        const double share = shape % 4 == 0 ? 0 : shape % 4 == 1 ? 1 : rng.uniform(0.01, 0.6);
        const GateCase<T> c(rng, share);
        if (c.anyBorderline()) continue;
        ++checked;
        const auto size = c.delta.size();
        std::vector<T> out(size), row(static_cast<std::size_t>(c.columns));
        // In two pieces, as two threads would.
        const std::int64_t half = c.rows / 2;
        for (const T* base : {c.weight.data(), static_cast<const T*>(nullptr)}) {
            kernels<T>().gateWeight(c.gate, 0, half, base, out.data());
            kernels<T>().gateWeight(c.gate, half, c.rows, base, out.data());
            for (std::size_t at = 0; at < size; ++at) {
                const double expected =
                    (base == nullptr ? 0 : static_cast<double>(c.weight[at])) + c.delta[at] * c.factor[at];
                ASSERT_NEAR(static_cast<double>(out[at]), expected, kTolerance<T> * 50);
            }
        }

        std::vector<T> dA(c.a.size()), dB(c.b.size());
        double inside = kernels<T>().gateBackward(c.gate, 0, half, c.gradient.data(), c.window, row.data(),
                                                  {dA.data(), dB.data()});
        inside += kernels<T>().gateBackward(c.gate, half, c.rows, c.gradient.data(), c.window, row.data(),
                                            {dA.data(), dB.data()});
        std::vector<double> g(size);
        double expectedInside = 0;
        for (std::size_t at = 0; at < size; ++at) {
            const auto given = static_cast<double>(c.gradient[at]);
            g[at] = given * c.factor[at];
            const auto tau = static_cast<double>(c.gate.tau);
            const double limit = static_cast<double>(c.window) / 2;
            if (std::abs(c.delta[at] - tau) < limit) expectedInside += given;
            if (std::abs(-c.delta[at] - tau) < limit) expectedInside -= given;
        }
        ASSERT_NEAR(inside, expectedInside, kTolerance<T> * (10 + static_cast<double>(size)));
        c.expectGradients(g, dA, dB);

        std::fill(dA.begin(), dA.end(), T{0});
        std::fill(dB.begin(), dB.end(), T{0});
        constexpr double kWeight = 0.25;
        const double value = kernels<T>().gateOverlap(
            c.gate, 0, c.rows, c.past.data(), static_cast<T>(kWeight), row.data(), {dA.data(), dB.data()});
        double expectedValue = 0;
        for (std::size_t at = 0; at < size; ++at) {
            const double effective = c.delta[at] * c.factor[at], past = static_cast<double>(c.past[at]);
            expectedValue += effective * effective * past * past;
            g[at] = 2 * kWeight * effective * past * past * c.factor[at];
        }
        ASSERT_NEAR(value, expectedValue, kTolerance<T> * std::max(1.0, expectedValue));
        c.expectGradients(g, dA, dB);

        GateCounts<T> counts;
        kernels<T>().gateCounts(c.gate, 0, c.rows, c.window, row.data(), counts);
        std::int64_t alive = 0, window = 0;
        double largest = 0;
        for (const double d : c.delta) {
            alive += std::abs(d) > static_cast<double>(c.gate.tau) ? 1 : 0;
            window +=
                std::abs(std::abs(d) - static_cast<double>(c.gate.tau)) < static_cast<double>(c.window) / 2
                    ? 1
                    : 0;
            largest = std::max(largest, std::abs(d));
        }
        ASSERT_EQ(counts.alive, alive);
        ASSERT_EQ(counts.inWindow, window);
        ASSERT_NEAR(static_cast<double>(counts.maxAbs), largest, kTolerance<T> * 50);
        kernels<T>().gateMagnitudes(c.gate, c.rows - 1, row.data());
        for (std::int64_t j = 0; j < c.columns; ++j)
            ASSERT_NEAR(static_cast<double>(row[static_cast<std::size_t>(j)]),
                        std::abs(c.delta[static_cast<std::size_t>((c.rows - 1) * c.columns + j)]),
                        kTolerance<T> * 50);

        // The bounds are entries as the kernel computes them, so that nothing is borderline.
        std::vector<T> sizes;
        for (std::int64_t i = 0; i < c.rows; ++i) {
            kernels<T>().gateMagnitudes(c.gate, i, row.data());
            sizes.insert(sizes.end(), row.begin(), row.end());
        }
        std::vector<T> sorted = sizes;
        std::ranges::sort(sorted);
        const T low = size == 0 ? T{0} : sorted[size / 3], high = size == 0 ? T{1} : sorted[size / 2];
        std::vector<T> expectedBetween;
        std::ranges::copy_if(sizes, std::back_inserter(expectedBetween),
                             [&](T value) { return value >= low && value <= high; });
        std::vector<T> found(size);
        std::int64_t below = 5;
        found.resize(static_cast<std::size_t>(
            kernels<T>().gateBracket(c.gate, 0, c.rows, low, high, row.data(), found.data(), below)));
        ASSERT_EQ(found, expectedBetween);
        ASSERT_EQ(below - 5, std::ranges::count_if(sizes, [&](T value) { return value < low; }));
    }
    EXPECT_GT(checked, sizeof(T) == 4 ? 2 : 10);
}

template <typename T>
void checkThin() {
    Rng rng(5);
    for (int shape = 0; shape < kShapes; ++shape) {
        const std::int64_t tokens = someSize(rng), columns = someSize(rng),
                           rank = 1 + static_cast<std::int64_t>(rng.below(18));
        const auto x = normals<T>(static_cast<std::size_t>(tokens * columns), rng.next());
        const auto a = normals<T>(static_cast<std::size_t>(rank * columns), rng.next());
        const auto v = normals<T>(static_cast<std::size_t>(tokens * rank), rng.next());
        auto y = normals<T>(x.size(), rng.next());
        auto total = normals<T>(a.size(), rng.next());
        const auto givenY = y, givenTotal = total;
        std::vector<T> u(v.size());
        constexpr double kScale = 0.5;
        kernels<T>().thinDots(x.data(), a.data(), u.data(), tokens, columns, rank);
        kernels<T>().thinAdd(v.data(), a.data(), y.data(), tokens, columns, rank, static_cast<T>(kScale));
        kernels<T>().thinOuter(v.data(), x.data(), total.data(), tokens, columns, rank);
        const auto at = [](const std::vector<T>& values, std::int64_t place) {
            return static_cast<double>(values[static_cast<std::size_t>(place)]);
        };
        for (std::int64_t t = 0; t < tokens; ++t) {
            for (std::int64_t k = 0; k < rank; ++k) {
                double expected = 0;
                for (std::int64_t j = 0; j < columns; ++j)
                    expected += at(x, t * columns + j) * at(a, k * columns + j);
                ASSERT_NEAR(at(u, t * rank + k), expected, kTolerance<T> * 20);
            }
            for (std::int64_t j = 0; j < columns; ++j) {
                double expected = at(givenY, t * columns + j);
                for (std::int64_t k = 0; k < rank; ++k)
                    expected += kScale * at(v, t * rank + k) * at(a, k * columns + j);
                ASSERT_NEAR(at(y, t * columns + j), expected, kTolerance<T> * 20);
            }
        }
        for (std::int64_t k = 0; k < rank; ++k) {
            for (std::int64_t j = 0; j < columns; ++j) {
                double expected = at(givenTotal, k * columns + j);
                for (std::int64_t t = 0; t < tokens; ++t)
                    expected += at(v, t * rank + k) * at(x, t * columns + j);
                ASSERT_NEAR(at(total, k * columns + j), expected, kTolerance<T> * 20);
            }
        }
    }
}

TEST_P(KernelTest, ThinInFloat) { checkThin<float>(); }
TEST_P(KernelTest, ThinInDouble) { checkThin<double>(); }
TEST_P(KernelTest, SoftmaxInFloat) { checkSoftmax<float>(); }
TEST_P(KernelTest, SoftmaxInDouble) { checkSoftmax<double>(); }
TEST_P(KernelTest, SoftmaxBackwardInFloat) { checkSoftmaxBackward<float>(); }
TEST_P(KernelTest, SoftmaxBackwardInDouble) { checkSoftmaxBackward<double>(); }
TEST_P(KernelTest, RmsNormInFloat) { checkRmsNorm<float>(); }
TEST_P(KernelTest, RmsNormInDouble) { checkRmsNorm<double>(); }
TEST_P(KernelTest, GateInFloat) { checkGate<float>(); }
TEST_P(KernelTest, GateInDouble) { checkGate<double>(); }

TEST_P(KernelTest, NothingToDo) {
    const GateArguments<float> gate;
    kernels<float>().softmax(nullptr, 0, 0, 0, nullptr, 0, 1, false, 0);
    kernels<float>().rmsNorm(nullptr, nullptr, nullptr, 0, 8, 1e-6F);
    kernels<float>().gateWeight(gate, 0, 0, nullptr, nullptr);
    EXPECT_EQ(kernels<float>().gateBackward(gate, 0, 0, nullptr, 1, nullptr, {}), 0);
}

TEST_P(KernelTest, WhatIsNotANumberStaysVisible) {
    constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    for (const float bad : {kNan, kInfinity}) {
        std::vector<float> x(37, 1);
        x[20] = bad;
        kernels<float>().softmax(x.data(), 1, 37, 37, nullptr, 0, 1, false, 0);
        EXPECT_TRUE(std::isnan(x[20]));
        std::vector<float> y(37, 1), w(37, 1), out(37);
        y[3] = bad;
        kernels<float>().rmsNorm(y.data(), w.data(), out.data(), 1, 37, 1e-6F);
        EXPECT_TRUE(std::isnan(out[3]));
    }
    // A gradient that is not finite reaches A and B.
    std::vector<float> a(20, 0.1F), b(3, 1), gradient(60, 1), row(20), dA(20), dB(3);
    gradient[45] = kNan;
    GateArguments<float> gate{a.data(), b.data(), 20, 1, 0.05F, 1, 0};
    kernels<float>().gateBackward(gate, 0, 3, gradient.data(), 1e-3F, row.data(), {dA.data(), dB.data()});
    EXPECT_TRUE(std::isnan(dA[5]));
    EXPECT_TRUE(std::isnan(dB[2]));
    EXPECT_FALSE(std::isnan(dB[0]));
}

TEST(KernelPaths, TheProcessorsBestIsTheDefault) {
    EXPECT_EQ(availableKernelPaths().front(), KernelPath::Portable);
    EXPECT_EQ(kernelPath(), availableKernelPaths().back());
    if (availableKernelPaths().back() != KernelPath::Avx512) {
        EXPECT_THROW(forceKernelPath(KernelPath::Avx512), Error);
    }
}

INSTANTIATE_TEST_SUITE_P(Paths, KernelTest,
                         ::testing::ValuesIn(availableKernelPaths().begin(), availableKernelPaths().end()),
                         [](const auto& info) {
                             return info.param == KernelPath::Portable ? "Portable"
                                    : info.param == KernelPath::Avx2   ? "Avx2"
                                                                       : "Avx512";
                         });

}  // namespace
}  // namespace jumplora
