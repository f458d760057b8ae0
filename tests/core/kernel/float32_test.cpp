// SPDX-License-Identifier: Apache-2.0
// Packed products in float32 against their formula in double precision, over shapes that fit neither tiles
// nor blocks.
#include "kernel/float32.h"

#include "kernel/kernels.h"
#include "support/product_shapes.h"

#include <gtest/gtest.h>

#include <limits>

namespace jumplora {
namespace {

using testing::ProductShape;
using testing::productShapes;
using testing::toleranceOfSum;

std::vector<float> normals(std::int64_t count, std::uint64_t seed) {
    Rng rng(seed);
    std::vector<float> values(static_cast<std::size_t>(count));
    for (float& value : values) value = static_cast<float>(rng.normal());
    return values;
}

class Float32Product : public ::testing::Test {
  protected:
    void SetUp() override {
        if (availableKernelPaths().back() != KernelPath::Avx512)
            GTEST_SKIP() << "this processor has no AVX-512; its products are the BLAS's";
    }
};

// Row t of x [., depth] times the column of the weight that begins at `first` and goes on in steps.
double sumOf(const std::vector<float>& x, const std::vector<float>& weight, std::int64_t t,
             std::int64_t depth, std::int64_t first, std::int64_t step) {
    double sum = 0;
    for (std::int64_t k = 0; k < depth; ++k)
        sum += static_cast<double>(x[static_cast<std::size_t>(t * depth + k)]) *
               static_cast<double>(weight[static_cast<std::size_t>(first + k * step)]);
    return sum;
}

TEST_F(Float32Product, IsXTimesTheTransposedWeight) {
    std::uint64_t seed = 1;
    for (const ProductShape& c : productShapes()) {
        const auto x = normals(c.tokens * c.inputs, seed++), weight = normals(c.outputs * c.inputs, seed++);
        std::vector<float> y(static_cast<std::size_t>(c.tokens * c.outputs), -7.0F);
        float32Product(x.data(), weight.data(), y.data(), c.tokens, c.outputs, c.inputs);
        for (std::int64_t t = 0; t < c.tokens; ++t)
            for (std::int64_t o = 0; o < c.outputs; ++o)
                ASSERT_NEAR(y[static_cast<std::size_t>(t * c.outputs + o)],
                            sumOf(x, weight, t, c.inputs, o * c.inputs, 1), toleranceOfSum(c.inputs))
                    << c.tokens << " x " << c.outputs << " x " << c.inputs << " at " << t << ", " << o;
    }
}

TEST_F(Float32Product, TransposedIsTheGradientByTheInput) {
    std::uint64_t seed = 100;
    for (const ProductShape& c : productShapes()) {
        const auto dy = normals(c.tokens * c.outputs, seed++), weight = normals(c.outputs * c.inputs, seed++);
        std::vector<float> dx(static_cast<std::size_t>(c.tokens * c.inputs), -7.0F);
        float32ProductTransposed(dy.data(), weight.data(), dx.data(), c.tokens, c.outputs, c.inputs);
        for (std::int64_t t = 0; t < c.tokens; ++t)
            for (std::int64_t i = 0; i < c.inputs; ++i)
                ASSERT_NEAR(dx[static_cast<std::size_t>(t * c.inputs + i)],
                            sumOf(dy, weight, t, c.outputs, i, c.inputs), toleranceOfSum(c.outputs))
                    << c.tokens << " x " << c.outputs << " x " << c.inputs << " at " << t << ", " << i;
    }
}

TEST_F(Float32Product, ATokensResultDoesNotDependOnTheTokensBesideIt) {
    const ProductShape c{100, 150, 1100};
    const auto x = normals(c.tokens * c.inputs, 3), weight = normals(c.outputs * c.inputs, 4);
    std::vector<float> all(static_cast<std::size_t>(c.tokens * c.outputs));
    float32Product(x.data(), weight.data(), all.data(), c.tokens, c.outputs, c.inputs);
    constexpr std::int64_t kFirst = 37, kCount = 40;
    std::vector<float> some(static_cast<std::size_t>(kCount * c.outputs));
    float32Product(x.data() + kFirst * c.inputs, weight.data(), some.data(), kCount, c.outputs, c.inputs);
    for (std::size_t i = 0; i < some.size(); ++i)
        ASSERT_EQ(some[i], all[static_cast<std::size_t>(kFirst * c.outputs) + i]);
}

TEST_F(Float32Product, WhatIsNotANumberStaysInItsRow) {
    const ProductShape c{50, 40, 70};
    auto x = normals(c.tokens * c.inputs, 5);
    const auto weight = normals(c.outputs * c.inputs, 6);
    constexpr std::int64_t kRow = 17;
    x[static_cast<std::size_t>(kRow * c.inputs + 3)] = std::numeric_limits<float>::quiet_NaN();
    std::vector<float> y(static_cast<std::size_t>(c.tokens * c.outputs));
    float32Product(x.data(), weight.data(), y.data(), c.tokens, c.outputs, c.inputs);
    for (std::int64_t t = 0; t < c.tokens; ++t)
        for (std::int64_t o = 0; o < c.outputs; ++o)
            ASSERT_EQ(std::isnan(y[static_cast<std::size_t>(t * c.outputs + o)]), t == kRow);
}

TEST_F(Float32Product, ServesTheAvx512KernelsAndSeveralTokens) {
    EXPECT_TRUE(float32ProductPays(2048));
    EXPECT_FALSE(float32ProductPays(1));
    forceKernelPath(KernelPath::Portable);
    EXPECT_FALSE(float32ProductPays(2048));
    forceKernelPath(availableKernelPaths().back());
}

}  // namespace
}  // namespace jumplora
