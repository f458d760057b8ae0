// SPDX-License-Identifier: Apache-2.0
#include "model/llama.h"
#include "model/token_ids.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace jumplora {
namespace {

// Columns that a cache gets beside those of the prompts at first.
constexpr std::int64_t kFirstSteps = 16;

// [tokens, heads·width] packed -> [rows, heads, columns, width]; the last token of each row stands in column
// `end` − 1, so that all rows go on in the same column. Zero elsewhere.
at::Tensor alignedHeads(const at::Tensor& packed, const PackedRows& rows, std::int64_t width,
                        std::int64_t end, std::int64_t columns) {
    auto aligned = at::zeros({rows.rows(), columns, packed.size(1)}, packed.options());
    for (std::int64_t r = 0; r < rows.rows(); ++r) {
        const std::int64_t length = rows.lengths[static_cast<std::size_t>(r)];
        aligned[r]
            .narrow(0, end - length, length)
            .copy_(packed.narrow(0, rows.offsets[static_cast<std::size_t>(r)], length));
    }
    return aligned.view({rows.rows(), columns, packed.size(1) / width, width}).transpose(1, 2).contiguous();
}

at::Tensor widened(const at::Tensor& x, std::int64_t dimension, std::int64_t by) {
    auto shape = x.sizes().vec();
    shape[static_cast<std::size_t>(dimension)] = by;
    return at::cat({x, at::zeros(shape, x.options())}, dimension);
}

}  // namespace

struct Llama::Cache {
    std::vector<at::Tensor> keys, values;  // per block, [rows, key heads, columns, width]
    at::Tensor mask;                       // [rows, 1, 1, columns]: −∞ where a row has not begun
    std::vector<std::int64_t> positions;   // of the next token of each row
    std::int64_t used = 0;                 // columns that are filled

    void grow() {
        constexpr std::int64_t kColumns = 2;
        for (auto* tensors : {&keys, &values})
            for (at::Tensor& tensor : *tensors) tensor = widened(tensor, kColumns, used);
        mask = widened(mask, kColumns + 1, used);
    }
    void keepRows(const at::Tensor& kept) {
        for (auto* tensors : {&keys, &values})
            for (at::Tensor& tensor : *tensors) tensor = tensor.index_select(0, kept);
        mask = mask.index_select(0, kept);
        const at::Tensor places = kept.to(at::kCPU);
        std::vector<std::int64_t> remaining;
        for (std::int64_t i = 0; i < places.numel(); ++i)
            remaining.push_back(positions[static_cast<std::size_t>(places.data_ptr<std::int64_t>()[i])]);
        positions = std::move(remaining);
    }
};

at::Tensor Llama::step(const at::Tensor& ids, Cache& cache, std::int64_t length) {
    if (cache.used == cache.mask.size(3)) cache.grow();
    const std::int64_t rows = ids.size(0);
    const std::int64_t width = m_config.headWidth;
    const std::int64_t keyHeads = m_config.keyHeads;
    const double scale = 1.0 / std::sqrt(static_cast<double>(width));
    const RotaryAngles angles = rotaryAngles(m_config.rope, width, cache.positions, length, options());
    at::Tensor x = embed(ids);
    for (std::size_t i = 0; i < m_blocks.size(); ++i) {
        const Block& block = m_blocks[i];
        const Heads h = heads(block, rmsNorm(x, block.inputNorm, m_config.epsilon), angles);
        cache.keys[i].narrow(2, cache.used, 1).copy_(h.k.view({rows, keyHeads, 1, width}));
        cache.values[i].narrow(2, cache.used, 1).copy_(h.v.view({rows, keyHeads, 1, width}));
        const std::int64_t end = cache.used + 1;
        const std::int64_t begin = block.window > 0 ? std::max<std::int64_t>(end - block.window, 0) : 0;
        const auto seen = [&](const at::Tensor& tensor) { return tensor.narrow(-2, begin, end - begin); };
        // Heads that share their keys stand below each other.
        const at::Tensor q = h.q.view({rows, keyHeads, m_config.heads / keyHeads, width});
        at::Tensor scores = at::matmul(q, seen(cache.keys[i]).transpose(-1, -2)).mul_(scale);
        scores.add_(cache.mask.narrow(-1, begin, end - begin));
        const at::Tensor y = at::matmul(at::softmax(scores, -1), seen(cache.values[i]));
        x = feedForward(block, x + block.o(y.reshape({rows, m_config.queryWidth()})));
    }
    ++cache.used;
    for (std::int64_t& position : cache.positions) ++position;
    return logits(x);
}

std::vector<std::vector<std::int32_t>> Llama::generate(std::span<const TokenRow> rows,
                                                       std::int64_t maxNewTokens) {
    return continueRows(rows, maxNewTokens, 0);
}

std::vector<std::vector<std::int32_t>> Llama::continueRows(std::span<const TokenRow> rows,
                                                           std::int64_t maxNewTokens, std::int64_t length) {
    GreedyRows greedy(rows.size(), m_config.stopIds);
    if (rows.empty() || maxNewTokens <= 0) return greedy.answers();
    const at::NoGradGuard noGrad;
    const auto device = m_embedding.device();
    std::vector<std::int64_t> ids, lengths, lastTokens;
    for (std::size_t r = 0; r < rows.size(); ++r) {
        const std::vector<std::int32_t>& row = rows[r].source;
        requireIds(row, r, "source", m_config.vocabularySize);
        ids.insert(ids.end(), row.begin(), row.end());
        lengths.push_back(static_cast<std::int64_t>(row.size()));
        lastTokens.push_back(static_cast<std::int64_t>(ids.size()) - 1);
    }
    const auto packed = std::make_shared<const PackedRows>(std::move(lengths));
    const std::int64_t longest = packed->longest();
    const std::int64_t columns = longest + std::min(maxNewTokens, kFirstSteps);

    Cache cache;
    cache.used = longest;
    cache.positions = packed->lengths;
    cache.mask = at::zeros({packed->rows(), 1, 1, columns}, options());
    for (std::int64_t r = 0; r < packed->rows(); ++r)
        cache.mask[r]
            .narrow(-1, 0, longest - packed->lengths[static_cast<std::size_t>(r)])
            .fill_(-std::numeric_limits<double>::infinity());
    const auto keep = [&](const Heads& h) {
        cache.keys.push_back(alignedHeads(h.k, *packed, m_config.headWidth, longest, columns));
        cache.values.push_back(alignedHeads(h.v, *packed, m_config.headWidth, longest, columns));
    };
    const at::Tensor hidden = run(idTensor(ids, device), packed, std::max(length, longest),
                                  idTensor(lastTokens, device), nullptr, keep);
    at::Tensor last = logits(hidden).argmax(-1);
    for (std::int64_t made = 1;; ++made) {
        const at::Tensor kept = greedy.add(last);
        if (greedy.count() == 0 || made == maxNewTokens) break;
        if (kept.defined()) {
            // Finished rows leave the batch.
            last = last.index_select(0, kept);
            cache.keepRows(kept);
        }
        last = step(last, cache, std::max(length, longest + made)).argmax(-1);
    }
    return greedy.answers();
}

}  // namespace jumplora
