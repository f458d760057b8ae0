// SPDX-License-Identifier: Apache-2.0
#include "model/llama.h"

#include "base/error.h"
#include "model/activation.h"
#include "model/token_ids.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace jumplora {
namespace {

constexpr const char* kPrefix = "model.";

// Position of each token in its row.
std::vector<std::int64_t> positionsOf(const PackedRows& rows) {
    std::vector<std::int64_t> positions(static_cast<std::size_t>(rows.tokens()));
    for (std::size_t r = 0; r < rows.lengths.size(); ++r)
        std::iota(positions.begin() + rows.offsets[r], positions.begin() + rows.offsets[r + 1],
                  std::int64_t{0});
    return positions;
}

std::vector<std::int64_t> countedTo(std::int64_t end) {
    std::vector<std::int64_t> numbers(static_cast<std::size_t>(end));
    std::iota(numbers.begin(), numbers.end(), std::int64_t{0});
    return numbers;
}

}  // namespace

Llama::Llama(LlamaConfig config, WeightReader& weights) : m_config(std::move(config)) { build(weights); }

void Llama::build(WeightReader& weights) {
    // Checkpoints of the bare model lack the prefix.
    const std::string prefix = weights.has("embed_tokens.weight") ? "" : kPrefix;
    const auto d = m_config.dModel;
    const auto take = [&](const std::string& name, const std::vector<std::int64_t>& shape) {
        return weights.take(prefix + name, shape);
    };
    const auto linear = [&](const std::string& name, std::int64_t out, std::int64_t in, bool bias) {
        return Linear{kPrefix + name, weights.takeMatrix(prefix + name + ".weight", {out, in}),
                      bias ? take(name + ".bias", {out}) : at::Tensor(), nullptr};
    };
    m_embedding = weights.takeMatrix(prefix + "embed_tokens.weight", {m_config.vocabularySize, d});
    for (std::int64_t i = 0; i < m_config.layers; ++i) {
        const std::string layer = fmt::format("layers.{}.", i);
        const std::string attention = layer + "self_attn.";
        const std::string feedForward = layer + "mlp.";
        Block block;
        block.window = m_config.windows[static_cast<std::size_t>(i)];
        block.inputNorm = take(layer + "input_layernorm.weight", {d});
        block.q = linear(attention + "q_proj", m_config.queryWidth(), d, m_config.queryBias);
        block.k = linear(attention + "k_proj", m_config.keyWidth(), d, m_config.queryBias);
        block.v = linear(attention + "v_proj", m_config.keyWidth(), d, m_config.queryBias);
        block.o = linear(attention + "o_proj", d, m_config.queryWidth(), m_config.outputBias);
        if (m_config.headNorms) {
            block.queryNorm = take(attention + "q_norm.weight", {m_config.headWidth});
            block.keyNorm = take(attention + "k_norm.weight", {m_config.headWidth});
        }
        block.feedForwardNorm = take(layer + "post_attention_layernorm.weight", {d});
        block.gate = linear(feedForward + "gate_proj", m_config.dFf, d, m_config.feedForwardBias);
        block.up = linear(feedForward + "up_proj", m_config.dFf, d, m_config.feedForwardBias);
        block.down = linear(feedForward + "down_proj", d, m_config.dFf, m_config.feedForwardBias);
        m_blocks.push_back(std::move(block));
        // Stored by old versions; the angles follow from config.json.
        weights.ignore(prefix + attention + "rotary_emb.inv_freq");
    }
    m_finalNorm = take("norm.weight", {d});
    weights.ignore(prefix + "rotary_emb.inv_freq");
    if (m_config.tiedEmbeddings) {
        m_head = m_embedding;
        weights.ignore("lm_head.weight");
    } else {
        m_head = weights.takeMatrix("lm_head.weight", {m_config.vocabularySize, d});
    }
    weights.finish();
}

at::Tensor Llama::embed(const at::Tensor& ids) const {
    // The padding id's embedding has no gradient, as in Hugging Face.
    constexpr std::int64_t kNone = -1;
    std::int64_t pad = m_config.padId.value_or(kNone);
    if (m_config.padId && pad < 0) pad += m_config.vocabularySize;
    return at::embedding(m_embedding, ids, pad).to(options().dtype());
}

Llama::Heads Llama::heads(const Block& block, const at::Tensor& x, const RotaryAngles& angles) const {
    const auto normed = [&](const at::Tensor& projected, const at::Tensor& weight) {
        if (!weight.defined()) return projected;
        return rmsNorm(projected.reshape({-1, m_config.headWidth}), weight, m_config.epsilon)
            .view(projected.sizes());
    };
    return {rotate(normed(block.q(x), block.queryNorm), m_config.headWidth, angles),
            rotate(normed(block.k(x), block.keyNorm), m_config.headWidth, angles), block.v(x)};
}

at::Tensor Llama::feedForward(const Block& block, const at::Tensor& input) const {
    return byTokens(input, [&](const at::Tensor& x) {
        const at::Tensor normed = rmsNorm(x, block.feedForwardNorm, m_config.epsilon);
        return x + block.down(gatedActivation(block.gate(normed), block.up(normed), m_config.activation));
    });
}

