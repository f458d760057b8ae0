// SPDX-License-Identifier: Apache-2.0
#pragma once
// Internal to the model room: the two ways to compute packedAttention() and its gradients.
#include "model/packed.h"

namespace jumplora {

// How the columns of packed queries and keys fall into heads.
struct HeadShape {
    std::int64_t heads, keyHeads, d;
    [[nodiscard]] std::int64_t group() const { return heads / keyHeads; }  // heads that share their keys
};
inline HeadShape headShape(const at::Tensor& q, const at::Tensor& k, const AttentionArguments& arguments) {
    const std::int64_t d = q.size(1) / arguments.heads;
    return {arguments.heads, k.size(1) / d, d};
}

struct AttentionGradients {
    at::Tensor q, k, v;
    at::Tensor bias;  // undefined unless asked for
};

// Row by row and head by head on the packed tensors as they stand; contiguous float32 or float64 on the CPU.
at::Tensor attentionByPieces(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                             const at::Tensor& bias, const AttentionArguments& arguments);
AttentionGradients attentionGradientsByPieces(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                              const at::Tensor& bias, const at::Tensor& dy,
                                              const AttentionArguments& arguments, bool biasNeedsGrad);

// Several rows at once, padded to the longest of them; any type and device.
at::Tensor attentionByGroups(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                             const at::Tensor& bias, const AttentionArguments& arguments);
AttentionGradients attentionGradientsByGroups(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                              const at::Tensor& bias, const at::Tensor& dy,
                                              const AttentionArguments& arguments, bool biasNeedsGrad);

// Factors of dropout, 0 or 1/(1−p), for the probabilities [queries, keys] of one row and head. They depend on
// the seed, the row and the head alone, so both ways drop the same.
template <typename T>
void attentionDropout(const AttentionArguments& arguments, std::int64_t row, std::int64_t head, T* factors);

}  // namespace jumplora
