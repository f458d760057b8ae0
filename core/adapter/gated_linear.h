// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/torch_api.h"

#include <cstdint>

namespace jumplora {

struct GatedLinearArguments {
    double scaling = 1;           // s = α/r
    double blend = 0;             // f
    double bandwidth = 1e-3;      // ε
    std::int64_t threshold = -1;  // index into logTau; -1: no gate
};

// τ = exp(logTau[index]), rounded as the tensor's type rounds it: the one value every use of a threshold
// compares with.
double thresholdOf(const at::Tensor& logTau, std::int64_t index);

// y = xWᵀ + s·x[f·J_τ(BA) + (1−f)·BA]ᵀ (+ bias), J_τ(v) = v·1[|v| > τ], τ = exp(logTau[threshold])
// (arXiv 2604.16171, eq. of the JumpReLU gate). x [..., n], W [m, n] or undefined (update alone), A [r, n], B
// [m, r], logTau [K] or undefined. Gradients go to x, A, B, logTau (straight-through, mean over all m·n
// entries) and, when W asks for it, to W. Keeps x and the parameters for the backward pass and no dense m×n
// array.
at::Tensor gatedLinear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                       const at::Tensor& a, const at::Tensor& b, const at::Tensor& logTau,
                       const GatedLinearArguments& arguments);

// W + s·[f·J_τ(BA) + (1−f)·BA], [m, n]: the matrix of the layer above, for products other than x Wᵀ, with the
// same gradients by A, B and logTau. Keeps A and B for the backward pass; the result is the only dense array.
at::Tensor gatedMatrix(const at::Tensor& weight, const at::Tensor& a, const at::Tensor& b,
                       const at::Tensor& logTau, const GatedLinearArguments& arguments);

}  // namespace jumplora
