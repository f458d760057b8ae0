// SPDX-License-Identifier: Apache-2.0
#pragma once
// Internal to packed.cpp: attention on the CPU, row by row and head by head, on the packed tensors as they
// stand.
#include "model/packed.h"

namespace jumplora {

// Whether the functions below can work on these tensors: float32 or float64 on the CPU.
bool attentionRunsOnCpu(const at::Tensor& q);

at::Tensor attentionForward(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                            const at::Tensor& bias, const AttentionArguments& arguments);

struct AttentionGradients {
    at::Tensor q, k, v;
    at::Tensor bias;  // undefined unless asked for
};
// Computes the probabilities again.
AttentionGradients attentionBackward(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                     const at::Tensor& bias, const at::Tensor& dy,
                                     const AttentionArguments& arguments, bool biasNeedsGrad);

// Factors of dropout, 0 or 1/(1−p), for the probabilities [queries, keys] of one row and head. They depend on
// the seed, the row and the head alone.
template <typename T>
void attentionDropout(const AttentionArguments& arguments, std::int64_t row, std::int64_t head, T* factors);

}  // namespace jumplora
