// SPDX-License-Identifier: Apache-2.0
// The gate's passes: every path against tensor operations, which anything that is not contiguous takes.
#include "adapter/gate_math.h"

#include "adapter/thin.h"
#include "base/random.h"
#include "kernel/kernels.h"

#include <gtest/gtest.h>

namespace jumplora {
namespace {

at::Tensor normals(const std::vector<std::int64_t>& shape, std::uint64_t seed, at::ScalarType type) {
    auto values = at::empty(shape, at::kDouble);
    Rng rng(seed);
    for (std::int64_t i = 0; i < values.numel(); ++i) values.data_ptr<double>()[i] = rng.normal();
    return values.to(type);
}

// The same values where no kernel can read them.
at::Tensor scattered(const at::Tensor& tensor) {
    at::Tensor wide = at::zeros({tensor.size(0), 2 * tensor.size(1)}, tensor.options());
    at::Tensor view = wide.slice(1, 0, 2 * tensor.size(1), 2);
    view.copy_(tensor);
    return view;
}

void expectClose(const at::Tensor& value, const at::Tensor& expected, double tolerance) {
    ASSERT_EQ(value.sizes(), expected.sizes());
    if (expected.numel() == 0) return;
    const double largest = std::max(1.0, expected.abs().max().item<double>());
    EXPECT_LT((value - expected).abs().max().item<double>(), tolerance * largest);
}

struct Case {
    std::int64_t tokens, rows, columns, rank;
    double tau, dead;
};

// A share of everything, nothing alive, everything alive, shapes of one.
const std::vector<Case> kCases = {{130, 40, 70, 8, 4.0, 0},   {64, 33, 17, 3, 2.0, 1.25},
                                  {257, 70, 65, 8, 5.0, 0.5}, {1, 1, 1, 1, 0.5, 0},
                                  {90, 64, 64, 4, 1e3, 0},    {90, 64, 64, 4, 0.0, 0.5},
                                  {300, 100, 128, 8, 6.0, 0}, {5, 20, 300, 2, 1.0, 2.0}};

class GatePaths : public ::testing::TestWithParam<KernelPath> {
  protected:
    void SetUp() override { forceKernelPath(GetParam()); }
    void TearDown() override {
        forceKernelPath(availableKernelPaths().back());
        forceGatePath(GatePath::Automatic);
    }
};

TEST_P(GatePaths, AgreeWithTensorOperations) {
    constexpr double kBandwidth = 0.7;
    constexpr double kAlive = 4;
    std::uint64_t seed = 1;
    for (const at::ScalarType type : {at::kFloat, at::kDouble}) {
        const double tolerance = type == at::kFloat ? 3e-5 : 1e-11;
        for (const Case& c : kCases) {
            const auto a = normals({c.rank, c.columns}, ++seed, type),
                       b = normals({c.rows, c.rank}, ++seed, type);
            const auto x = normals({c.tokens, c.columns}, ++seed, type),
                       dy = normals({c.tokens, c.rows}, ++seed, type);
            const auto w = normals({c.rows, c.columns}, ++seed, type);
            const GateFactors factors{c.tau, kAlive, c.dead};
            const auto as = scattered(a), bs = scattered(b);
            expectClose(gatedWeight(w, a, b, factors), gatedWeight(w, as, bs, factors), tolerance);
            expectClose(gatedWeight({}, a, b, factors), gatedWeight({}, as, bs, factors), tolerance);

            const GateGradient expected = gateGradient(at::mm(dy.t(), x), as, bs, factors, kBandwidth);
            for (const GatePath path : {GatePath::Dense, GatePath::Sampled, GatePath::Automatic}) {
                forceGatePath(path);
                const GateGradient g = layerGradient(x, dy, a, b, factors, kBandwidth);
                expectClose(g.a, expected.a, tolerance);
                expectClose(g.b, expected.b, tolerance);
                EXPECT_NEAR(g.window, expected.window, tolerance * 100 * static_cast<double>(c.tokens));
            }

            const OverlapTerm term = overlapTerm(w, a, b, factors, 0.5),
                              slow = overlapTerm(w, as, bs, factors, 0.5);
            EXPECT_NEAR(term.value, slow.value, tolerance * std::max(1.0, slow.value));
            expectClose(term.a, slow.a, tolerance);
            expectClose(term.b, slow.b, tolerance);
            EXPECT_FALSE(overlapTerm(w, a, b, factors, 0).a.defined());

            const GateCount count = countGate(a, b, c.tau, kBandwidth),
                            slowCount = countGate(as, bs, c.tau, kBandwidth);
            EXPECT_NEAR(count.maxAbs, slowCount.maxAbs, tolerance * slowCount.maxAbs);
            // Rounding may move an entry that lies on a border.
            EXPECT_NEAR(static_cast<double>(count.alive), static_cast<double>(slowCount.alive), 1);
            EXPECT_NEAR(static_cast<double>(count.inWindow), static_cast<double>(slowCount.inWindow), 1);

            const auto u = normals({c.tokens, c.rank}, ++seed, type);
            expectClose(thinDots(x, a), thinDots(x, as), tolerance);
            expectClose(thinOuter(u, x), thinOuter(scattered(u), x), tolerance);
            at::Tensor y = x.clone(), ys = x.clone();
            thinAdd(y, u, a, 0.5);
            thinAdd(ys, u, as, 0.5);
            expectClose(y, ys, tolerance);
        }
    }
}

TEST_P(GatePaths, EqualRunsGiveEqualBits) {
    const auto a = normals({8, 300}, 1, at::kFloat), b = normals({200, 8}, 2, at::kFloat);
    const auto x = normals({150, 300}, 3, at::kFloat), dy = normals({150, 200}, 4, at::kFloat);
    const GateFactors factors{5, 4, 1};
    for (const GatePath path : {GatePath::Dense, GatePath::Sampled}) {
        forceGatePath(path);
        const GateGradient first = layerGradient(x, dy, a, b, factors, 1e-2);
        const GateGradient second = layerGradient(x, dy, a, b, factors, 1e-2);
        EXPECT_TRUE(at::equal(first.a, second.a));
        EXPECT_TRUE(at::equal(first.b, second.b));
        EXPECT_EQ(first.window, second.window);
    }
}

TEST_P(GatePaths, WhatIsNotANumberReachesTheGradients) {
    const auto a = normals({4, 70}, 1, at::kFloat), b = normals({30, 4}, 2, at::kFloat);
    const auto x = normals({80, 70}, 3, at::kFloat), dy = normals({80, 30}, 4, at::kFloat);
    dy[40][7] = std::numeric_limits<float>::quiet_NaN();
    for (const GatePath path : {GatePath::Dense, GatePath::Sampled}) {
        forceGatePath(path);
        const GateGradient g = layerGradient(x, dy, a, b, {1.0, 4, 0.5}, 1e-2);
        EXPECT_TRUE(g.b.isnan().any().item<bool>());
        EXPECT_TRUE(g.a.isnan().any().item<bool>());
    }
}

INSTANTIATE_TEST_SUITE_P(Kernels, GatePaths,
                         ::testing::ValuesIn(availableKernelPaths().begin(), availableKernelPaths().end()));

}  // namespace
}  // namespace jumplora