at::Tensor Llama::run(const at::Tensor& ids, const std::shared_ptr<const PackedRows>& rows,
                      std::int64_t length, const at::Tensor& wanted, DropoutSource* dropout,
                      const std::function<void(const Heads&)>& keep) {
    const auto device = m_embedding.device();
    RotaryAngles angles =
        rotaryAngles(m_config.rope, m_config.headWidth, countedTo(rows->longest()), length, options());
    const at::Tensor positions = idTensor(positionsOf(*rows), device);
    angles = {angles.cosine.index_select(0, positions), angles.sine.index_select(0, positions)};
    AttentionArguments arguments;
    arguments.queries = rows;
    arguments.keys = rows;
    arguments.heads = m_config.heads;
    arguments.scale = 1.0 / std::sqrt(static_cast<double>(m_config.headWidth));
    arguments.causal = true;
    at::Tensor x = embed(ids);
    for (std::size_t i = 0; i < m_blocks.size(); ++i) {
        const Block& block = m_blocks[i];
        const Heads h = heads(block, rmsNorm(x, block.inputNorm, m_config.epsilon), angles);
        if (keep) keep(h);
        arguments.window = block.window;
        if (dropout != nullptr && dropout->probability() > 0) {
            arguments.dropout = dropout->probability();
            arguments.dropoutSeed = dropout->next();
        }
        at::Tensor y = packedAttention(h.q, h.k, h.v, {}, arguments);
        // Behind the last attention no token depends on another one.
        if (i + 1 == m_blocks.size()) {
            x = x.index_select(0, wanted);
            y = y.index_select(0, wanted);
        }
        x = feedForward(block, x + block.o(y));
    }
    return x;
}

at::Tensor Llama::decode(const at::Tensor& ids, const std::shared_ptr<const PackedRows>& rows,
                         std::int64_t length, const at::Tensor& wanted, DropoutSource* dropout) {
    return run(ids, rows, length, wanted, dropout, {});
}

at::Tensor Llama::logits(const at::Tensor& hidden) const {
    return project(rmsNorm(hidden, m_finalNorm, m_config.epsilon), m_head);
}

at::Tensor Llama::loss(std::span<const TokenRow> rows, DropoutSource* dropout) {
    if (rows.empty()) fail(ErrorKind::Input, "the loss of a batch without rows was asked for");
    std::vector<std::int64_t> ids, lengths, wanted, labels;
    std::int64_t longest = 0;
    for (std::size_t r = 0; r < rows.size(); ++r) {
        const TokenRow& row = rows[r];
        requireIds(row.source, r, "source", m_config.vocabularySize);
        requireIds(row.target, r, "target", m_config.vocabularySize);
        const std::size_t first = ids.size();
        ids.insert(ids.end(), row.source.begin(), row.source.end());
        ids.insert(ids.end(), row.target.begin(), row.target.end());
        for (std::size_t i = first + (row.lossOnSource ? 1 : row.source.size()); i < ids.size(); ++i) {
            wanted.push_back(static_cast<std::int64_t>(i) - 1);
            labels.push_back(ids[i]);
        }
        longest = std::max(longest, static_cast<std::int64_t>(ids.size() - first));
        // Nothing follows from the last token.
        ids.pop_back();
        lengths.push_back(static_cast<std::int64_t>(ids.size() - first));
    }
    const auto device = m_embedding.device();
    const auto packed = std::make_shared<const PackedRows>(std::move(lengths));
    const at::Tensor hidden =
        decode(idTensor(ids, device), packed, longest, idTensor(wanted, device), dropout);
    return at::cross_entropy_loss(logits(hidden), idTensor(labels, device));
}

std::vector<Linear*> Llama::linears() {
    std::vector<Linear*> all;
    for (Block& block : m_blocks) {
        for (Linear* l : {&block.q, &block.k, &block.v, &block.o, &block.gate, &block.up, &block.down})
            all.push_back(l);
    }
    return all;
}

std::vector<TensorSlot> Llama::parameters() {
    const std::string prefix = kPrefix;
    std::vector<TensorSlot> all = {{prefix + "embed_tokens.weight", &m_embedding}};
    for (Linear* l : linears()) {
        all.push_back({l->name + ".weight", &l->weight});
        if (l->bias.defined()) all.push_back({l->name + ".bias", &l->bias});
    }
    for (std::size_t i = 0; i < m_blocks.size(); ++i) {
        Block& block = m_blocks[i];
        const std::string layer = fmt::format("{}layers.{}.", prefix, i);
        all.push_back({layer + "input_layernorm.weight", &block.inputNorm});
        all.push_back({layer + "post_attention_layernorm.weight", &block.feedForwardNorm});
        if (!m_config.headNorms) continue;
        all.push_back({layer + "self_attn.q_norm.weight", &block.queryNorm});
        all.push_back({layer + "self_attn.k_norm.weight", &block.keyNorm});
    }
    all.push_back({prefix + "norm.weight", &m_finalNorm});
    if (!m_config.tiedEmbeddings) all.push_back({"lm_head.weight", &m_head});
    return all;
}

std::string Llama::architecture() const {
    std::string text = fmt::format("{}, {} blocks, d {}, {} heads of {}", m_config.family, m_config.layers,
                                   m_config.dModel, m_config.heads, m_config.headWidth);
    if (m_config.keyHeads != m_config.heads) text += fmt::format(" on {} key/value heads", m_config.keyHeads);
    text += fmt::format(", ff {}, vocabulary {}", m_config.dFf, m_config.vocabularySize);
    if (m_config.tiedEmbeddings) text += ", tied";
    if (const std::string rope = describeScaling(m_config.rope); !rope.empty()) text += ", " + rope;
    const std::int64_t window = *std::max_element(m_config.windows.begin(), m_config.windows.end());
    if (window > 0) text += fmt::format(", window {}", window);
    return text;
}

}  // namespace jumplora
