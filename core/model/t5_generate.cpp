// SPDX-License-Identifier: Apache-2.0
#include "model/t5.h"
#include "model/token_ids.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace jumplora {
namespace {

// [tokens, heads·d] packed -> [rows, heads, longest, d], zero where a row is shorter.
at::Tensor padHeads(const at::Tensor& packed, const PackedRows& rows, std::int64_t heads) {
    const auto longest = rows.longest();
    auto padded = at::zeros({rows.rows(), longest, packed.size(1)}, packed.options());
    for (std::int64_t r = 0; r < rows.rows(); ++r)
        padded[r].narrow(0, 0, rows.lengths[r]).copy_(packed.narrow(0, rows.offsets[r], rows.lengths[r]));
    return padded.view({rows.rows(), longest, heads, packed.size(1) / heads}).transpose(1, 2).contiguous();
}

// Steps that a cache is made for at first; it doubles when they are used up.
constexpr std::int64_t kFirstSteps = 16;

struct LayerCache {
    at::Tensor selfKeys, selfValues;    // [rows, heads, steps, d]
    at::Tensor crossKeys, crossValues;  // [rows, heads, longest source, d]
};

}  // namespace

std::vector<std::vector<std::int32_t>> T5::generate(std::span<const TokenRow> rows,
                                                    std::int64_t maxNewTokens) {
    GreedyRows greedy(rows.size(), {m_config.eosId});
    if (rows.empty() || maxNewTokens <= 0) return greedy.answers();
    const at::NoGradGuard noGrad;
    const auto device = m_shared.device();
    const auto heads = m_config.heads;
    auto count = static_cast<std::int64_t>(rows.size());

    std::vector<std::int64_t> lengths;
    std::vector<std::int64_t> ids;
    for (std::size_t r = 0; r < rows.size(); ++r) {
        const std::vector<std::int32_t>& row = rows[r].source;
        requireIds(row, r, "source", m_config.vocabularySize);
        lengths.push_back(static_cast<std::int64_t>(row.size()));
        ids.insert(ids.end(), row.begin(), row.end());
    }
    const auto source = std::make_shared<const PackedRows>(std::move(lengths));
    const at::Tensor memory = encode(idTensor(ids, device), source, nullptr);

    at::Tensor crossMask = at::zeros({count, 1, 1, source->longest()}, options());
    for (std::int64_t r = 0; r < count; ++r) {
        if (source->lengths[r] < source->longest())
            crossMask[r]
                .narrow(2, source->lengths[r], source->longest() - source->lengths[r])
                .fill_(-std::numeric_limits<double>::infinity());
    }
    std::vector<LayerCache> caches;
    for (const Block& block : m_decoder.blocks) {
        LayerCache cache;
        cache.crossKeys = padHeads(block.cross.k(memory), *source, heads);
        cache.crossValues = padHeads(block.cross.v(memory), *source, heads);
        const std::int64_t steps = std::min(maxNewTokens, kFirstSteps);
        cache.selfKeys = at::zeros({count, heads, steps, m_config.dKv}, options());
        cache.selfValues = at::zeros({count, heads, steps, m_config.dKv}, options());
        caches.push_back(std::move(cache));
    }

    const auto split = [&](const at::Tensor& x) { return x.view({count, heads, 1, m_config.dKv}); };
    const auto merge = [&](const at::Tensor& x) {
        return x.transpose(1, 2).reshape({count, m_config.innerWidth()});
    };
    at::Tensor last = at::full({count}, static_cast<std::int64_t>(m_config.startId),
                               at::TensorOptions(at::kLong).device(device));
    for (std::int64_t step = 0; step < maxNewTokens; ++step) {
        at::Tensor x = embed(last, nullptr);
        const at::Tensor bias = positionBias(m_decoder, 1, step + 1, step);
        for (std::size_t layer = 0; layer < caches.size(); ++layer) {
            const Block& block = m_decoder.blocks[layer];
            LayerCache& cache = caches[layer];
            if (step == cache.selfKeys.size(2)) {
                for (at::Tensor* t : {&cache.selfKeys, &cache.selfValues})
                    *t = at::cat({*t, at::zeros_like(*t)}, 2);
            }
            const at::Tensor normed = rmsNorm(x, block.selfNorm, m_config.epsilon);
            cache.selfKeys.narrow(2, step, 1).copy_(split(block.self.k(normed)));
            cache.selfValues.narrow(2, step, 1).copy_(split(block.self.v(normed)));
            const auto keys = cache.selfKeys.narrow(2, 0, step + 1);
            at::Tensor scores = at::matmul(split(block.self.q(normed)), keys.transpose(-1, -2)).add_(bias);
            x = x + block.self.o(
                        merge(at::matmul(at::softmax(scores, -1), cache.selfValues.narrow(2, 0, step + 1))));
            const at::Tensor query = rmsNorm(x, block.crossNorm, m_config.epsilon);
            scores =
                at::matmul(split(block.cross.q(query)), cache.crossKeys.transpose(-1, -2)).add_(crossMask);
            x = x + block.cross.o(merge(at::matmul(at::softmax(scores, -1), cache.crossValues)));
            x = feedForward(block, x, nullptr);
        }
        last = logits(rmsNorm(x, m_decoder.finalNorm, m_config.epsilon)).argmax(-1);
        const at::Tensor kept = greedy.add(last);
        count = greedy.count();
        if (count == 0) break;
        if (!kept.defined()) continue;
        // Finished rows leave the batch.
        last = last.index_select(0, kept);
        crossMask = crossMask.index_select(0, kept);
        for (LayerCache& cache : caches) {
            for (at::Tensor* t : {&cache.selfKeys, &cache.selfValues, &cache.crossKeys, &cache.crossValues})
                *t = t->index_select(0, kept);
        }
    }
    return greedy.answers();
}

}  // namespace jumplora
