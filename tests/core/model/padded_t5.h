// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/torch_api.h"
#include "model/t5_config.h"

#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <vector>

namespace jumplora::testing {

// T5 the plain way, as its papers and Hugging Face's configuration describe it: padded batches, a mask, one
// tensor operation after another, no cache. What the packed implementation is compared with; shares no code
// with it.
class PaddedT5 {
  public:
    using Weights = std::map<std::string, at::Tensor>;
    PaddedT5(const T5Config& config, const Weights& weights) : m_config(config), m_weights(weights) {}

    // ids, mask [B, S] int64 -> [B, S, d].
    [[nodiscard]] at::Tensor encode(const at::Tensor& ids, const at::Tensor& mask) const {
        at::Tensor x = embed(ids);
        const at::Tensor hidden = keyMask(mask, x);
        const at::Tensor bias = positions("encoder", ids.size(1), true) + hidden;
        for (std::int64_t i = 0; i < m_config.encoderLayers; ++i) {
            const std::string block = "encoder.block." + std::to_string(i) + ".layer.";
            const at::Tensor normed = norm(x, block + "0.layer_norm");
            x = x + attention(block + "0.SelfAttention", normed, normed, bias);
            x = x + feedForward(block + "1", x);
        }
        return norm(x, "encoder.final_layer_norm");
    }

    // decoderIds [B, T], memory [B, S, d], mask [B, S] -> logits [B, T, V].
    [[nodiscard]] at::Tensor decode(const at::Tensor& decoderIds, const at::Tensor& memory,
                                    const at::Tensor& mask) const {
        at::Tensor x = embed(decoderIds);
        const std::int64_t length = decoderIds.size(1);
        const at::Tensor later = at::ones({length, length}, at::kBool).triu(1);
        const at::Tensor causal = at::zeros({length, length}, x.options())
                                      .masked_fill(later, -kInfinity)
                                      .view({1, 1, length, length});
        const at::Tensor bias = positions("decoder", length, false) + causal;
        const at::Tensor hidden = keyMask(mask, x);
        for (std::int64_t i = 0; i < m_config.decoderLayers; ++i) {
            const std::string block = "decoder.block." + std::to_string(i) + ".layer.";
            const at::Tensor normed = norm(x, block + "0.layer_norm");
            x = x + attention(block + "0.SelfAttention", normed, normed, bias);
            x = x + attention(block + "1.EncDecAttention", norm(x, block + "1.layer_norm"), memory, hidden);
            x = x + feedForward(block + "2", x);
        }
        x = norm(x, "decoder.final_layer_norm");
        if (!m_config.tiedEmbeddings) return at::matmul(x, weight("lm_head").t());
        return at::matmul(x / std::sqrt(static_cast<double>(m_config.dModel)), weight("shared").t());
    }

    // Greedy ids of one row (without the start token), the whole prefix computed anew for each.
    [[nodiscard]] std::vector<std::int32_t> greedy(const at::Tensor& ids, const at::Tensor& mask,
                                                   std::int64_t maxNewTokens) const {
        const at::Tensor memory = encode(ids, mask);
        std::vector<std::int64_t> prefix = {m_config.startId};
        std::vector<std::int32_t> answer;
        while (static_cast<std::int64_t>(answer.size()) < maxNewTokens) {
            const at::Tensor decoderIds = at::tensor(prefix).view({1, -1});
            const auto id = decode(decoderIds, memory, mask)[0][-1].argmax().item<std::int64_t>();
            answer.push_back(static_cast<std::int32_t>(id));
            prefix.push_back(id);
            if (id == m_config.eosId) break;
        }
        return answer;
    }

  private:
    static constexpr double kInfinity = std::numeric_limits<double>::infinity();

