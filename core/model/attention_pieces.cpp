// SPDX-License-Identifier: Apache-2.0
#include "base/random.h"
#include "kernel/kernels.h"
#include "model/attention.h"
#include "model/pieces.h"

namespace jumplora {
namespace {

// One row of the batch and one head: views into the packed tensors, [positions, d].
struct Piece {
    std::int64_t row, head, keyHead, queries, keys, d;
    at::Tensor ofQueries(const at::Tensor& packed, const AttentionArguments& a) const {
        return view(packed, *a.queries, head);
    }
    at::Tensor ofKeys(const at::Tensor& packed, const AttentionArguments& a) const {
        return view(packed, *a.keys, keyHead);
    }

  private:
    at::Tensor view(const at::Tensor& packed, const PackedRows& rows, std::int64_t part) const {
        const auto r = static_cast<std::size_t>(row);
        // One call instead of two narrow(): there is one for each operand of each small product.
        return packed.as_strided({rows.lengths[r], d}, {packed.size(1), 1},
                                 packed.storage_offset() + rows.offsets[r] * packed.size(1) + part * d);
    }
};

Piece pieceAt(const AttentionArguments& a, const HeadShape& shape, std::int64_t row, std::int64_t head) {
    const auto r = static_cast<std::size_t>(row);
    return {row, head, head / shape.group(), a.queries->lengths[r], a.keys->lengths[r], shape.d};
}

at::Tensor space(const at::Tensor& like, const AttentionArguments& a) {
    return at::empty({a.queries->longest() * a.keys->longest()}, like.options().requires_grad(false));
}

at::Tensor matrix(const at::Tensor& buffer, const Piece& piece) {
    return buffer.narrow(0, 0, piece.queries * piece.keys).view({piece.queries, piece.keys});
}

// softmax(scale·QKᵀ + bias), [queries, keys].
template <typename T>
void probabilities(at::Tensor& scores, const at::Tensor& q, const at::Tensor& k, const at::Tensor& bias,
                   const AttentionArguments& a, const Piece& piece) {
    at::mm_out(scores, q, k.t());
    const T* added = nullptr;
    std::int64_t biasStride = 0;
    if (present(bias)) {
        biasStride = bias.size(2);
        added = bias.data_ptr<T>() + piece.head * bias.size(1) * biasStride;
    }
    kernels<T>().softmax(scores.data_ptr<T>(), piece.queries, piece.keys, piece.keys, added, biasStride,
                         static_cast<T>(a.scale), a.causal, a.window);
}

template <typename T>
at::Tensor forwardOf(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const at::Tensor& bias,
                     const AttentionArguments& a) {
    at::Tensor output = at::empty_like(q);
    struct Work {
        at::Tensor scores, factors;
    };
    const auto makeWork = [&] { return Work{space(q, a), a.dropout > 0 ? space(q, a) : at::Tensor()}; };
    const HeadShape shape = headShape(q, k, a);
    eachRowAndHead(a, a.heads, false, makeWork, [&](Work& work, std::int64_t row, std::int64_t head) {
        const Piece piece = pieceAt(a, shape, row, head);
        at::Tensor p = matrix(work.scores, piece);
        probabilities<T>(p, piece.ofQueries(q, a), piece.ofKeys(k, a), bias, a, piece);
        if (a.dropout > 0) {
            at::Tensor factors = matrix(work.factors, piece);
            attentionDropout(a, row, head, factors.data_ptr<T>());
            p.mul_(factors);
        }
        at::Tensor y = piece.ofQueries(output, a);
        at::mm_out(y, p, piece.ofKeys(v, a));
    });
    return output;
}

template <typename T>
AttentionGradients backwardOf(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                              const at::Tensor& bias, const at::Tensor& dy, const AttentionArguments& a,
                              bool biasNeedsGrad) {
    AttentionGradients gradients{at::empty_like(q), at::empty_like(k), at::empty_like(v), {}};
    if (biasNeedsGrad) gradients.bias = at::zeros_like(bias);
    struct Work {
        at::Tensor scores, gradient, factors, dropped;
    };
    const auto makeWork = [&] {
        const bool drops = a.dropout > 0;
        return Work{space(q, a), space(q, a), drops ? space(q, a) : at::Tensor(),
                    drops ? space(q, a) : at::Tensor()};
    };
    const HeadShape shape = headShape(q, k, a);
    const auto onePiece = [&](Work& work, const Piece& piece, bool first) {
        const at::Tensor queries = piece.ofQueries(q, a);
        const at::Tensor keys = piece.ofKeys(k, a);
        const at::Tensor dOut = piece.ofQueries(dy, a);
        at::Tensor p = matrix(work.scores, piece);
        at::Tensor dp = matrix(work.gradient, piece);
        probabilities<T>(p, queries, keys, bias, a, piece);
        at::mm_out(dp, dOut, piece.ofKeys(v, a).t());
        at::Tensor dropped = p;
        if (a.dropout > 0) {
            at::Tensor factors = matrix(work.factors, piece);
            attentionDropout(a, piece.row, piece.head, factors.data_ptr<T>());
            dropped = matrix(work.dropped, piece);
            at::mul_out(dropped, p, factors);
            dp.mul_(factors);
        }
        // Heads that share their keys add up.
        at::Tensor dv = piece.ofKeys(gradients.v, a);
        at::addmm_out(dv, dv, dropped.t(), dOut, first ? 0 : 1);
        kernels<T>().softmaxBackward(p.data_ptr<T>(), dp.data_ptr<T>(), piece.queries, piece.keys,
                                     piece.keys);
        if (biasNeedsGrad)
            gradients.bias.select(0, piece.head)
                .narrow(0, 0, piece.queries)
                .narrow(1, 0, piece.keys)
                .add_(dp);
        if (a.scale != 1.0) dp.mul_(a.scale);
        at::Tensor dq = piece.ofQueries(gradients.q, a);
        at::Tensor dk = piece.ofKeys(gradients.k, a);
        at::mm_out(dq, dp, keys);
        at::addmm_out(dk, dk, dp.t(), queries, first ? 0 : 1);
    };
    eachRowAndHead(a, shape.keyHeads, biasNeedsGrad, makeWork,
                   [&](Work& work, std::int64_t row, std::int64_t keyHead) {
                       const std::int64_t begin = keyHead * shape.group();
                       for (std::int64_t head = begin; head < begin + shape.group(); ++head)
                           onePiece(work, pieceAt(a, shape, row, head), head == begin);
                   });
    return gradients;
}

}  // namespace

template <typename T>
void attentionDropout(const AttentionArguments& a, std::int64_t row, std::int64_t head, T* factors) {
    const auto r = static_cast<std::size_t>(row);
    const std::int64_t count = a.queries->lengths[r] * a.keys->lengths[r];
    // 32 of a draw's 64 bits decide about one factor.
    constexpr double kRange = 4294967296.0;
    constexpr int kBits = 32;
    const auto limit = static_cast<std::uint64_t>(a.dropout * kRange);
    const T kept = static_cast<T>(1.0 / (1.0 - a.dropout));
    Rng rng(deriveSeed(a.dropoutSeed, "attention", static_cast<std::uint64_t>(row),
                       static_cast<std::uint64_t>(head)));
    for (std::int64_t i = 0; i < count; i += 2) {
        const std::uint64_t bits = rng.next();
        factors[i] = (bits >> kBits) < limit ? T{0} : kept;
        if (i + 1 < count) factors[i + 1] = (bits & 0xffffffffU) < limit ? T{0} : kept;
    }
}
template void attentionDropout(const AttentionArguments&, std::int64_t, std::int64_t, float*);
template void attentionDropout(const AttentionArguments&, std::int64_t, std::int64_t, double*);

at::Tensor attentionByPieces(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                             const at::Tensor& bias, const AttentionArguments& arguments) {
    return withType(q, [&](auto type) { return forwardOf<decltype(type)>(q, k, v, bias, arguments); });
}

AttentionGradients attentionGradientsByPieces(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                              const at::Tensor& bias, const at::Tensor& dy,
                                              const AttentionArguments& arguments, bool biasNeedsGrad) {
    return withType(q, [&](auto type) {
        return backwardOf<decltype(type)>(q, k, v, bias, dy, arguments, biasNeedsGrad);
    });
}

}  // namespace jumplora
