// SPDX-License-Identifier: Apache-2.0
#pragma once
// Internal to the model room: the two ways to compute packedAttention() and its gradients, and what they
// share with memoryAttention().
#include "kernel/parallel.h"
#include "model/packed.h"

#include <algorithm>
#include <atomic>

namespace jumplora {

// In what an autograd function keeps for its backward pass.
struct HeldArguments : torch::CustomClassHolder {
    explicit HeldArguments(AttentionArguments a) : value(std::move(a)) {}
    AttentionArguments value;
};

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

// Calls use(thread's work space, row, head) for all of `heads`, from several threads. Which thread takes
// which is left open, so nothing may be shared between pieces; with `headsTogether` the rows of a head come
// one after another.
template <typename Work, typename Use>
void eachRowAndHead(const AttentionArguments& a, std::int64_t heads, bool headsTogether, const Work& makeWork,
                    const Use& use) {
    const std::int64_t rows = a.queries->rows();
    const std::int64_t items = headsTogether ? heads : rows * heads;
    std::atomic<std::int64_t> next{0};
    parallelPieces(std::min<std::int64_t>(at::get_num_threads(), items), [&](std::int64_t) {
        const at::AutoDispatchBelowADInplaceOrView below;  // belongs to the thread
        auto work = makeWork();
        for (std::int64_t item = next++; item < items; item = next++) {
            if (headsTogether) {
                for (std::int64_t row = 0; row < rows; ++row) use(work, row, item);
            } else {
                use(work, item / heads, item % heads);
            }
        }
    });
}

}  // namespace jumplora
