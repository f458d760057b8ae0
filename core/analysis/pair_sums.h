// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "analysis/module_update.h"

#include <cstdint>
#include <utility>
#include <vector>

namespace jumplora {

// Sums over the entries of two updates of one module, scaling included. Sums of several modules add up.
struct PairSums {
    std::int64_t both = 0;      // |S_i ∩ S_j|
    std::int64_t opposite = 0;  // of these, with opposite signs
    double dot = 0;             // Σ ΔW_i·ΔW_j
    double energy = 0;          // Σ (ΔW_i·ΔW_j)²
    PairSums& operator+=(const PairSums& other);
};

struct ElementSums {
    std::vector<double> squares;  // per update: ‖ΔW‖²
    std::vector<PairSums> pairs;
};

using UpdatePair = std::pair<std::size_t, std::size_t>;  // indexes of updates

// One pass over the rows of all updates, in parallel; sums are formed in a fixed order, whatever the number
// of threads.
ElementSums elementSums(const std::vector<ModuleUpdate>& updates, const std::vector<UpdatePair>& pairs);

// ‖A_i A_jᵀ‖²_F.
double aProductSquare(const ModuleUpdate& i, const ModuleUpdate& j);

// ‖ΔW_iᵀ ΔW_j‖²_F per pair, scaling included: through the factors without a gate, through the live entries
// when they are few, else as a dense product.
std::vector<double> updateProductSquares(const std::vector<ModuleUpdate>& updates,
                                         const std::vector<UpdatePair>& pairs);

}  // namespace jumplora
