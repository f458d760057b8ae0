// SPDX-License-Identifier: Apache-2.0
// Products in bfloat16 against their formula in double precision, over shapes that fit neither tiles nor
// blocks.
#include "kernel/bfloat16.h"

#include "base/random.h"
#include "support/product_shapes.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <vector>

namespace jumplora {
namespace {

using testing::ProductShape;
using testing::productShapes;

// To nearest, ties to even; the formula, not the instruction.
std::uint16_t rounded(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    return static_cast<std::uint16_t>((bits + 0x7fffU + ((bits >> 16U) & 1U)) >> 16U);
}

double valueOf(std::uint16_t half) { return std::bit_cast<float>(static_cast<std::uint32_t>(half) << 16U); }

struct Matrices {
    std::vector<float> x;
    std::vector<std::uint16_t> weight;

    Matrices(const ProductShape& c, std::int64_t columns, std::uint64_t seed) {
        Rng rng(seed);
        for (std::int64_t i = 0; i < c.tokens * columns; ++i) x.push_back(static_cast<float>(rng.normal()));
        for (std::int64_t i = 0; i < c.outputs * c.inputs; ++i)
            weight.push_back(rounded(static_cast<float>(rng.normal())));
    }
};

class Bfloat16 : public ::testing::Test {
  protected:
    void SetUp() override {
        if (!bfloat16Available()) GTEST_SKIP() << bfloat16Lack();
    }
};

TEST_F(Bfloat16, ProductIsTheRoundedInputsTimesTheWeight) {
    std::uint64_t seed = 1;
    for (const ProductShape& c : productShapes()) {
        const Matrices m(c, c.inputs, seed++);
        std::vector<float> y(static_cast<std::size_t>(c.tokens * c.outputs), -7.0F);
        bfloat16Product(m.x.data(), m.weight.data(), y.data(), c.tokens, c.outputs, c.inputs);
        for (std::int64_t t = 0; t < c.tokens; ++t) {
            for (std::int64_t o = 0; o < c.outputs; ++o) {
                double sum = 0;
                for (std::int64_t i = 0; i < c.inputs; ++i)
                    sum += valueOf(rounded(m.x[static_cast<std::size_t>(t * c.inputs + i)])) *
                           valueOf(m.weight[static_cast<std::size_t>(o * c.inputs + i)]);
                ASSERT_NEAR(y[static_cast<std::size_t>(t * c.outputs + o)], sum,
                            testing::toleranceOfSum(c.inputs))
                    << c.tokens << " x " << c.outputs << " x " << c.inputs << " at " << t << ", " << o;
            }
        }
    }
}

TEST_F(Bfloat16, TransposedProductIsTheGradientByTheInput) {
    std::uint64_t seed = 100;
    for (const ProductShape& c : productShapes()) {
        const Matrices m(c, c.outputs, seed++);
        std::vector<float> dx(static_cast<std::size_t>(c.tokens * c.inputs), -7.0F);
        bfloat16ProductTransposed(m.x.data(), m.weight.data(), dx.data(), c.tokens, c.outputs, c.inputs);
        for (std::int64_t t = 0; t < c.tokens; ++t) {
            for (std::int64_t i = 0; i < c.inputs; ++i) {
                double sum = 0;
                for (std::int64_t o = 0; o < c.outputs; ++o)
                    sum += valueOf(rounded(m.x[static_cast<std::size_t>(t * c.outputs + o)])) *
                           valueOf(m.weight[static_cast<std::size_t>(o * c.inputs + i)]);
                ASSERT_NEAR(dx[static_cast<std::size_t>(t * c.inputs + i)], sum,
                            testing::toleranceOfSum(c.outputs))
                    << c.tokens << " x " << c.outputs << " x " << c.inputs << " at " << t << ", " << i;
            }
        }
    }
}

TEST_F(Bfloat16, ATokensResultDoesNotDependOnTheTokensBesideIt) {
    const ProductShape c{100, 150, 1100};
    const Matrices m(c, c.inputs, 3);
    std::vector<float> all(static_cast<std::size_t>(c.tokens * c.outputs));
    bfloat16Product(m.x.data(), m.weight.data(), all.data(), c.tokens, c.outputs, c.inputs);
    constexpr std::int64_t kFirst = 37, kCount = 40;
    std::vector<float> some(static_cast<std::size_t>(kCount * c.outputs));
    bfloat16Product(m.x.data() + kFirst * c.inputs, m.weight.data(), some.data(), kCount, c.outputs,
                    c.inputs);
    for (std::size_t i = 0; i < some.size(); ++i)
        ASSERT_EQ(some[i], all[static_cast<std::size_t>(kFirst * c.outputs) + i]);
}

TEST_F(Bfloat16, WhatIsNotANumberStaysSo) {
    const ProductShape c{50, 40, 70};
    Matrices m(c, c.inputs, 4);
    m.x[3] = std::numeric_limits<float>::quiet_NaN();
    m.x[static_cast<std::size_t>(c.inputs + 5)] = std::numeric_limits<float>::infinity();
    std::vector<float> y(static_cast<std::size_t>(c.tokens * c.outputs));
    bfloat16Product(m.x.data(), m.weight.data(), y.data(), c.tokens, c.outputs, c.inputs);
    for (std::int64_t o = 0; o < c.outputs; ++o) {
        EXPECT_TRUE(std::isnan(y[static_cast<std::size_t>(o)]));
        EXPECT_FALSE(std::isfinite(y[static_cast<std::size_t>(c.outputs + o)]));
        EXPECT_TRUE(std::isfinite(y[static_cast<std::size_t>(2 * c.outputs + o)]));
    }
}

TEST(Bfloat16Lack, SaysWhyExactlyWhenThereIsAReason) {
    EXPECT_EQ(bfloat16Available(), bfloat16Lack().empty());
}

}  // namespace
}  // namespace jumplora
