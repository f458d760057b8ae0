// SPDX-License-Identifier: Apache-2.0
#include "adapter/gated_linear.h"

#include "support/tiny_model.h"

#include <gtest/gtest.h>
#include <malloc.h>

#include <cmath>

namespace jumplora {
namespace {

using testing::largestDifference;
using testing::randomTensor;

struct Case {
    double blend;
    bool weight;
    bool bias;
    bool cube;  // x is [2, 3, n] instead of [6, n]
};

class GatedLinearTest : public ::testing::TestWithParam<Case> {};

at::Tensor leaf(const at::Tensor& tensor) { return tensor.detach().clone().set_requires_grad(true); }

at::Tensor windowOf(const at::Tensor& u) { return at::logical_and(u.gt(-0.5), u.lt(0.5)).to(at::kDouble); }

// Forward, and the gradients of the loss Σ y∘c, by a plain chain of tensor operations and the formulas of
// arXiv 2604.16171: what the one function has to equal.
struct Plain {
    at::Tensor y, dx, dw, da, db, dLogTau;
};

Plain plain(const at::Tensor& x0, const at::Tensor& w0, const at::Tensor& bias, const at::Tensor& a0,
            const at::Tensor& b0, const at::Tensor& logTau, const at::Tensor& c,
            const GatedLinearArguments& arguments) {
    const at::Tensor x = leaf(x0);
    const at::Tensor a = leaf(a0);
    const at::Tensor b = leaf(b0);
    const at::Tensor w = leaf(w0.defined() ? w0 : at::zeros({b0.size(0), a0.size(1)}, at::kDouble));
    const at::Tensor delta = at::mm(b, a);
    const at::Tensor tau = logTau[arguments.threshold].exp();
    const double f = arguments.blend;
    const at::Tensor alive = delta.detach().abs().gt(tau).to(at::kDouble);
    const at::Tensor gated = f * (delta * alive) + (1.0 - f) * delta;
    at::Tensor y = at::matmul(x, w.t()) + arguments.scaling * at::matmul(x, gated.t());
    if (bias.defined()) y = y + bias;
    (y * c).sum().backward();

    Plain result{y.detach(), x.grad(), w.grad(), a.grad(), b.grad(), at::zeros_like(logTau)};
    const at::NoGradGuard noGrad;
    const at::Tensor g =
        arguments.scaling * at::mm(c.reshape({-1, c.size(-1)}).t(), x0.reshape({-1, x0.size(-1)}));
    const at::Tensor inside =
        windowOf((delta - tau) / arguments.bandwidth) - windowOf((-delta - tau) / arguments.bandwidth);
    result.dLogTau[arguments.threshold] = -(tau / arguments.bandwidth) * (inside * f * g).mean() * tau;
    return result;
}

void expectEqual(const at::Tensor& x0, const at::Tensor& w0, const at::Tensor& bias, const at::Tensor& a0,
                 const at::Tensor& b0, const at::Tensor& logTau0, const GatedLinearArguments& arguments) {
    std::vector<std::int64_t> shape = x0.sizes().vec();
    shape.back() = b0.size(0);
    const at::Tensor c = randomTensor(shape, 99);
    const Plain expected = plain(x0, w0, bias, a0, b0, logTau0, c, arguments);

    const at::Tensor x = leaf(x0);
    const at::Tensor a = leaf(a0);
    const at::Tensor b = leaf(b0);
    const at::Tensor logTau = leaf(logTau0);
    const at::Tensor w = w0.defined() ? leaf(w0) : at::Tensor();
    const at::Tensor y = gatedLinear(x, w, bias, a, b, logTau, arguments);
    (y * c).sum().backward();
    EXPECT_LT(largestDifference(y, expected.y), 1e-12);
    EXPECT_LT(largestDifference(x.grad(), expected.dx), 1e-12);
    EXPECT_LT(largestDifference(a.grad(), expected.da), 1e-12);
    EXPECT_LT(largestDifference(b.grad(), expected.db), 1e-12);
    EXPECT_LT(largestDifference(logTau.grad(), expected.dLogTau), 1e-12);
    if (w0.defined()) {
        EXPECT_LT(largestDifference(w.grad(), expected.dw), 1e-12);
    }
}

TEST_P(GatedLinearTest, EqualsAPlainChainOfOperations) {
    const Case& c = GetParam();
    GatedLinearArguments arguments;
    arguments.scaling = 4.0;
    arguments.blend = c.blend;
    arguments.bandwidth = 0.2;
    arguments.threshold = 1;
    const at::Tensor x = c.cube ? randomTensor({2, 3, 9}, 1) : randomTensor({6, 9}, 1);
    const at::Tensor a = randomTensor({3, 9}, 2, 0.5);
    const at::Tensor b = randomTensor({7, 3}, 3, 0.5);
    const at::Tensor w = c.weight ? randomTensor({7, 9}, 4) : at::Tensor();
    const at::Tensor bias = c.bias ? randomTensor({7}, 5) : at::Tensor();
    const at::Tensor logTau = at::log(at::tensor({0.05, 0.25, 0.9}, at::kDouble));
    const at::Tensor magnitude = at::mm(b, a).abs();
    const auto alive = magnitude.gt(0.25).sum().item<std::int64_t>();
    const auto inside = (magnitude - 0.25).abs().lt(0.1).sum().item<std::int64_t>();
    ASSERT_TRUE(alive > 10 && alive < 53 && inside > 5) << alive << " alive, " << inside << " in the window";
    expectEqual(x, w, bias, a, b, logTau, arguments);
}

INSTANTIATE_TEST_SUITE_P(AllShapes, GatedLinearTest,
                         ::testing::Values(Case{0.0, true, false, false}, Case{0.0, true, true, true},
                                           Case{0.0, false, false, true}, Case{0.3, true, false, false},
                                           Case{0.3, true, true, true}, Case{0.3, false, true, false},
                                           Case{1.0, true, false, true}, Case{1.0, true, true, false},
                                           Case{1.0, false, false, false}));

TEST(GatedLinear, EntriesExactlyAtTheThresholdAndAtTheEdgesOfTheWindow) {
    // τ = 1 and ε = ½ exactly: the mask is strict, and the window is open at both ends.
    const at::Tensor values = at::tensor({1.0, -1.0, std::nextafter(1.0, 2.0), std::nextafter(-1.0, -2.0),
                                          0.75, 1.25, -0.75, -1.25, 1.2, -0.8, 0.0, 3.0},
                                         at::kDouble);
    const at::Tensor a = values.reshape({1, 12});
    const at::Tensor b = at::ones({1, 1}, at::kDouble);
    GatedLinearArguments arguments;
    arguments.blend = 1.0;
    arguments.bandwidth = 0.5;
    arguments.threshold = 0;
    const at::Tensor logTau = at::zeros({1}, at::kDouble);
    const at::Tensor x = at::eye(12, at::kDouble);
    const at::Tensor y = gatedLinear(x, {}, {}, a, b, logTau, arguments).reshape({-1});
    const at::Tensor alive =
        at::tensor({0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 0.0, 1.0, 1.0, 0.0, 0.0, 1.0}, at::kDouble);
    EXPECT_EQ(largestDifference(y, values * alive), 0.0);
    expectEqual(x, {}, {}, a, b, logTau, arguments);

    // Σ of the window's signs, by hand: inside are ±1, the two just beyond, 1.2 and −0.8.
    const at::Tensor learned = leaf(logTau);
    gatedLinear(x, {}, {}, a, b, learned, arguments).sum().backward();
    const double signs = 1 - 1 + 1 - 1 + 1 - 1;
    EXPECT_NEAR(learned.grad().item<double>(), -(1 / 0.5) * signs / 12, 1e-15);
}

TEST(GatedLinear, WithoutAGateItIsPlainLora) {
    GatedLinearArguments arguments;
    arguments.scaling = 2;
    arguments.blend = 1;  // says nothing without a threshold
    const at::Tensor x = randomTensor({5, 4}, 1);
    const at::Tensor w = randomTensor({3, 4}, 2);
    const at::Tensor a = leaf(randomTensor({2, 4}, 3));
    const at::Tensor b = leaf(randomTensor({3, 2}, 4));
    const at::Tensor y = gatedLinear(x, w, {}, a, b, {}, arguments);
    EXPECT_LT(largestDifference(y, at::mm(x, (w + 2 * at::mm(b, a)).t())), 1e-12);
    y.sum().backward();
    EXPECT_TRUE(a.grad().defined() && b.grad().defined());
    EXPECT_FALSE(w.grad().defined());
}

// x Wᵀ with the matrix has to be the layer, in its result and in every gradient.
TEST(GatedMatrix, IsTheMatrixOfTheLayer) {
    for (const double blend : {0.0, 0.4, 1.0}) {
        for (const std::int64_t threshold : {std::int64_t{-1}, std::int64_t{1}}) {
            GatedLinearArguments arguments;
            arguments.scaling = 4;
            arguments.blend = blend;
            arguments.bandwidth = 0.5;
            arguments.threshold = threshold;
            struct Leaves {
                at::Tensor x, w, a, b, logTau;
            };
            const auto leaves = [] {
                return Leaves{leaf(randomTensor({6, 13}, 1)), leaf(randomTensor({9, 13}, 2)),
                              leaf(randomTensor({3, 13}, 3)), leaf(randomTensor({9, 3}, 4)),
                              leaf(at::tensor({0.1, -0.7}, at::kDouble))};
            };
            const Leaves one = leaves(), two = leaves();
            const at::Tensor c = randomTensor({6, 9}, 5);
            const at::Tensor y = at::linear(one.x, gatedMatrix(one.w, one.a, one.b, one.logTau, arguments));
            const at::Tensor expected = gatedLinear(two.x, two.w, {}, two.a, two.b, two.logTau, arguments);
            (y * c).sum().backward();
            (expected * c).sum().backward();
            EXPECT_LT(largestDifference(y, expected), 1e-12);
            EXPECT_LT(largestDifference(one.x.grad(), two.x.grad()), 1e-12);
            EXPECT_LT(largestDifference(one.w.grad(), two.w.grad()), 1e-12);
            EXPECT_LT(largestDifference(one.a.grad(), two.a.grad()), 1e-12);
            EXPECT_LT(largestDifference(one.b.grad(), two.b.grad()), 1e-12);
            ASSERT_EQ(one.logTau.grad().defined(), two.logTau.grad().defined());
            if (threshold < 0) continue;
            EXPECT_LT(largestDifference(one.logTau.grad(), two.logTau.grad()), 1e-12);
            EXPECT_EQ(one.logTau.grad()[1].item<double>() != 0, blend > 0);
        }
    }
}

TEST(GatedLinear, KeepsNoDenseArrayForTheBackwardPass) {
    constexpr std::int64_t kWidth = 512;
    constexpr std::uint64_t kLayers = 6;
    constexpr double kDense = kWidth * kWidth * sizeof(double);
    std::vector<at::Tensor> as, bs;
    for (std::uint64_t i = 0; i < kLayers; ++i) {
        as.push_back(leaf(randomTensor({4, kWidth}, i, 0.1)));
        bs.push_back(leaf(randomTensor({kWidth, 4}, 100 + i, 0.1)));
    }
    const at::Tensor logTau = leaf(at::log(at::tensor({0.02}, at::kDouble)));
    GatedLinearArguments arguments;
    arguments.blend = 0.5;
    arguments.threshold = 0;
    const auto live = [] {
        const struct mallinfo2 info = mallinfo2();
        return static_cast<double>(info.uordblks + info.hblkhd);
    };
    const at::Tensor w = randomTensor({kWidth, kWidth}, 7, 0.05);
    const at::Tensor start = randomTensor({4, kWidth}, 8);
    // Bytes that stand between the two passes.
    const auto kept = [&](const at::Tensor& weight) {
        const double before = live();
        at::Tensor x = start;
        for (std::size_t i = 0; i < as.size(); ++i)
            x = gatedLinear(x, weight, {}, as[i], bs[i], logTau, arguments);
        const double between = live() - before;
        x.sum().backward();
        return between;
    };
    kept(w);  // BLAS libraries keep work space from their first product on
    EXPECT_LT(kept(w), kDense / 2) << "for " << kLayers << " layers of " << kDense << " bytes";
    EXPECT_LT(kept({}), kDense / 2) << "for " << kLayers << " updates alone";
    EXPECT_TRUE(as.front().grad().defined());
}

}  // namespace
}  // namespace jumplora
