// SPDX-License-Identifier: Apache-2.0
#include "model/llama_config.h"

#include "support/errors.h"
#include "support/tiny_llama.h"

#include <gtest/gtest.h>

namespace jumplora {
namespace {

using testing::expectError;
using testing::tinyLlamaConfig;

LlamaConfig parse(const Json& json, const Json& generation = nullptr) {
    return parseLlamaConfig(json, generation, "config.json");
}

// What transformers 4.57.6 takes for absent settings.
TEST(LlamaConfigTest, DefaultsAreThoseOfTransformers) {
    const LlamaConfig llama = parse({{"model_type", "llama"}});
    EXPECT_EQ(llama.vocabularySize, 32000);
    EXPECT_EQ(llama.dModel, 4096);
    EXPECT_EQ(llama.dFf, 11008);
    EXPECT_EQ(llama.layers, 32);
    EXPECT_EQ(llama.heads, 32);
    EXPECT_EQ(llama.keyHeads, 32);
    EXPECT_EQ(llama.headWidth, 128);
    EXPECT_EQ(llama.epsilon, 1e-6);
    EXPECT_EQ(llama.rope.theta, 10000);
    EXPECT_EQ(llama.rope.maxPositions, 2048);
    EXPECT_FALSE(llama.tiedEmbeddings || llama.queryBias || llama.outputBias || llama.feedForwardBias ||
                 llama.headNorms);
    EXPECT_EQ(llama.stopIds, std::vector<std::int32_t>{2});
    EXPECT_FALSE(llama.padId.has_value());
    EXPECT_EQ(llama.windows, std::vector<std::int64_t>(32, 0));

    const LlamaConfig mistral = parse({{"model_type", "mistral"}});
    EXPECT_EQ(mistral.dFf, 14336);
    EXPECT_EQ(mistral.keyHeads, 8);
    EXPECT_EQ(mistral.windows, std::vector<std::int64_t>(32, 4096));
    EXPECT_EQ(mistral.rope.maxPositions, 131072);

    const LlamaConfig qwen2 = parse({{"model_type", "qwen2"}});
    EXPECT_EQ(qwen2.vocabularySize, 151936);
    EXPECT_EQ(qwen2.dFf, 22016);
    EXPECT_EQ(qwen2.keyHeads, 32);
    EXPECT_TRUE(qwen2.queryBias);
    EXPECT_FALSE(qwen2.outputBias);
    EXPECT_TRUE(qwen2.stopIds.empty());
    EXPECT_EQ(qwen2.windows, std::vector<std::int64_t>(32, 0));

    const LlamaConfig qwen3 = parse({{"model_type", "qwen3"}, {"hidden_size", 2048}});
    EXPECT_EQ(qwen3.headWidth, 128) << "whatever hidden_size is";
    EXPECT_TRUE(qwen3.headNorms);
    EXPECT_FALSE(qwen3.queryBias);
    EXPECT_EQ(parse({{"model_type", "mistral"}, {"num_key_value_heads", nullptr}}).keyHeads, 32);
}

TEST(LlamaConfigTest, WindowsOfLayers) {
    const auto windowsOf = [](const Json& changes) { return parse(tinyLlamaConfig(changes)).windows; };
    using Windows = std::vector<std::int64_t>;
    EXPECT_EQ(windowsOf({{"model_type", "mistral"}, {"sliding_window", 7}}), (Windows{7, 7, 7}));
    EXPECT_EQ(windowsOf({{"model_type", "qwen2"}, {"sliding_window", 7}}), (Windows{0, 0, 0}));
    EXPECT_EQ(windowsOf({{"model_type", "qwen2"}, {"sliding_window", 7}, {"use_sliding_window", true}}),
              (Windows{0, 0, 0}))
        << "only from layer 28 on";
    EXPECT_EQ(windowsOf({{"model_type", "qwen3"},
                         {"sliding_window", 7},
                         {"use_sliding_window", true},
                         {"max_window_layers", 1}}),
              (Windows{0, 7, 7}));
    // Qwen weights under Llama's name carry the switched-off setting along.
    EXPECT_EQ(windowsOf({{"sliding_window", 7}, {"use_sliding_window", false}, {"max_window_layers", 2}}),
              (Windows{0, 0, 0}));
}

TEST(LlamaConfigTest, EndsOfRows) {
    using Ids = std::vector<std::int32_t>;
    const auto stops = [](const Json& changes, const Json& generation = nullptr) {
        return parse(tinyLlamaConfig(changes), generation).stopIds;
    };
    EXPECT_EQ(stops({{"eos_token_id", {4, 9}}}), (Ids{4, 9}));
    EXPECT_EQ(stops(Json::object(), {{"eos_token_id", {5, 6}}}), (Ids{5, 6}));
    EXPECT_EQ(stops(Json::object(), {{"temperature", 0.6}}), (Ids{2}));
    EXPECT_EQ(parse(tinyLlamaConfig({{"pad_token_id", -1}})).padId, -1);
    EXPECT_EQ(parse(tinyLlamaConfig(), {{"pad_token_id", 9}}).fillId, 9);
    EXPECT_EQ(parse(tinyLlamaConfig({{"eos_token_id", {4, 9}}})).fillId, 4);
    EXPECT_TRUE(parse({{"model_type", "llama"}, {"eos_token_id", nullptr}}).stopIds.empty());
}

TEST(LlamaConfigTest, WhatChangesTheComputationIsRefusedByNameAndValue) {
    const auto expectRefused = [](ErrorKind kind, const std::vector<std::string>& parts,
                                  const Json& changes) {
        SCOPED_TRACE(changes.dump());
        expectError(kind, parts, [&] { (void)parse(tinyLlamaConfig(changes)); });
    };
    expectRefused(ErrorKind::Input, {"hidden_act", "\"mish\"", "silu"}, {{"hidden_act", "mish"}});
    expectRefused(ErrorKind::Input, {"\"partial_rotary_factor\"", "0.5"}, {{"partial_rotary_factor", 0.5}});
    expectRefused(ErrorKind::Input, {"\"logit_scale\"", "0.0625"}, {{"logit_scale", 0.0625}});
    expectRefused(ErrorKind::Input, {"\"attn_logit_softcapping\"", "50"}, {{"attn_logit_softcapping", 50.0}});
    expectRefused(ErrorKind::Input, {"\"quantization_config\"", "gptq"},
                  {{"quantization_config", {{"quant_method", "gptq"}}}});
    expectRefused(ErrorKind::Input, {"\"num_local_experts\"", "8"}, {{"num_local_experts", 8}});
    expectRefused(ErrorKind::Input, {"\"auto_map\"", "modeling_x"},
                  {{"auto_map", {{"AutoModelForCausalLM", "modeling_x.X"}}}});
    expectRefused(ErrorKind::Input, {"\"sliding_window\"", "9", "llama"}, {{"sliding_window", 9}});
    expectRefused(ErrorKind::Input, {"\"attention_bias\"", "true"},
                  {{"model_type", "qwen2"}, {"attention_bias", true}});
    expectRefused(ErrorKind::Input, {"\"mlp_bias\"", "true"},
                  {{"model_type", "mistral"}, {"mlp_bias", true}});
    expectRefused(ErrorKind::Input, {"layer_types[1]", "chunked_attention"},
                  {{"layer_types", {"full_attention", "chunked_attention", "full_attention"}}});
    expectRefused(ErrorKind::Input, {"layer_types[0]", "sliding_attention"},
                  {{"layer_types", {"sliding_attention", "full_attention", "full_attention"}}});
    expectRefused(ErrorKind::Format, {"layer_types", "3"}, {{"layer_types", {"full_attention"}}});
    expectRefused(ErrorKind::Input, {"architectures", "LlamaForSequenceClassification", "LlamaForCausalLM"},
                  {{"architectures", {"LlamaForSequenceClassification"}}});
    expectRefused(ErrorKind::Input, {"use_sliding_window", "false", "9"},
                  {{"model_type", "mistral"}, {"sliding_window", 9}, {"use_sliding_window", false}});
    expectRefused(ErrorKind::Format, {"4", "3"}, {{"num_key_value_heads", 3}});
    expectRefused(ErrorKind::Format, {"7", "head_dim", "even"}, {{"head_dim", 7}});
    expectRefused(ErrorKind::Format, {"eos_token_id", "\"x\""}, {{"eos_token_id", {1, "x"}}});
    expectRefused(ErrorKind::Format, {"hidden_size"}, {{"hidden_size", 1 << 30}});
    expectRefused(ErrorKind::Format, {"sliding_window"}, {{"model_type", "mistral"}, {"sliding_window", 0}});
}

TEST(LlamaConfigTest, HarmlessSettingsArePassedOver) {
    EXPECT_NO_THROW(parse(tinyLlamaConfig({{"torch_dtype", "bfloat16"},
                                           {"transformers_version", "4.40.0"},
                                           {"architectures", {"LlamaForCausalLM"}},
                                           {"use_cache", true},
                                           {"initializer_range", 0.02},
                                           {"pretraining_tp", 2},
                                           {"bos_token_id", 1},
                                           {"_name_or_path", "x/y"},
                                           {"rope_interleaved", false},
                                           {"is_llama_config", true},
                                           {"resid_pdrop", 0.0},
                                           {"pruned_heads", Json::object()},
                                           {"quantization_config", nullptr},
                                           {"temperature", 0.7}})));
}

}  // namespace
}  // namespace jumplora
