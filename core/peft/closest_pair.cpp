// SPDX-License-Identifier: Apache-2.0
#include "peft/closest_pair.h"

#include <algorithm>

namespace jumplora {

LowRankPair closestPair(const at::Tensor& matrix, std::int64_t k) {
    const at::NoGradGuard noGrad;
    // The leading singular vectors of the shorter side, from its Gram matrix: the best approximation is the
    // projection onto them, so the longer side's need not be formed.
    const bool tall = matrix.size(0) > matrix.size(1);
    const at::Tensor wide = tall ? matrix.t() : matrix;
    const auto [squares, vectors] = at::linalg_eigh(at::mm(wide, wide.t()));
    const std::int64_t kept = std::min(k, wide.size(0));
    const at::Tensor leading = vectors.narrow(1, vectors.size(1) - kept, kept).flip(1);
    const at::Tensor values = squares.narrow(0, squares.size(0) - kept, kept).flip(0).clamp_min(0).sqrt();
    // A value of zero has nothing to share out.
    const at::Tensor root = values.sqrt();
    const at::Tensor inverse = at::where(root.gt(0), root.reciprocal(), at::zeros_like(root));
    at::Tensor shortSide = leading * root;                                   // [short, kept]
    at::Tensor longSide = at::mm(leading.t(), wide) * inverse.unsqueeze(1);  // [kept, long]
    if (kept < k) {
        shortSide = at::cat({shortSide, shortSide.new_zeros({shortSide.size(0), k - kept})}, 1);
        longSide = at::cat({longSide, longSide.new_zeros({k - kept, longSide.size(1)})}, 0);
    }
    LowRankPair pair;
    pair.b = (tall ? longSide.t() : shortSide).to(at::kFloat).contiguous();
    pair.a = (tall ? shortSide.t() : longSide).to(at::kFloat).contiguous();
    const at::Tensor rest = matrix - at::mm(pair.b.to(at::kDouble), pair.a.to(at::kDouble));
    pair.squaredError = rest.square().sum().item<double>();
    pair.squaredNorm = matrix.square().sum().item<double>();
    return pair;
}

}  // namespace jumplora
