// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/torch_api.h"

#include <string>

namespace jumplora {

// x·Wᵀ and dy·W without gradients, x [tokens, n], dy [tokens, m], W [m, n]: by the kernels of this processor
// where they are faster than LibTorch's products, and as project() says where W is bfloat16.
at::Tensor productTransposed(const at::Tensor& x, const at::Tensor& weight);
at::Tensor product(const at::Tensor& dy, const at::Tensor& weight);

// x Wᵀ (+ b), x [tokens, n], W [m, n], b [m] or undefined. A bfloat16 W is frozen: x enters the product
// rounded to bfloat16, sums and result are float32, and so is the gradient by x. Everything else is a plain
// linear layer.
at::Tensor project(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias = {});

// Throws Error(Input) naming why when weights of `dtype` are not computed on `device` by this machine.
void requireComputable(at::ScalarType dtype, at::Device device);

// Of activations, norms and biases when matrices are `dtype`.
inline at::ScalarType activationType(at::ScalarType dtype) {
    return dtype == at::kBFloat16 ? at::kFloat : dtype;
}

// "float32", "float64", "bfloat16", as in a run's backbone.precision. Throws Error(Input) for others.
at::ScalarType parsePrecision(const std::string& name);

}  // namespace jumplora
