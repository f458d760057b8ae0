// SPDX-License-Identifier: Apache-2.0
#include "adapter/order_statistic.h"

#include "base/error.h"
#include "base/random.h"
#include "support/errors.h"

#include <algorithm>
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

}  // namespace
}  // namespace jumplora
