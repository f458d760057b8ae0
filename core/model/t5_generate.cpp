// SPDX-License-Identifier: Apache-2.0
#include "model/memory_attention.h"
#include "model/t5.h"
#include "model/token_ids.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace jumplora {
namespace {

// Steps that a cache is made for at first; it doubles when they are used up.
constexpr std::int64_t kFirstSteps = 16;

struct LayerCache {
    at::Tensor selfKeys, selfValues;    // [rows, heads, steps, d]
    at::Tensor keyMatrix, valueMatrix;  // of the attention on the source, [heads·d, width]
};

// The packed source of the rows that are not finished. One query a row meets it through memoryAttention(), so
// no layer makes keys and values of it.
struct Source {
    at::Tensor memory;
    AttentionArguments arguments;

    Source(at::Tensor packed, std::shared_ptr<const PackedRows> rows, std::int64_t heads)
        : memory(std::move(packed)) {
        arguments.heads = heads;
        setRows(std::move(rows));
    }
    void keep(const at::Tensor& rows) {
        const at::Tensor indices = rows.to(at::kCPU);
        std::vector<at::Tensor> parts;
        std::vector<std::int64_t> lengths;
        for (std::int64_t i = 0; i < indices.numel(); ++i) {
            const auto row = static_cast<std::size_t>(indices.data_ptr<std::int64_t>()[i]);
            lengths.push_back(arguments.keys->lengths[row]);
            parts.push_back(memory.narrow(0, arguments.keys->offsets[row], lengths.back()));
        }
        memory = at::cat(parts);
        setRows(std::make_shared<const PackedRows>(std::move(lengths)));
    }

  private:
    void setRows(std::shared_ptr<const PackedRows> rows) {
        arguments.queries =
            std::make_shared<const PackedRows>(std::vector<std::int64_t>(rows->lengths.size(), 1));
        arguments.keys = std::move(rows);
    }
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
    const auto sourceRows = std::make_shared<const PackedRows>(std::move(lengths));
    Source source(encode(idTensor(ids, device), sourceRows, nullptr), sourceRows, heads);
    std::vector<LayerCache> caches;
    for (const Block& block : m_decoder.blocks) {
        LayerCache cache;
        cache.keyMatrix = block.cross.k.matrix().to(source.memory.scalar_type());
        cache.valueMatrix = block.cross.v.matrix().to(source.memory.scalar_type());
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
            const at::Tensor scores =
                at::matmul(split(block.self.q(normed)), keys.transpose(-1, -2)).add_(bias);
            x = x + block.self.o(
                        merge(at::matmul(at::softmax(scores, -1), cache.selfValues.narrow(2, 0, step + 1))));
            const at::Tensor query = rmsNorm(x, block.crossNorm, m_config.epsilon);
            x = x + block.cross.o(memoryAttention(block.cross.q(query), source.memory, cache.keyMatrix,
                                                  cache.valueMatrix, source.arguments));
            x = feedForward(block, x, nullptr);
        }
        last = logits(rmsNorm(x, m_decoder.finalNorm, m_config.epsilon)).argmax(-1);
        const at::Tensor kept = greedy.add(last);
        count = greedy.count();
        if (count == 0) break;
        if (!kept.defined()) continue;
        // Finished rows leave the batch.
        last = last.index_select(0, kept);
        source.keep(kept);
        for (LayerCache& cache : caches) {
            for (at::Tensor* t : {&cache.selfKeys, &cache.selfValues}) *t = t->index_select(0, kept);
        }
    }
    return greedy.answers();
}

}  // namespace jumplora
