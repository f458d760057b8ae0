// SPDX-License-Identifier: Apache-2.0
#include "adapter/order_statistic.h"

#include "adapter/gate_math.h"
#include "base/error.h"
#include "base/random.h"
#include "support/errors.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace jumplora {
namespace {

template <typename Float>
void compare(const std::vector<std::vector<Float>>& parts, at::ScalarType type) {
    std::vector<at::Tensor> tensors;
    std::vector<Float> sorted;
    for (const auto& part : parts) {
        auto tensor = at::empty({static_cast<std::int64_t>(part.size())}, type);
        std::copy(part.begin(), part.end(), tensor.template data_ptr<Float>());
        tensors.push_back(tensor);
        for (const Float value : part) sorted.push_back(std::abs(value));
    }
    std::sort(sorted.begin(), sorted.end());
    int visits = 0;
    const auto visit = [&](const std::function<void(const at::Tensor&)>& use) {
        ++visits;
        for (const at::Tensor& tensor : tensors) use(tensor);
    };
    const auto n = static_cast<std::int64_t>(sorted.size());
    const std::int64_t step = std::max<std::int64_t>(n / 50, 1);
    for (std::int64_t k = 1; k <= n; k += step) {
        visits = 0;
        ASSERT_EQ(kthSmallestMagnitude(k, type, visit),
                  static_cast<double>(sorted[static_cast<std::size_t>(k - 1)]))
            << "k = " << k << " of " << n;
        EXPECT_EQ(visits, type == at::kFloat ? 2 : 4);
    }
    EXPECT_EQ(kthSmallestMagnitude(n, type, visit), static_cast<double>(sorted.back()));
}

template <typename Float>
std::vector<std::vector<Float>> samples(std::uint64_t seed) {
    using Limits = std::numeric_limits<Float>;
    Rng rng(seed);
    std::vector<std::vector<Float>> parts(4);
    for (int i = 0; i < 700; ++i) parts[0].push_back(static_cast<Float>(rng.normal()));
    // Ties, both zeros.
    for (int i = 0; i < 100; ++i)
        parts[1].push_back(static_cast<Float>(rng.below(3)) * (i % 2 == 0 ? 1 : -1));
    // Neighbours that differ in the last bits only.
    Float value = static_cast<Float>(0.1);
    for (int i = 0; i < 50; ++i) parts[1].push_back(value = std::nextafter(value, Float{1}));
    for (int i = 1; i < 40; ++i) parts[2].push_back(Limits::denorm_min() * static_cast<Float>(i * i));
    parts[2].insert(parts[2].end(), {Limits::min(), Limits::max(), Limits::lowest(), Limits::infinity()});
    parts[3].push_back(Float{0});
    return parts;
}

TEST(KthSmallestMagnitude, EqualsSortingFloats) { compare(samples<float>(1), at::kFloat); }

TEST(KthSmallestMagnitude, EqualsSortingDoubles) { compare(samples<double>(2), at::kDouble); }

TEST(KthSmallestMagnitude, OneValueAndAllEqual) {
    compare<float>({{-2.5F}}, at::kFloat);
    compare<double>({std::vector<double>(300, -7.0), std::vector<double>(5, 7.0)}, at::kDouble);
}

TEST(KthSmallestMagnitude, RefusesWhatIsNotThere) {
    const at::Tensor values = at::ones({4}, at::kFloat);
    const auto visit = [&](const std::function<void(const at::Tensor&)>& use) { use(values); };
    testing::expectError(ErrorKind::State, {"order statistic 5"},
                         [&] { kthSmallestMagnitude(5, at::kFloat, visit); });
    testing::expectError(ErrorKind::State, {"order statistic 0"},
                         [&] { kthSmallestMagnitude(0, at::kFloat, visit); });
    testing::expectError(ErrorKind::State, {"float32 or float64"},
                         [&] { kthSmallestMagnitude(1, at::kHalf, visit); });
}

// Large enough that only some rows are looked at first. `scale` gives each product's rows their size.
template <typename Float>
std::vector<Factors> products(std::uint64_t seed, at::ScalarType type,
                              const std::function<double(std::size_t, std::int64_t)>& scale) {
    constexpr std::int64_t kRank = 4;
    const std::vector<std::array<std::int64_t, 2>> shapes = {{900, 1100}, {1, 37}, {700, 1500}, {333, 700}};
    Rng rng(seed);
    std::vector<Factors> made;
    for (std::size_t p = 0; p < shapes.size(); ++p) {
        const auto [rows, columns] = shapes[p];
        Factors factors{at::empty({kRank, columns}, type), at::empty({rows, kRank}, type)};
        auto* a = factors.a.data_ptr<Float>();
        auto* b = factors.b.data_ptr<Float>();
        for (std::int64_t i = 0; i < kRank * columns; ++i) a[i] = static_cast<Float>(rng.normal());
        for (std::int64_t i = 0; i < rows * kRank; ++i)
            b[i] = static_cast<Float>(rng.normal() * scale(p, i / kRank));
        made.push_back(factors);
    }
    return made;
}

// Against the passes over dense products.
void expectSameAsDense(const std::vector<Factors>& factors) {
    std::vector<at::Tensor> dense;
    std::int64_t entries = 0;
    for (const Factors& f : factors) {
        dense.push_back(gatedWeight({}, f.a, f.b, {}));
        entries += dense.back().numel();
    }
    ASSERT_GT(entries, 1 << 21) << "or all rows are looked at";
    const auto visit = [&](const std::function<void(const at::Tensor&)>& use) {
        for (const at::Tensor& tensor : dense) use(tensor);
    };
    const at::ScalarType type = dense.front().scalar_type();
    for (const double place : {0.0, 0.001, 0.3, 0.984, 0.9999, 1.0}) {
        const auto k = std::clamp<std::int64_t>(
            static_cast<std::int64_t>(place * static_cast<double>(entries)), 1, entries);
        const double expected = kthSmallestMagnitude(k, type, visit);
        const double found = kthSmallestMagnitude(k, factors);
        EXPECT_TRUE(found == expected || (std::isnan(found) && std::isnan(expected)))
            << "k = " << k << ": " << found << " instead of " << expected;
    }
}

TEST(KthSmallestOfProducts, EqualsThatOfTheDenseEntries) {
    const auto even = [](std::size_t, std::int64_t) { return 1.0; };
    expectSameAsDense(products<float>(1, at::kFloat, even));
    expectSameAsDense(products<double>(2, at::kDouble, even));
}

TEST(KthSmallestOfProducts, RowsThatAreNoGuide) {
    // Large rows where none is looked at; all zero, as at the start of a task; one module alone above the
    // rest.
    expectSameAsDense(
        products<float>(3, at::kFloat, [](std::size_t, std::int64_t i) { return i % 3 == 1 ? 1.0 : 1e-3; }));
    expectSameAsDense(products<float>(4, at::kFloat, [](std::size_t, std::int64_t) { return 0.0; }));
    expectSameAsDense(
        products<float>(5, at::kFloat, [](std::size_t p, std::int64_t) { return p == 3 ? 1.0 : 1e-20; }));
}

TEST(KthSmallestOfProducts, EntriesThatAreNotANumberAreTheLargest) {
    auto factors = products<float>(6, at::kFloat, [](std::size_t, std::int64_t) { return 1.0; });
    factors[2].b.data_ptr<float>()[40] = std::numeric_limits<float>::quiet_NaN();
    expectSameAsDense(factors);
}

TEST(KthSmallestOfProducts, SmallModulesAreLookedAtWhole) {
    const Factors one{at::full({1, 3}, 2.0, at::kFloat), at::arange(1, 5, at::kFloat).reshape({4, 1})};
    EXPECT_EQ(kthSmallestMagnitude(1, std::array{one}), 2);
    EXPECT_EQ(kthSmallestMagnitude(4, std::array{one}), 4);
    EXPECT_EQ(kthSmallestMagnitude(12, std::array{one}), 8);
    testing::expectError(ErrorKind::State, {"order statistic 13 of 12"},
                         [&] { (void)kthSmallestMagnitude(13, std::array{one}); });
}

}  // namespace
}  // namespace jumplora
