// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>

namespace jumplora {

// Products with a frozen weight in bfloat16: x is rounded to bfloat16 (to nearest, ties to even), products
// are summed in float32. Each result is summed in one order, whatever the number of threads.

// Whether this processor multiplies bfloat16 fast (AVX512_BF16).
bool bfloat16Available();
// Why not, as the end of a sentence; empty when available.
std::string bfloat16Lack();

// y [tokens, outputs] = x [tokens, inputs]·Wᵀ, W [outputs, inputs] as bit patterns; all row-major, without
// gaps. Throws Error(State) where bfloat16Available() is false.
void bfloat16Product(const float* x, const std::uint16_t* weight, float* y, std::int64_t tokens,
                     std::int64_t outputs, std::int64_t inputs);
// dx [tokens, inputs] = dy [tokens, outputs]·W.
void bfloat16ProductTransposed(const float* dy, const std::uint16_t* weight, float* dx, std::int64_t tokens,
                               std::int64_t outputs, std::int64_t inputs);

}  // namespace jumplora
