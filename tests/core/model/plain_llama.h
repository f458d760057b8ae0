// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/json.h"
#include "base/torch_api.h"

#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <vector>

namespace jumplora::testing {

// A decoder-only model of the Llama family the plain way: one row, one tensor operation after another, keys
// repeated for the heads that share them, no cache. What the packed implementation is compared with; shares
// no code with it. Reads config.json itself (rope without scaling, or linear).
class PlainLlama {
  public:
    using Weights = std::map<std::string, at::Tensor>;
    PlainLlama(const Json& config, const Weights& weights) : m_config(config), m_weights(weights) {}

    // ids [T] -> logits [T, V].
    [[nodiscard]] at::Tensor logits(const std::vector<std::int32_t>& ids) const {
        std::vector<at::Tensor> embedded;
        embedded.reserve(ids.size());
        for (const std::int32_t id : ids) embedded.push_back(m_weights.at("model.embed_tokens.weight")[id]);
        at::Tensor x = at::stack(embedded);
        for (std::int64_t i = 0; i < number("num_hidden_layers"); ++i) {
            const std::string layer = "model.layers." + std::to_string(i) + ".";
            x = x + attention(layer + "self_attn.", norm(x, layer + "input_layernorm"), window(i));
            x = x + feedForward(layer + "mlp.", norm(x, layer + "post_attention_layernorm"));
        }
        const bool tied = m_config.value("tie_word_embeddings", false);
        return at::matmul(norm(x, "model.norm"),
                          m_weights.at(tied ? "model.embed_tokens.weight" : "lm_head.weight").t());
    }

    // Ids behind a row, the whole prefix computed anew for each; ends with one of `stops`.
    [[nodiscard]] std::vector<std::int32_t> greedy(std::vector<std::int32_t> ids,
                                                   const std::vector<std::int32_t>& stops,
                                                   std::int64_t most) const {
        std::vector<std::int32_t> answer;
        for (std::int64_t i = 0; i < most; ++i) {
            const auto next = static_cast<std::int32_t>(
                logits(ids)[static_cast<std::int64_t>(ids.size()) - 1].argmax().item<std::int64_t>());
            answer.push_back(next);
            ids.push_back(next);
            if (std::find(stops.begin(), stops.end(), next) != stops.end()) break;
        }
        return answer;
    }

  private:
    [[nodiscard]] std::int64_t number(const char* key) const { return m_config.at(key).get<std::int64_t>(); }

    // 0: none.
    [[nodiscard]] std::int64_t window(std::int64_t layer) const {
        const std::string family = m_config.at("model_type").get<std::string>();
        if (family == "llama" || m_config.value("sliding_window", Json()).is_null()) return 0;
        const std::int64_t size = number("sliding_window");
        if (family == "mistral") return size;
        if (!m_config.value("use_sliding_window", false)) return 0;
        if (m_config.contains("layer_types"))
            return m_config["layer_types"][static_cast<std::size_t>(layer)] == "sliding_attention" ? size : 0;
        return layer >= m_config.value("max_window_layers", std::int64_t{28}) ? size : 0;
    }

    [[nodiscard]] at::Tensor norm(const at::Tensor& x, const std::string& name) const {
        const double epsilon = m_config.at("rms_norm_eps").get<double>();
        return x / (x.square().mean(-1, true) + epsilon).sqrt() * m_weights.at(name + ".weight");
    }

    [[nodiscard]] at::Tensor project(const at::Tensor& x, const std::string& name) const {
        const at::Tensor y = at::matmul(x, m_weights.at(name + ".weight").t());
        return m_weights.count(name + ".bias") != 0 ? y + m_weights.at(name + ".bias") : y;
    }

    // x [T, width] of one head.
    [[nodiscard]] at::Tensor turned(const at::Tensor& x) const {
        const std::int64_t width = x.size(1);
        const double theta = m_config.value("rope_theta", 10000.0);
        double factor = 1;
        if (m_config.contains("rope_scaling") && m_config["rope_scaling"].is_object())
            factor = m_config["rope_scaling"].value("factor", 1.0);
        const at::Tensor angle = at::empty({x.size(0), width / 2}, at::kDouble);
        auto* value = angle.data_ptr<double>();
        for (std::int64_t t = 0; t < x.size(0); ++t)
            for (std::int64_t i = 0; i < width / 2; ++i)
                *value++ = static_cast<double>(t) / factor *
                           std::pow(theta, -2.0 * static_cast<double>(i) / static_cast<double>(width));
        const at::Tensor a = x.narrow(1, 0, width / 2);
        const at::Tensor b = x.narrow(1, width / 2, width / 2);
        return at::cat({a * angle.cos() - b * angle.sin(), b * angle.cos() + a * angle.sin()}, 1);
    }

    [[nodiscard]] at::Tensor attention(const std::string& name, const at::Tensor& x,
                                       std::int64_t window) const {
        const std::int64_t heads = number("num_attention_heads");
        const std::int64_t group = heads / number("num_key_value_heads");
        const std::int64_t width = number("head_dim");
        const at::Tensor q = project(x, name + "q_proj");
        const at::Tensor k = project(x, name + "k_proj");
        const at::Tensor v = project(x, name + "v_proj");
        const bool normed = m_weights.count(name + "q_norm.weight") != 0;
        at::Tensor hidden = at::ones({x.size(0), x.size(0)}, at::kBool).triu(1);
        if (window > 0) hidden = hidden.logical_or(at::ones({x.size(0), x.size(0)}, at::kBool).tril(-window));
        std::vector<at::Tensor> outputs;
        for (std::int64_t h = 0; h < heads; ++h) {
            at::Tensor query = q.narrow(1, h * width, width);
            at::Tensor key = k.narrow(1, h / group * width, width);
            if (normed) {
                query = norm(query, name + "q_norm");
                key = norm(key, name + "k_norm");
            }
            const at::Tensor scores =
                at::matmul(turned(query), turned(key).t()) / std::sqrt(static_cast<double>(width));
            const at::Tensor p =
                at::softmax(scores.masked_fill(hidden, -std::numeric_limits<double>::infinity()), -1);
            outputs.push_back(at::matmul(p, v.narrow(1, h / group * width, width)));
        }
        return project(at::cat(outputs, 1), name + "o_proj");
    }

    [[nodiscard]] at::Tensor feedForward(const std::string& name, const at::Tensor& x) const {
        const at::Tensor gate = project(x, name + "gate_proj");
        const std::string activation = m_config.value("hidden_act", std::string("silu"));
        const at::Tensor active = activation == "relu"   ? at::relu(gate)
                                  : activation == "gelu" ? 0.5 * gate * (1 + at::erf(gate / std::sqrt(2.0)))
                                                         : gate * at::sigmoid(gate);
        return project(active * project(x, name + "up_proj"), name + "down_proj");
    }

    Json m_config;
    const Weights& m_weights;
};

}  // namespace jumplora::testing
