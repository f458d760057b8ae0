// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/torch_api.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace jumplora {

// Where the rows of a batch lie in a packed tensor [tokens, features]: one after another, no padding.
struct PackedRows {
    std::vector<std::int64_t> lengths;
    std::vector<std::int64_t> offsets;  // size rows + 1
    explicit PackedRows(std::vector<std::int64_t> rowLengths);
    [[nodiscard]] std::int64_t rows() const { return static_cast<std::int64_t>(lengths.size()); }
    [[nodiscard]] std::int64_t tokens() const { return offsets.back(); }
    [[nodiscard]] std::int64_t longest() const;
};

struct AttentionArguments {
    std::shared_ptr<const PackedRows> queries;
    std::shared_ptr<const PackedRows> keys;
    std::int64_t heads = 1;
    double scale = 1.0;  // T5: 1
    bool causal = false;
    std::int64_t window = 0;  // causal only: a position sees itself and the window − 1 before it; 0 sees all
    double dropout = 0;
    std::uint64_t dropoutSeed = 0;
};

// softmax(scale·QKᵀ + bias)·V per row and head. q [Nq, heads·d], k, v [Nk, key heads·d] packed, where
// heads/key heads neighbouring heads share one of keys and values; bias [heads, Sq, Sk] for the longest row,
// or undefined. Returns [Nq, heads·d]. On the CPU each row and head is one small product on the packed
// tensors; elsewhere rows are unpacked in groups. The probabilities are computed again in the backward pass
// instead of being kept.
at::Tensor packedAttention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                           const at::Tensor& bias, const AttentionArguments& arguments);

// x · rsqrt(mean(x²) + ε) · weight over the last dimension; keeps only x for the backward pass.
at::Tensor rmsNorm(const at::Tensor& x, const at::Tensor& weight, double epsilon);

// f(x) for an f that works token by token, x [tokens, d]. Where no gradient is kept it is called for some
// tokens at a time, so that the wide arrays inside it stay in the caches and in memory that is used again.
at::Tensor byTokens(const at::Tensor& x, const std::function<at::Tensor(const at::Tensor&)>& f);

}  // namespace jumplora
