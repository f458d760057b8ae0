// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/file.h"
#include "base/json.h"
#include "base/random.h"
#include "weights/weights.h"

#include <filesystem>
#include <map>
#include <string>

namespace jumplora::testing {

// config.json of a decoder-only model of a few thousand weights whose sizes all differ; `changes` are laid
// over it (RFC 7396).
inline Json tinyLlamaConfig(const Json& changes = Json::object()) {
    Json json = {{"model_type", "llama"},         {"vocab_size", 31},       {"hidden_size", 12},
                 {"intermediate_size", 14},       {"num_hidden_layers", 3}, {"num_attention_heads", 4},
                 {"num_key_value_heads", 2},      {"head_dim", 6},          {"rms_norm_eps", 1e-5},
                 {"max_position_embeddings", 64}, {"eos_token_id", 2},      {"pad_token_id", nullptr}};
    json.merge_patch(changes);
    return json;
}

// Random weights for it by name. Norms differ from 1 and biases from 0, so that they show.
inline std::map<std::string, at::Tensor> tinyLlamaWeights(const Json& config, std::uint64_t seed) {
    std::map<std::string, at::Tensor> weights;
    const auto add = [&](const std::string& name, const std::vector<std::int64_t>& shape, double middle,
                         double size) {
        Rng rng(deriveSeed(seed, name));
        at::Tensor tensor = at::empty(shape, at::kDouble);
        for (std::int64_t i = 0; i < tensor.numel(); ++i)
            tensor.data_ptr<double>()[i] = middle + size * rng.normal();
        weights[name] = tensor;
    };
    const auto number = [&](const char* key) { return config.at(key).get<std::int64_t>(); };
    const auto flag = [&](const char* key) { return config.value(key, false); };
    const std::string family = config.at("model_type").get<std::string>();
    const std::int64_t d = number("hidden_size");
    const std::int64_t width = number("head_dim");
    const std::int64_t queries = number("num_attention_heads") * width;
    const std::int64_t keys = number("num_key_value_heads") * width;
    const auto linear = [&](const std::string& name, std::int64_t out, std::int64_t in, bool bias) {
        add(name + ".weight", {out, in}, 0, 0.6);
        if (bias) add(name + ".bias", {out}, 0, 0.5);
    };
    const auto norm = [&](const std::string& name, std::int64_t size) {
        add(name + ".weight", {size}, 1, 0.2);
    };
    add("model.embed_tokens.weight", {number("vocab_size"), d}, 0, 1);
    for (std::int64_t i = 0; i < number("num_hidden_layers"); ++i) {
        const std::string layer = "model.layers." + std::to_string(i) + ".";
        const bool biased = family == "qwen2" || flag("attention_bias");
        norm(layer + "input_layernorm", d);
        linear(layer + "self_attn.q_proj", queries, d, biased);
        linear(layer + "self_attn.k_proj", keys, d, biased);
        linear(layer + "self_attn.v_proj", keys, d, biased);
        linear(layer + "self_attn.o_proj", d, queries, flag("attention_bias"));
        if (family == "qwen3") {
            norm(layer + "self_attn.q_norm", width);
            norm(layer + "self_attn.k_norm", width);
        }
        norm(layer + "post_attention_layernorm", d);
        linear(layer + "mlp.gate_proj", number("intermediate_size"), d, flag("mlp_bias"));
        linear(layer + "mlp.up_proj", number("intermediate_size"), d, flag("mlp_bias"));
        linear(layer + "mlp.down_proj", d, number("intermediate_size"), flag("mlp_bias"));
    }
    norm("model.norm", d);
    if (!flag("tie_word_embeddings")) add("lm_head.weight", {number("vocab_size"), d}, 0, 0.6);
    return weights;
}

inline void writeLlamaFolder(const std::filesystem::path& folder, const Json& config,
                             const std::map<std::string, at::Tensor>& weights) {
    writeTensors(folder / "model.safetensors", {weights.begin(), weights.end()}, {{"format", "pt"}});
    writeFileAtomically(folder / "config.json", config.dump(1));
}

inline void writeTinyLlama(const std::filesystem::path& folder, const Json& config, std::uint64_t seed) {
    writeLlamaFolder(folder, config, tinyLlamaWeights(config, seed));
}

}  // namespace jumplora::testing
