// SPDX-License-Identifier: Apache-2.0
#include "adapter/order_statistic.h"

#include "adapter/gate_math.h"
#include "base/error.h"
#include "kernel/kernels.h"
#include "model/pieces.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <vector>

namespace jumplora {
namespace {

using Visit = std::function<void(const std::function<void(const at::Tensor&)>&)>;

template <typename Float, typename Bits>
double select(std::int64_t k, const Visit& visit) {
    if (k < 1) fail(ErrorKind::State, "order statistic {}: the first is 1", k);
    constexpr int kDigit = 16;
    constexpr int kWidth = sizeof(Bits) * 8;
    constexpr Bits kSign = Bits{1} << (kWidth - 1);
    Bits prefix = 0;  // digits found so far
    auto rank = static_cast<std::uint64_t>(k);
    const std::int64_t threads = at::get_num_threads();
    std::vector<std::vector<std::uint64_t>> counts(static_cast<std::size_t>(threads));
    for (int shift = kWidth - kDigit; shift >= 0; shift -= kDigit) {
        for (auto& own : counts) own.assign(std::size_t{1} << kDigit, 0);
        const bool leading = shift == kWidth - kDigit;
        visit([&](const at::Tensor& tensor) {
            const auto* values = tensor.data_ptr<Float>();
            parallelPieces(threads, [&](std::int64_t thread) {
                auto& own = counts[static_cast<std::size_t>(thread)];
                const std::int64_t end = tensor.numel() * (thread + 1) / threads;
                for (std::int64_t i = tensor.numel() * thread / threads; i < end; ++i) {
                    const Bits bits = std::bit_cast<Bits>(values[i]) & static_cast<Bits>(~kSign);
                    // Patterns of non-negative floats sort like the floats themselves.
                    if (leading || (bits >> (shift + kDigit)) == prefix) ++own[(bits >> shift) & 0xFFFF];
                }
            });
        });
        for (std::size_t thread = 1; thread < counts.size(); ++thread) {
            for (std::size_t i = 0; i < counts[0].size(); ++i) counts[0][i] += counts[thread][i];
        }
        std::size_t digit = 0;
        while (digit < counts[0].size() && rank > counts[0][digit]) rank -= counts[0][digit++];
        if (digit == counts[0].size()) fail(ErrorKind::State, "order statistic {} of fewer values", k);
        prefix = static_cast<Bits>(leading ? digit : (prefix << kDigit) | digit);
    }
    return static_cast<double>(std::bit_cast<Float>(prefix));
}

template <typename T>
GateArguments<T> argumentsOf(const Factors& factors) {
    GateArguments<T> gate;
    gate.a = factors.a.data_ptr<T>();
    gate.b = factors.b.data_ptr<T>();
    gate.columns = factors.a.size(1);
    gate.rank = factors.a.size(0);
    return gate;
}

// |BA| of every stride-th row.
template <typename T>
std::vector<T> someRows(std::span<const Factors> products, std::int64_t stride) {
    std::vector<T> sample;
    for (const Factors& factors : products) {
        const GateArguments<T> gate = argumentsOf<T>(factors);
        const std::int64_t rows = factors.b.size(0);
        for (std::int64_t i = std::min(stride / 2, rows - 1); i < rows; i += stride) {
            sample.resize(sample.size() + static_cast<std::size_t>(gate.columns));
            kernels<T>().gateMagnitudes(gate, i, sample.data() + sample.size() - gate.columns);
        }
    }
    return sample;
}

// What is not a number is larger than anything.
template <typename T>
T nth(std::vector<T>& values, std::int64_t index) {
    std::nth_element(values.begin(), values.begin() + index, values.end(),
                     [](T left, T right) { return std::isnan(right) ? !std::isnan(left) : left < right; });
    return values[static_cast<std::size_t>(index)];
}

template <typename T>
struct Between {
    std::int64_t below = 0;  // entries smaller than the lower bound
    std::vector<T> inside;
};

// None when more than `most` entries lie inside.
template <typename T>
std::optional<Between<T>> entriesBetween(std::span<const Factors> products, T low, T high,
                                         std::int64_t most) {
    std::vector<Between<T>> parts(static_cast<std::size_t>(at::get_num_threads()));
    std::int64_t found = 0;
    for (const Factors& factors : products) {
        const GateArguments<T> gate = argumentsOf<T>(factors);
        eachPiece(factors.b.size(0), [&](std::int64_t piece, std::int64_t first, std::int64_t last) {
            Between<T>& own = parts[static_cast<std::size_t>(piece)];
            const auto space =
                std::make_unique_for_overwrite<T[]>(static_cast<std::size_t>((last - first) * gate.columns));
            std::vector<T> row(static_cast<std::size_t>(gate.columns));
            const std::int64_t count =
                kernels<T>().gateBracket(gate, first, last, low, high, row.data(), space.get(), own.below);
            own.inside.insert(own.inside.end(), space.get(), space.get() + count);
        });
        found = 0;
        for (const Between<T>& part : parts) found += static_cast<std::int64_t>(part.inside.size());
        if (found > most) return std::nullopt;
    }
    Between<T> all;
    all.inside.reserve(static_cast<std::size_t>(found));
    for (const Between<T>& part : parts) {
        all.below += part.below;
        all.inside.insert(all.inside.end(), part.inside.begin(), part.inside.end());
    }
    return all;
}

// None when the sampled rows were no good guide.
template <typename T>
std::optional<double> selectBetween(std::int64_t k, std::span<const Factors> products, std::int64_t entries) {
    constexpr std::int64_t kSample = 1 << 20;
    constexpr double kMargin = 0.005;  // of the entries, to either side
    constexpr std::int64_t kMost = 8;  // times what is expected inside
    const std::int64_t stride = std::max<std::int64_t>(1, entries / kSample);
    std::vector<T> sample = someRows<T>(products, stride);
    if (stride == 1) return static_cast<double>(nth(sample, k - 1));
    const auto size = static_cast<double>(sample.size());
    const double place = static_cast<double>(k) / static_cast<double>(entries);
    const auto lowAt = static_cast<std::int64_t>(std::floor((place - kMargin) * size));
    const auto highAt = static_cast<std::int64_t>(std::ceil((place + kMargin) * size));
    const T low = lowAt <= 0 ? T{0} : nth(sample, lowAt);
    const T high = highAt >= static_cast<std::int64_t>(sample.size()) ? std::numeric_limits<T>::infinity()
                                                                      : nth(sample, highAt);
    const auto most = static_cast<std::int64_t>(2 * kMargin * kMost * static_cast<double>(entries));
    auto between = entriesBetween<T>(products, low, high, most);
    if (!between || k <= between->below) return std::nullopt;
    const std::int64_t index = k - between->below - 1;
    if (index >= static_cast<std::int64_t>(between->inside.size())) return std::nullopt;
    return static_cast<double>(nth(between->inside, index));
}

}  // namespace

double kthSmallestMagnitude(std::int64_t k, std::span<const Factors> products) {
    std::int64_t entries = 0;
    bool kernel = true;
    for (const Factors& factors : products) {
        entries += factors.b.size(0) * factors.a.size(1);
        kernel = kernel && runsInKernel({factors.a, factors.b});
    }
    if (k < 1 || k > entries) fail(ErrorKind::State, "order statistic {} of {} values", k, entries);
    if (kernel) {
        const auto found = withType(products.front().a, [&](auto type) {
            return selectBetween<decltype(type)>(k, products, entries);
        });
        if (found) return *found;
    }
    return kthSmallestMagnitude(
        k, products.front().a.scalar_type(), [&](const std::function<void(const at::Tensor&)>& use) {
            for (const Factors& factors : products)
                use(gatedWeight({}, factors.a, factors.b, {}).to(at::kCPU).contiguous());
        });
}

double kthSmallestMagnitude(std::int64_t k, at::ScalarType dtype, const Visit& visit) {
    if (dtype == at::kFloat) return select<float, std::uint32_t>(k, visit);
    if (dtype == at::kDouble) return select<double, std::uint64_t>(k, visit);
    fail(ErrorKind::State, "thresholds need float32 or float64 adapters");
}

}  // namespace jumplora
