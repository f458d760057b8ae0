// SPDX-License-Identifier: Apache-2.0
#include "model/t5.h"

#include "base/error.h"
#include "base/random.h"
#include "model/activation.h"
#include "model/memory_attention.h"
#include "model/token_ids.h"

#include <algorithm>
#include <cmath>

namespace jumplora {
namespace {

// What a weight is for decides its initial deviation.
enum class Role { Embedding, Query, KeyValue, AttentionOut, FfIn, FfOut, PositionBias, Norm, Head };

// Whether a weight enters products, or is looked up in by token.
bool isMatrix(Role role) { return role != Role::PositionBias && role != Role::Norm; }

}  // namespace

template <typename Source>
void T5::build(Source&& source) {
    const auto d = m_config.dModel;
    const auto inner = m_config.innerWidth();
    const auto linear = [&](const std::string& name, Role role, std::int64_t out, std::int64_t in) {
        return Linear{name, source(name + ".weight", role, {out, in}), {}, nullptr};
    };
    const auto attention = [&](const std::string& prefix) {
        return Attention{linear(prefix + ".q", Role::Query, inner, d),
                         linear(prefix + ".k", Role::KeyValue, inner, d),
                         linear(prefix + ".v", Role::KeyValue, inner, d),
                         linear(prefix + ".o", Role::AttentionOut, d, inner)};
    };
    const auto norm = [&](const std::string& name) { return source(name + ".weight", Role::Norm, {d}); };

    m_shared = source("shared.weight", Role::Embedding, {m_config.vocabularySize, d});
    for (Stack* stack : {&m_encoder, &m_decoder}) {
        stack->decoder = stack == &m_decoder;
        const std::string name = stack->decoder ? "decoder" : "encoder";
        const auto layers = stack->decoder ? m_config.decoderLayers : m_config.encoderLayers;
        for (std::int64_t i = 0; i < layers; ++i) {
            const std::string prefix = fmt::format("{}.block.{}.layer.", name, i);
            Block block;
            block.self = attention(prefix + "0.SelfAttention");
            block.selfNorm = norm(prefix + "0.layer_norm");
            if (i == 0) {
                stack->relativeBias = source(prefix + "0.SelfAttention.relative_attention_bias.weight",
                                             Role::PositionBias, {m_config.buckets, m_config.heads});
            }
            if (stack->decoder) {
                block.cross = attention(prefix + "1.EncDecAttention");
                block.crossNorm = norm(prefix + "1.layer_norm");
            }
            const std::string ff = prefix + (stack->decoder ? "2" : "1");
            const std::string dense = ff + ".DenseReluDense.";
            block.wi0 = linear(dense + (m_config.gated ? "wi_0" : "wi"), Role::FfIn, m_config.dFf, d);
            if (m_config.gated) block.wi1 = linear(dense + "wi_1", Role::FfIn, m_config.dFf, d);
            block.wo = linear(dense + "wo", Role::FfOut, d, m_config.dFf);
            block.ffNorm = norm(ff + ".layer_norm");
            stack->blocks.push_back(std::move(block));
        }
        stack->finalNorm = norm(name + ".final_layer_norm");
    }
    m_head = m_config.tiedEmbeddings ? m_shared
                                     : source("lm_head.weight", Role::Head, {m_config.vocabularySize, d});
}

T5::T5(const T5Config& config, WeightReader& weights) : m_config(config) {
    // The embedding's own name first; the others are copies that some checkpoints carry beside it or instead
    // of it.
    std::vector<std::string> names = {"shared.weight", "encoder.embed_tokens.weight",
                                      "decoder.embed_tokens.weight"};
    if (config.tiedEmbeddings) names.emplace_back("lm_head.weight");
    const auto present =
        std::find_if(names.begin(), names.end(), [&](const std::string& n) { return weights.has(n); });
    const std::string embedding = present == names.end() ? names.front() : *present;
    for (const std::string& name : names) weights.ignore(name);
    weights.ignore("decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight");
    build([&](const std::string& name, Role role, const std::vector<std::int64_t>& shape) {
        const std::string& stored = name == names.front() ? embedding : name;
        return isMatrix(role) ? weights.takeMatrix(stored, shape) : weights.take(stored, shape);
    });
    weights.finish();
}

T5::T5(const T5Config& config, const BackboneOptions& options, std::uint64_t seed, double embeddingDeviation)
    : m_config(config) {
    const auto d = static_cast<double>(config.dModel);
    const auto inner = static_cast<double>(config.innerWidth());
    build([&](const std::string& name, Role role, const std::vector<std::int64_t>& shape) {
        const at::ScalarType type = isMatrix(role) ? options.dtype : activationType(options.dtype);
        double deviation = 0;
        switch (role) {
            case Role::Embedding:
                deviation = embeddingDeviation;
                break;
            case Role::Query:
                deviation = 1.0 / std::sqrt(d * static_cast<double>(config.dKv));
                break;
            case Role::KeyValue:
            case Role::FfIn:
            case Role::PositionBias:
            case Role::Head:
                deviation = 1.0 / std::sqrt(d);
                break;
            case Role::AttentionOut:
                deviation = 1.0 / std::sqrt(inner);
                break;
            case Role::FfOut:
                deviation = 1.0 / std::sqrt(static_cast<double>(config.dFf));
                break;
            case Role::Norm:
                return at::ones(shape, at::TensorOptions(type).device(options.device));
        }
        auto tensor = at::empty(shape, at::kDouble);
        Rng rng(deriveSeed(seed, name));
        double* values = tensor.data_ptr<double>();
        for (std::int64_t i = 0; i < tensor.numel(); ++i) values[i] = deviation * rng.normal();
        return tensor.to(type).to(options.device);
    });
}

at::Tensor T5::relativeBuckets(std::int64_t queries, std::int64_t keys, bool bidirectional,
                               std::int64_t firstQuery) const {
    auto result = at::empty({queries, keys}, at::kLong);
    auto* out = result.data_ptr<std::int64_t>();
    const std::int64_t buckets = bidirectional ? m_config.buckets / 2 : m_config.buckets;
    const std::int64_t exact = buckets / 2;
    // float on purpose: Hugging Face takes this logarithm in float32, and bucket borders depend on it.
    const auto denominator =
        static_cast<float>(std::log(static_cast<double>(m_config.maxDistance) / static_cast<double>(exact)));
    for (std::int64_t q = 0; q < queries; ++q) {
        for (std::int64_t k = 0; k < keys; ++k) {
            std::int64_t distance = k - (q + firstQuery);
            std::int64_t bucket = 0;
            if (bidirectional) {
                if (distance > 0) bucket += buckets;
                distance = std::abs(distance);
            } else {
                distance = std::max<std::int64_t>(-distance, 0);
            }
            if (distance < exact) {
                bucket += distance;
            } else {
                const float ratio =
                    std::log(static_cast<float>(distance) / static_cast<float>(exact)) / denominator;
                const auto far =
                    exact + static_cast<std::int64_t>(ratio * static_cast<float>(buckets - exact));
                bucket += std::min(far, buckets - 1);
            }
            out[q * keys + k] = bucket;
        }
    }
    return result;
}

at::Tensor T5::positionBias(const Stack& stack, std::int64_t queries, std::int64_t keys,
                            std::int64_t firstQuery) const {
    const auto buckets = relativeBuckets(queries, keys, !stack.decoder, firstQuery).to(m_shared.device());
    return stack.relativeBias.index_select(0, buckets.flatten())
        .view({queries, keys, m_config.heads})
        .permute({2, 0, 1})
        .contiguous();
}

at::Tensor T5::embed(const at::Tensor& ids, DropoutSource* dropout) const {
    return applyDropout(m_shared.index_select(0, ids).to(options().dtype()), dropout);
}

at::Tensor T5::feedForward(const Block& block, const at::Tensor& input, DropoutSource* dropout) const {
    return byTokens(input, [&](const at::Tensor& x) {
        const at::Tensor normed = rmsNorm(x, block.ffNorm, m_config.epsilon);
        const at::Tensor hidden =
            m_config.gated ? gatedActivation(block.wi0(normed), block.wi1(normed), m_config.activation)
                           : activate(block.wi0(normed), m_config.activation);
        return x + applyDropout(block.wo(applyDropout(hidden, dropout)), dropout);
    });
}

AttentionArguments T5::withHeads(AttentionArguments arguments, DropoutSource* dropout) const {
    arguments.heads = m_config.heads;
    if (dropout != nullptr && dropout->probability() > 0) {
        arguments.dropout = dropout->probability();
        arguments.dropoutSeed = dropout->next();
    }
    return arguments;
}

at::Tensor T5::attendSelf(const Attention& attention, const at::Tensor& x, const at::Tensor& bias,
                          const AttentionArguments& arguments, DropoutSource* dropout) const {
    const AttentionArguments a = withHeads(arguments, dropout);
    return attention.o(packedAttention(attention.q(x), attention.k(x), attention.v(x), bias, a));
}

at::Tensor T5::attendMemory(const Attention& attention, const at::Tensor& x, const at::Tensor& memory,
                            const AttentionArguments& arguments, DropoutSource* dropout) const {
    const AttentionArguments a = withHeads(arguments, dropout);
    const bool pays = memoryAttentionCost(a.queries->lengths, a.keys->lengths, m_config.heads, m_config.dKv,
                                          m_config.dModel)
                          .memoryPays();
    const at::Tensor q = attention.q(x);
    if (pays && memory.is_cpu() && attention.k.isMatrix() && attention.v.isMatrix())
        return attention.o(
            memoryAttention(q, memory.contiguous(), attention.k.matrix(), attention.v.matrix(), a));
    return attention.o(packedAttention(q, attention.k(memory), attention.v(memory), {}, a));
}

at::Tensor T5::encode(const at::Tensor& ids, const std::shared_ptr<const PackedRows>& rows,
                      DropoutSource* dropout) {
    at::Tensor x = embed(ids, dropout);
    const at::Tensor bias = positionBias(m_encoder, rows->longest(), rows->longest(), 0);
    AttentionArguments arguments;
    arguments.queries = rows;
    arguments.keys = rows;
    for (const Block& block : m_encoder.blocks) {
        const at::Tensor normed = rmsNorm(x, block.selfNorm, m_config.epsilon);
        x = x + applyDropout(attendSelf(block.self, normed, bias, arguments, dropout), dropout);
        x = feedForward(block, x, dropout);
    }
    return applyDropout(rmsNorm(x, m_encoder.finalNorm, m_config.epsilon), dropout);
}

at::Tensor T5::decode(const at::Tensor& ids, const std::shared_ptr<const PackedRows>& rows,
                      const at::Tensor& memory, const std::shared_ptr<const PackedRows>& memoryRows,
                      DropoutSource* dropout) {
    at::Tensor x = embed(ids, dropout);
    const at::Tensor bias = positionBias(m_decoder, rows->longest(), rows->longest(), 0);
    AttentionArguments self;
    self.queries = rows;
    self.keys = rows;
    self.causal = true;
    AttentionArguments cross;
    cross.queries = rows;
    cross.keys = memoryRows;
    for (const Block& block : m_decoder.blocks) {
        const at::Tensor normed = rmsNorm(x, block.selfNorm, m_config.epsilon);
        x = x + applyDropout(attendSelf(block.self, normed, bias, self, dropout), dropout);
        const at::Tensor query = rmsNorm(x, block.crossNorm, m_config.epsilon);
        x = x + applyDropout(attendMemory(block.cross, query, memory, cross, dropout), dropout);
        x = feedForward(block, x, dropout);
    }
    return applyDropout(rmsNorm(x, m_decoder.finalNorm, m_config.epsilon), dropout);
}

at::Tensor T5::logits(const at::Tensor& hidden) const {
    if (!m_config.tiedEmbeddings) return project(hidden, m_head);
    return project(hidden * (1.0 / std::sqrt(static_cast<double>(m_config.dModel))), m_head);
}

at::Tensor T5::loss(std::span<const TokenRow> rows, DropoutSource* dropout) {
    if (rows.empty()) fail(ErrorKind::Input, "the loss of a batch without rows was asked for");
    std::vector<std::int64_t> sourceIds, decoderIds, labels, sourceLengths, targetLengths;
    for (std::size_t r = 0; r < rows.size(); ++r) {
        const TokenRow& row = rows[r];
        requireIds(row.source, r, "source", m_config.vocabularySize);
        requireIds(row.target, r, "target", m_config.vocabularySize);
        sourceIds.insert(sourceIds.end(), row.source.begin(), row.source.end());
        sourceLengths.push_back(static_cast<std::int64_t>(row.source.size()));
        decoderIds.push_back(m_config.startId);
        decoderIds.insert(decoderIds.end(), row.target.begin(), row.target.end() - 1);
        labels.insert(labels.end(), row.target.begin(), row.target.end());
        targetLengths.push_back(static_cast<std::int64_t>(row.target.size()));
    }
    const auto device = m_shared.device();
    const auto source = std::make_shared<const PackedRows>(std::move(sourceLengths));
    const auto target = std::make_shared<const PackedRows>(std::move(targetLengths));
    const at::Tensor memory = encode(idTensor(sourceIds, device), source, dropout);
    const at::Tensor hidden = decode(idTensor(decoderIds, device), target, memory, source, dropout);
    return at::cross_entropy_loss(logits(hidden), idTensor(labels, device));
}

std::vector<Linear*> T5::linears() {
    std::vector<Linear*> all;
    for (Stack* stack : {&m_encoder, &m_decoder}) {
        for (Block& block : stack->blocks) {
            for (Linear* l : {&block.self.q, &block.self.k, &block.self.v, &block.self.o}) all.push_back(l);
            if (stack->decoder) {
                for (Linear* l : {&block.cross.q, &block.cross.k, &block.cross.v, &block.cross.o})
                    all.push_back(l);
            }
            all.push_back(&block.wi0);
            if (m_config.gated) all.push_back(&block.wi1);
            all.push_back(&block.wo);
        }
    }
    return all;
}

std::vector<TensorSlot> T5::parameters() {
    std::vector<TensorSlot> all = {{"shared.weight", &m_shared}};
    for (Linear* l : linears()) all.push_back({l->name + ".weight", &l->weight});
    for (Stack* stack : {&m_encoder, &m_decoder}) {
        const std::string name = stack->decoder ? "decoder" : "encoder";
        all.push_back(
            {name + ".block.0.layer.0.SelfAttention.relative_attention_bias.weight", &stack->relativeBias});
        for (std::size_t i = 0; i < stack->blocks.size(); ++i) {
            const std::string prefix = fmt::format("{}.block.{}.layer.", name, i);
            all.push_back({prefix + "0.layer_norm.weight", &stack->blocks[i].selfNorm});
            if (stack->decoder) all.push_back({prefix + "1.layer_norm.weight", &stack->blocks[i].crossNorm});
            all.push_back(
                {prefix + (stack->decoder ? "2" : "1") + ".layer_norm.weight", &stack->blocks[i].ffNorm});
        }
        all.push_back({name + ".final_layer_norm.weight", &stack->finalNorm});
    }
    if (!m_config.tiedEmbeddings) all.push_back({"lm_head.weight", &m_head});
    return all;
}

std::string T5::architecture() const {
    return fmt::format("T5 ({}{}), {}+{} blocks, d {}, {} heads, ff {}, vocabulary {}",
                       m_config.gated ? "gated " : "", m_config.activation, m_config.encoderLayers,
                       m_config.decoderLayers, m_config.dModel, m_config.heads, m_config.dFf,
                       m_config.vocabularySize);
}

}  // namespace jumplora