    [[nodiscard]] const at::Tensor& weight(const std::string& name) const {
        return m_weights.at(name + ".weight");
    }
    [[nodiscard]] at::Tensor embed(const at::Tensor& ids) const {
        return at::embedding(weight("shared"), ids);
    }
    static at::Tensor keyMask(const at::Tensor& mask, const at::Tensor& like) {
        return at::zeros(mask.sizes(), like.options())
            .masked_fill(mask.eq(0), -kInfinity)
            .view({mask.size(0), 1, 1, mask.size(1)});
    }
    [[nodiscard]] at::Tensor norm(const at::Tensor& x, const std::string& name) const {
        return weight(name) * x / at::sqrt(x.pow(2).mean(-1, true) + m_config.epsilon);
    }

    // Raffel et al.: half of the buckets for exact distances, the others logarithmic up to the largest
    // distance.
    [[nodiscard]] std::int64_t bucket(std::int64_t distance, bool bothWays) const {
        std::int64_t buckets = m_config.buckets;
        std::int64_t offset = 0;
        if (bothWays) {
            buckets /= 2;
            if (distance > 0) offset = buckets;
            distance = std::abs(distance);
        } else {
            distance = distance < 0 ? -distance : 0;
        }
        const std::int64_t exact = buckets / 2;
        if (distance < exact) return offset + distance;
        const double share = std::log(static_cast<double>(distance) / static_cast<double>(exact)) /
                             std::log(static_cast<double>(m_config.maxDistance) / static_cast<double>(exact));
        const auto far =
            exact + static_cast<std::int64_t>(share * static_cast<double>(buckets - exact) + 1e-9);
        return offset + std::min(far, buckets - 1);
    }

    // [1, heads, length, length].
    [[nodiscard]] at::Tensor positions(const std::string& stack, std::int64_t length, bool bothWays) const {
        at::Tensor buckets = at::empty({length, length}, at::kLong);
        for (std::int64_t q = 0; q < length; ++q) {
            for (std::int64_t k = 0; k < length; ++k) buckets[q][k] = bucket(k - q, bothWays);
        }
        return at::embedding(weight(stack + ".block.0.layer.0.SelfAttention.relative_attention_bias"),
                             buckets)
            .permute({2, 0, 1})
            .unsqueeze(0);
    }

    [[nodiscard]] at::Tensor attention(const std::string& name, const at::Tensor& x, const at::Tensor& memory,
                                       const at::Tensor& bias) const {
        const auto heads = [&](const at::Tensor& input, const char* part) {
            const at::Tensor y = at::matmul(input, weight(name + part).t());
            return y.view({y.size(0), y.size(1), m_config.heads, m_config.dKv}).transpose(1, 2);
        };
        const at::Tensor scores = at::matmul(heads(x, ".q"), heads(memory, ".k").transpose(2, 3)) + bias;
        const at::Tensor mixed = at::matmul(at::softmax(scores, -1), heads(memory, ".v"));
        return at::matmul(mixed.transpose(1, 2).reshape({x.size(0), x.size(1), m_config.innerWidth()}),
                          weight(name + ".o").t());
    }

    [[nodiscard]] at::Tensor activate(const at::Tensor& x) const {
        if (m_config.activation == "relu") return at::clamp_min(x, 0);
        if (m_config.activation == "silu") return x * at::sigmoid(x);
        if (m_config.activation == "gelu") return 0.5 * x * (1 + at::erf(x / std::sqrt(2.0)));
        return 0.5 * x * (1 + at::tanh(std::sqrt(2.0 / M_PI) * (x + 0.044715 * x.pow(3))));
    }

    [[nodiscard]] at::Tensor feedForward(const std::string& layer, const at::Tensor& x) const {
        const at::Tensor normed = norm(x, layer + ".layer_norm");
        const std::string dense = layer + ".DenseReluDense.";
        const auto in = [&](const char* part) { return at::matmul(normed, weight(dense + part).t()); };
        const at::Tensor hidden = m_config.gated ? activate(in("wi_0")) * in("wi_1") : activate(in("wi"));
        return at::matmul(hidden, weight(dense + "wo").t());
    }

    const T5Config& m_config;
    const Weights& m_weights;
};

}  // namespace jumplora::testing
