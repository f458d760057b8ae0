// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "model/packed.h"

#include <span>

namespace jumplora {

// softmax(scale·QKᵀ)·V per row and head with K = M·W_kᵀ and V = M·W_vᵀ of a memory M, without making K and
// V: the scores are (q_h W_k,h)·Mᵀ and the result is W_v,h·(P·M), so few queries meet the memory itself
// instead of all its tokens meeting two matrices. q [Nq, heads·d], memory [Nk, D] packed and contiguous; W_k,
// W_v [heads·d, D], widened to float32 where they are bfloat16. Returns [Nq, heads·d]. Neither causal nor
// biased. On the CPU gradients go to q, memory and to the matrices that ask for them, and q, memory and the
// matrices are kept for them; elsewhere there is neither gradient nor dropout.
at::Tensor memoryAttention(const at::Tensor& q, const at::Tensor& memory, const at::Tensor& keyMatrix,
                           const at::Tensor& valueMatrix, const AttentionArguments& arguments);

// Products (multiplications with additions) of a forward pass: by keys and values, and as above.
struct MemoryAttentionCost {
    double byKeys = 0;
    double byMemory = 0;
    // With a margin: products of few rows run slower.
    [[nodiscard]] bool memoryPays() const { return 1.5 * byMemory < byKeys; }
};
MemoryAttentionCost memoryAttentionCost(std::span<const std::int64_t> queries,
                                        std::span<const std::int64_t> keys, std::int64_t heads,
                                        std::int64_t headWidth, std::int64_t memoryWidth);

}  // namespace jumplora
