// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/torch_api.h"

namespace jumplora {

struct LowRankPair {
    at::Tensor a;             // float32 [k, n]
    at::Tensor b;             // float32 [m, k]
    double squaredError = 0;  // ‖M − BA‖², of the pair as rounded
    double squaredNorm = 0;   // ‖M‖²
};

// The pair of rank k that is nearest to a float64 matrix [m, n] in the Frobenius norm (Eckart and Young,
// 1936), with equal weight on both sides. Rows and columns beyond the matrix's own rank are zero.
LowRankPair closestPair(const at::Tensor& matrix, std::int64_t k);

}  // namespace jumplora
