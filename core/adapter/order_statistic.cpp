// SPDX-License-Identifier: Apache-2.0
#include "adapter/order_statistic.h"

#include "base/error.h"
#include "kernel/parallel.h"

#include <bit>
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

}  // namespace

double kthSmallestMagnitude(std::int64_t k, at::ScalarType dtype, const Visit& visit) {
    if (dtype == at::kFloat) return select<float, std::uint32_t>(k, visit);
    if (dtype == at::kDouble) return select<double, std::uint64_t>(k, visit);
    fail(ErrorKind::State, "thresholds need float32 or float64 adapters");
}

}  // namespace jumplora
