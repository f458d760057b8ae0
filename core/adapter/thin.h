// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/torch_api.h"

namespace jumplora {

// Products with the few rows of an adapter, which general matrix products are slow at. On the CPU in float32
// and float64 by the kernels of this processor, elsewhere tensor operations. x [tokens, n], a [r, n], u
// [tokens, r].

// x·aᵀ
at::Tensor thinDots(const at::Tensor& x, const at::Tensor& a);
// y += scale·u·a, y [tokens, n]
void thinAdd(at::Tensor& y, const at::Tensor& u, const at::Tensor& a, double scale);
// uᵀ·x
at::Tensor thinOuter(const at::Tensor& u, const at::Tensor& x);

}  // namespace jumplora
