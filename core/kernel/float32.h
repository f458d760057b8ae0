// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

namespace jumplora {

// Products with a float32 matrix that AVX-512 packs and multiplies without passing over the other operand and
// the result once more, as a BLAS does. Each result is summed in one order, whatever the number of threads.

// Whether this is faster than the BLAS: the AVX-512 kernels are in use, and packing the matrix is paid for
// (docs/performance.md, "Own products").
bool float32ProductPays(std::int64_t tokens);

// y [tokens, outputs] = x [tokens, inputs]·Wᵀ, W [outputs, inputs]; all row-major, without gaps. Throws
// Error(State) on a processor without AVX-512.
void float32Product(const float* x, const float* weight, float* y, std::int64_t tokens, std::int64_t outputs,
                    std::int64_t inputs);
// dx [tokens, inputs] = dy [tokens, outputs]·W.
void float32ProductTransposed(const float* dy, const float* weight, float* dx, std::int64_t tokens,
                              std::int64_t outputs, std::int64_t inputs);

}  // namespace jumplora
