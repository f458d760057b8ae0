// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "analysis/module_update.h"

#include <vector>

namespace jumplora {

// Singular values of one update and the spaces it lives in. Values below 1e-6 of the largest count as zero:
// they are rounding of a float32 product. The spaces are spanned by the singular vectors of the r largest
// values (fewer when fewer are above zero): exactly the row and column space of BA when nothing is masked.
struct Spectrum {
    std::vector<double> values;  // unscaled, descending, all above zero
    at::Tensor row;              // float64 [n, k], orthonormal columns; k = min(r, values.size())
    at::Tensor column;           // float64 [m, k]
    [[nodiscard]] double effectiveRank() const;  // exp(H(σ/Σσ)), natural logarithm; needs a value
    [[nodiscard]] double stableRank() const;     // Σσ²/σ₁²; needs a value
};

Spectrum spectrumOf(const ModuleUpdate& update);

// Principal angles (rad, ascending, min(k, l) of them) between the columns of two orthonormal bases. Cosines
// give the large ones, sines the small ones, each where it is accurate (Björck and Golub, 1973).
std::vector<double> principalAngles(const at::Tensor& x, const at::Tensor& y);

}  // namespace jumplora
