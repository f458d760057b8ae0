// SPDX-License-Identifier: Apache-2.0
#include "base/random.h"
#include "kernel/kernels.h"
#include "model/attention.h"
#include "model/pieces.h"

#include <atomic>

namespace jumplora {
namespace {

// One row of the batch and one head: views into the packed tensors, [positions, d].
struct Piece {
    std::int64_t row, head, queries, keys;
    at::Tensor of(const at::Tensor& packed, const PackedRows& rows, std::int64_t heads) const {
        const std::int64_t d = packed.size(1) / heads;
        const std::int64_t begin = rows.offsets[static_cast<std::size_t>(row)];
        return packed.narrow(0, begin, rows.lengths[static_cast<std::size_t>(row)]).narrow(1, head * d, d);
    }
};

Piece pieceAt(const AttentionArguments& a, std::int64_t row, std::int64_t head) {
    const auto r = static_cast<std::size_t>(row);
    return {row, head, a.queries->lengths[r], a.keys->lengths[r]};
}

// Calls use(thread's work space, row, head) for all of them, from several threads. Which thread takes which
// is left open, so nothing may be shared between pieces; with `headsTogether` the rows of a head come one
// after another.
template <typename Work, typename Use>
void eachRowAndHead(const AttentionArguments& a, bool headsTogether, const Work& makeWork, const Use& use) {
    const std::int64_t rows = a.queries->rows();
    const std::int64_t items = headsTogether ? a.heads : rows * a.heads;
    std::atomic<std::int64_t> next{0};
    parallelPieces(std::min<std::int64_t>(at::get_num_threads(), items), [&](std::int64_t) {
        const at::AutoDispatchBelowADInplaceOrView below;  // belongs to the thread
        auto work = makeWork();
        for (std::int64_t item = next++; item < items; item = next++) {
            if (headsTogether) {
                for (std::int64_t row = 0; row < rows; ++row) use(work, row, item);
            } else {
                use(work, item / a.heads, item % a.heads);
            }
        }
    });
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
                         static_cast<T>(a.scale), a.causal);
}

template <typename T>
at::Tensor forwardOf(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, const at::Tensor& bias,
                     const AttentionArguments& a) {
    at::Tensor output = at::empty_like(q);
    struct Work {
        at::Tensor scores, factors;
    };
    const auto makeWork = [&] { return Work{space(q, a), a.dropout > 0 ? space(q, a) : at::Tensor()}; };
    eachRowAndHead(a, false, makeWork, [&](Work& work, std::int64_t row, std::int64_t head) {
        const Piece piece = pieceAt(a, row, head);
        at::Tensor p = matrix(work.scores, piece);
        probabilities<T>(p, piece.of(q, *a.queries, a.heads), piece.of(k, *a.keys, a.heads), bias, a, piece);
        if (a.dropout > 0) {
            at::Tensor factors = matrix(work.factors, piece);
            attentionDropout(a, row, head, factors.data_ptr<T>());
            p.mul_(factors);
        }
        at::Tensor y = piece.of(output, *a.queries, a.heads);
        at::mm_out(y, p, piece.of(v, *a.keys, a.heads));
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
    eachRowAndHead(a, biasNeedsGrad, makeWork, [&](Work& work, std::int64_t row, std::int64_t head) {
        const Piece piece = pieceAt(a, row, head);
        const at::Tensor queries = piece.of(q, *a.queries, a.heads);
        const at::Tensor keys = piece.of(k, *a.keys, a.heads);
        const at::Tensor dOut = piece.of(dy, *a.queries, a.heads);
        at::Tensor p = matrix(work.scores, piece);
        at::Tensor dp = matrix(work.gradient, piece);
        probabilities<T>(p, queries, keys, bias, a, piece);
        at::mm_out(dp, dOut, piece.of(v, *a.keys, a.heads).t());
        at::Tensor dropped = p;
        if (a.dropout > 0) {
            at::Tensor factors = matrix(work.factors, piece);
            attentionDropout(a, row, head, factors.data_ptr<T>());
            dropped = matrix(work.dropped, piece);
            at::mul_out(dropped, p, factors);
            dp.mul_(factors);
        }
        at::Tensor dv = piece.of(gradients.v, *a.keys, a.heads);
        at::mm_out(dv, dropped.t(), dOut);
        kernels<T>().softmaxBackward(p.data_ptr<T>(), dp.data_ptr<T>(), piece.queries, piece.keys,
                                     piece.keys);
        if (biasNeedsGrad)
            gradients.bias.select(0, head).narrow(0, 0, piece.queries).narrow(1, 0, piece.keys).add_(dp);
        if (a.scale != 1.0) dp.mul_(a.scale);
        at::Tensor dq = piece.of(gradients.q, *a.queries, a.heads);
        at::Tensor dk = piece.of(gradients.k, *a.keys, a.heads);
        at::mm_out(dq, dp, keys);
        at::mm_out(dk, dp.t(), queries);
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
