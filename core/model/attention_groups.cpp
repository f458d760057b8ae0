// SPDX-License-Identifier: Apache-2.0
#include "model/attention.h"

#include <algorithm>
#include <limits>

namespace jumplora {
namespace {

// Scores of one group of rows hold at most this many entries: about the size of a second-level cache in
// float32.
constexpr std::int64_t kGroupEntries = 1 << 20;

// Consecutive rows first..last (exclusive) computed together, padded to their own longest row.
struct Group {
    std::int64_t first, last, queries, keys;
    bool ragged;  // some key positions do not exist
};

std::vector<Group> makeGroups(const AttentionArguments& a) {
    std::vector<Group> groups;
    std::int64_t row = 0;
    while (row < a.queries->rows()) {
        Group g{row, row + 1, a.queries->lengths[row], a.keys->lengths[row], false};
        while (g.last < a.queries->rows()) {
            const std::int64_t q = std::max(g.queries, a.queries->lengths[g.last]);
            const std::int64_t k = std::max(g.keys, a.keys->lengths[g.last]);
            if ((g.last + 1 - g.first) * a.heads * q * k > kGroupEntries) break;
            g.queries = q;
            g.keys = k;
            ++g.last;
        }
        for (std::int64_t r = g.first; r < g.last; ++r) g.ragged |= a.keys->lengths[r] != g.keys;
        groups.push_back(g);
        row = g.last;
    }
    return groups;
}

// Packed rows [first, last) as [rows, heads, longest, d]; positions that do not exist are zero.
at::Tensor unpack(const at::Tensor& packed, const PackedRows& rows, const Group& g, std::int64_t longest,
                  std::int64_t heads) {
    const std::int64_t width = packed.size(1);
    const std::int64_t count = g.last - g.first;
    const std::int64_t begin = rows.offsets[g.first];
    const std::int64_t tokens = rows.offsets[g.last] - begin;
    at::Tensor padded;
    if (tokens == count * longest) {
        padded = packed.narrow(0, begin, tokens);
    } else {
        padded = at::zeros({count * longest, width}, packed.options());
        for (std::int64_t r = 0; r < count; ++r) {
            padded.narrow(0, r * longest, rows.lengths[g.first + r])
                .copy_(packed.narrow(0, rows.offsets[g.first + r], rows.lengths[g.first + r]));
        }
    }
    return padded.view({count, longest, heads, width / heads}).transpose(1, 2);
}

// [rows, heads, queries, n] -> [rows, key heads, group·queries, n]: heads that share their keys stand below
// each other, so that one product serves all of them.
at::Tensor fold(const at::Tensor& x, const HeadShape& shape) {
    if (shape.group() == 1) return x;
    return x.reshape({x.size(0), shape.keyHeads, shape.group() * x.size(2), x.size(3)});
}
at::Tensor unfold(const at::Tensor& x, const HeadShape& shape) {
    if (shape.group() == 1) return x;
    return x.reshape({x.size(0), shape.heads, x.size(2) / shape.group(), x.size(3)});
}

// The inverse of unpack: writes [rows, heads, longest, d] into the packed tensor.
void pack(const at::Tensor& padded, const PackedRows& rows, const Group& g, at::Tensor& packed) {
    const std::int64_t longest = padded.size(2);
    const at::Tensor flat = padded.transpose(1, 2).reshape({(g.last - g.first) * longest, packed.size(1)});
    for (std::int64_t r = g.first; r < g.last; ++r) {
        packed.narrow(0, rows.offsets[r], rows.lengths[r])
            .copy_(flat.narrow(0, (r - g.first) * longest, rows.lengths[r]));
    }
}

// [rows, heads, queries, keys]; drawn on the CPU row by row, so that every device and path drops the same.
at::Tensor groupDropout(const at::Tensor& like, const AttentionArguments& a, const Group& g) {
    at::Tensor mask = at::ones(like.sizes(), at::kDouble);
    std::vector<double> factors(static_cast<std::size_t>(g.queries * g.keys));
    for (std::int64_t r = g.first; r < g.last; ++r) {
        const auto row = static_cast<std::size_t>(r);
        const auto shape = {a.queries->lengths[row], a.keys->lengths[row]};
        for (std::int64_t head = 0; head < a.heads; ++head) {
            attentionDropout(a, r, head, factors.data());
            mask.select(0, r - g.first)
                .select(0, head)
                .narrow(0, 0, a.queries->lengths[row])
                .narrow(1, 0, a.keys->lengths[row])
                .copy_(at::from_blob(factors.data(), shape, at::kDouble));
        }
    }
    return mask.to(like.options());
}

struct Probabilities {
    at::Tensor value;    // softmax
    at::Tensor dropped;  // after dropout; same tensor without dropout
    at::Tensor mask;     // dropout mask, undefined without
};

Probabilities probabilities(const at::Tensor& q, const at::Tensor& k, const at::Tensor& bias,
                            const AttentionArguments& a, const HeadShape& shape, const Group& g) {
    at::Tensor scores = unfold(at::matmul(q, k.transpose(-1, -2)), shape);
    if (a.scale != 1.0) scores.mul_(a.scale);
    if (present(bias)) scores.add_(bias.narrow(1, 0, g.queries).narrow(2, 0, g.keys));
    const double minusInfinity = -std::numeric_limits<double>::infinity();
    if (g.ragged) {
        for (std::int64_t r = g.first; r < g.last; ++r) {
            const std::int64_t length = a.keys->lengths[r];
            if (length < g.keys)
                scores.select(0, r - g.first).narrow(2, length, g.keys - length).fill_(minusInfinity);
        }
    }
    if (a.causal && g.queries > 1) {
        const auto all = at::ones({g.queries, g.keys}, scores.options().dtype(at::kBool));
        scores.masked_fill_(all.triu(1), minusInfinity);
        // Finite: a position behind its row's end may see nothing but what the row lacks.
        constexpr double kNothing = -1e30;
        if (a.window > 0) scores.masked_fill_(all.tril(-a.window), kNothing);
    }
    Probabilities p;
    p.value = at::softmax(scores, -1);
    p.dropped = p.value;
    if (a.dropout > 0) {
        p.mask = groupDropout(p.value, a, g);
        p.dropped = p.value * p.mask;
    }
    return p;
}

}  // namespace

at::Tensor attentionByGroups(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                             const at::Tensor& bias, const AttentionArguments& a) {
    at::Tensor output = at::empty_like(q);
    const HeadShape shape = headShape(q, k, a);
    for (const Group& g : makeGroups(a)) {
        const auto qg = fold(unpack(q, *a.queries, g, g.queries, a.heads), shape);
        const auto kg = unpack(k, *a.keys, g, g.keys, shape.keyHeads);
        const auto vg = unpack(v, *a.keys, g, g.keys, shape.keyHeads);
        const auto p = probabilities(qg, kg, bias, a, shape, g);
        pack(unfold(at::matmul(fold(p.dropped, shape), vg), shape), *a.queries, g, output);
    }
    return output;
}

AttentionGradients attentionGradientsByGroups(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                                              const at::Tensor& bias, const at::Tensor& dy,
                                              const AttentionArguments& a, bool biasNeedsGrad) {
    at::Tensor dq = at::empty_like(q);
    at::Tensor dk = at::empty_like(k);
    at::Tensor dv = at::empty_like(v);
    at::Tensor dbias;
    if (biasNeedsGrad) dbias = at::zeros_like(bias);
    const HeadShape shape = headShape(q, k, a);
    for (const Group& g : makeGroups(a)) {
        const auto qg = fold(unpack(q, *a.queries, g, g.queries, a.heads), shape);
        const auto kg = unpack(k, *a.keys, g, g.keys, shape.keyHeads);
        const auto vg = unpack(v, *a.keys, g, g.keys, shape.keyHeads);
        const auto dyg = fold(unpack(dy, *a.queries, g, g.queries, a.heads), shape);
        const auto p = probabilities(qg, kg, bias, a, shape, g);
        pack(at::matmul(fold(p.dropped, shape).transpose(-1, -2), dyg), *a.keys, g, dv);
        at::Tensor dp = unfold(at::matmul(dyg, vg.transpose(-1, -2)), shape);
        if (p.mask.defined()) dp.mul_(p.mask);
        // Softmax: ds = p ∘ (dp − Σ p∘dp).
        at::Tensor ds = dp.sub_((dp * p.value).sum(-1, true)).mul_(p.value);
        if (dbias.defined()) dbias.narrow(1, 0, g.queries).narrow(2, 0, g.keys).add_(ds.sum(0));
        if (a.scale != 1.0) ds.mul_(a.scale);
        const at::Tensor folded = fold(ds, shape);
        pack(unfold(at::matmul(folded, kg), shape), *a.queries, g, dq);
        pack(at::matmul(folded.transpose(-1, -2), qg), *a.keys, g, dk);
    }
    return {dq, dk, dv, dbias};
}

}  // namespace jumplora
