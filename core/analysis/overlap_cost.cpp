// SPDX-License-Identifier: Apache-2.0
#include "analysis/overlap.h"
#include "base/torch_api.h"

#include <algorithm>

namespace jumplora {
namespace {

// Nanoseconds of one thread on a server core of 2023, measured with benchmarks/overlap.cpp.
constexpr double kReadEntry = 3;      // forming, masking and reading one entry of one task
constexpr double kPairEntry = 1.5;    // one live entry of one pair
constexpr double kEigenEntry = 0.3;   // per d³ of an eigen-decomposition, d = min(m, n)
constexpr double kProductEntry = 1;   // one entry of ΔW_iᵀΔW_j, or one multiplication of live entries
constexpr double kDenseEntry = 0.05;  // one multiplication of a dense product

// Decompositions gain little from more threads than this.
constexpr double kUsefulThreads = 4;
constexpr double kListBytes = 12;  // column and value of one live entry
constexpr double kValuesPerEvent = 24;
constexpr double kNamedValueBytes = 100;  // with its name and the slack of its list

}  // namespace

OverlapCost overlapCost(const std::vector<ModuleInfo>& modules, std::int64_t rank, std::int64_t tasks,
                        std::int64_t pairs, double density, const OverlapOptions& options) {
    const auto t = static_cast<double>(tasks);
    const auto p = static_cast<double>(pairs);
    const auto r = static_cast<double>(rank);
    const bool decomposed = options.spectral && density < 1;
    double nanoseconds = 0;
    double peak = 0;
    for (const ModuleInfo& module : modules) {
        const auto m = static_cast<double>(module.rows);
        const auto n = static_cast<double>(module.columns);
        const double d = std::min(m, n);
        nanoseconds += t * m * n * kReadEntry + p * density * m * n * kPairEntry;
        double bytes = 2 * t * r * (m + n) * sizeof(double) + m * n * sizeof(float);
        if (density < 1) bytes += t * density * m * n * kListBytes;
        if (decomposed) {
            const double sparse = n * n + m * density * n * density * n;
            nanoseconds +=
                t * d * d * d * kEigenEntry + p * std::min(sparse * kProductEntry, m * n * n * kDenseEntry);
            // Transposed lists; the matrix, its Gram matrix, vectors and the work space of the decomposition.
            bytes += t * density * m * n * kListBytes + (m * n + 7 * d * d) * sizeof(double);
        }
        peak = std::max(peak, bytes);
    }
    const double results = (p + t) * static_cast<double>(modules.size()) * kValuesPerEvent * kNamedValueBytes;
    const double threads = std::min(static_cast<double>(at::get_num_threads()), kUsefulThreads);
    return {nanoseconds * 1e-9 / threads, static_cast<std::int64_t>(peak + results)};
}

}  // namespace jumplora
