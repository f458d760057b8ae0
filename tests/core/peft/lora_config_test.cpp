// SPDX-License-Identifier: Apache-2.0
#include "peft/lora_config.h"

#include "support/errors.h"

#include <gtest/gtest.h>

#include <cmath>

namespace jumplora {
namespace {

using testing::expectError;

Json plain() { return {{"peft_type", "LORA"}, {"r", 4}, {"lora_alpha", 16}, {"target_modules", {"q", "v"}}}; }

LoraConfig with(const Json& changes) {
    Json json = plain();
    json.merge_patch(changes);
    return {json, "adapter_config.json"};
}

constexpr const char* kQuery = "encoder.block.3.layer.0.SelfAttention.q";
constexpr const char* kKey = "encoder.block.3.layer.0.SelfAttention.k";

TEST(LoraConfigs, NamesAndEndings) {
    const LoraConfig config = with({{"target_modules", {"q", "SelfAttention.k", "lm_head"}}});
    EXPECT_TRUE(config.targets(kQuery, false));
    EXPECT_TRUE(config.targets(kKey, false));
    EXPECT_TRUE(config.targets("lm_head", true));
    EXPECT_FALSE(config.targets("decoder.block.0.layer.1.EncDecAttention.k", false));
    EXPECT_FALSE(config.targets("model.layers.0.self_attn.seq", false));
    EXPECT_FALSE(with({{"target_modules", Json::array()}}).targets(kQuery, false));
}

TEST(LoraConfigs, PatternsFitWholeNames) {
    const LoraConfig config = with({{"target_modules", ".*\\.(q|k)"}});
    EXPECT_TRUE(config.targets(kQuery, false));
    EXPECT_TRUE(config.targets(kKey, false));
    EXPECT_FALSE(config.targets(std::string(kQuery) + "x", false));
    EXPECT_FALSE(with({{"target_modules", "SelfAttention"}}).targets(kQuery, false));
    // Alternatives take the longer way too.
    EXPECT_TRUE(with({{"target_modules", "encoder|encoder.*q"}}).targets(kQuery, false));
    const LoraConfig linear = with({{"target_modules", "all-linear"}});
    EXPECT_TRUE(linear.targets(kKey, false));
    EXPECT_FALSE(linear.targets("lm_head", true));
}

TEST(LoraConfigs, Excluded) {
    EXPECT_FALSE(with({{"exclude_modules", {"SelfAttention.q"}}}).targets(kQuery, false));
    EXPECT_FALSE(with({{"exclude_modules", ".*block\\.3.*"}}).targets(kQuery, false));
    EXPECT_TRUE(with({{"exclude_modules", ".*block\\.4.*"}}).targets(kQuery, false));
    EXPECT_FALSE(with({{"modules_to_save", {"SelfAttention"}}}).targets(kQuery, false));
    EXPECT_TRUE(with({{"modules_to_save", {"Self"}}}).targets(kQuery, false));
}

TEST(LoraConfigs, Layers) {
    const std::string second = "model.layers.2.self_attn.q_proj";
    const auto config = [](const Json& changes) {
        Json json = {{"target_modules", {"q_proj", "model.layers.9.self_attn.q_proj"}}};
        json.merge_patch(changes);
        return with(json);
    };
    EXPECT_TRUE(config({{"layers_to_transform", {0, 2}}}).targets(second, false));
    EXPECT_FALSE(config({{"layers_to_transform", {0, 1}}}).targets(second, false));
    EXPECT_TRUE(config({{"layers_to_transform", 2}}).targets(second, false));
    EXPECT_TRUE(config({{"layers_to_transform", Json::array()}}).targets(second, false));
    EXPECT_TRUE(config({{"layers_to_transform", {2}}, {"layers_pattern", "layers"}}).targets(second, false));
    EXPECT_TRUE(
        config({{"layers_to_transform", {2}}, {"layers_pattern", {"h", "layers"}}}).targets(second, false));
    EXPECT_FALSE(config({{"layers_to_transform", {2}}, {"layers_pattern", {"h"}}}).targets(second, false));
    EXPECT_TRUE(config({{"layers_to_transform", {2}}}).targets("model.layers.9.self_attn.q_proj", false));
    // The last number counts, as in peft: here the sublayer.
    const LoraConfig t5 = with({{"layers_to_transform", {0}}});
    EXPECT_TRUE(t5.targets(kQuery, false));
    const LoraConfig block = with({{"layers_to_transform", {0}}, {"layers_pattern", "block"}});
    EXPECT_FALSE(block.targets(kQuery, false));
}

TEST(LoraConfigs, RankAndScaling) {
    EXPECT_EQ(with(Json::object()).settings(kQuery).scaling, 4);
    EXPECT_EQ(with({{"use_rslora", true}}).settings(kQuery).scaling, 8);
    const LoraConfig config = with({{"rank_pattern", {{"q", 8}, {"block.3.*", 2}}},
                                    {"alpha_pattern", {{"encoder.*k", 6.5}, {"^lm_head", 3}}}});
    EXPECT_EQ(config.settings(kQuery).rank, 8);
    EXPECT_EQ(config.settings(kQuery).scaling, 2);
    EXPECT_EQ(config.settings(kKey).rank, 2);
    EXPECT_EQ(config.settings(kKey).scaling, 3.25);
    EXPECT_EQ(config.settings("lm_head").rank, 4);
    EXPECT_EQ(config.settings("lm_head").scaling, 0.75);
    EXPECT_EQ(config.settings("decoder.block.1.layer.0.SelfAttention.seq").rank, 4);
    const LoraConfig stabilised = with({{"use_rslora", true}, {"rank_pattern", {{"q", 9}}}});
    EXPECT_DOUBLE_EQ(stabilised.settings(kQuery).scaling, 16.0 / 3);
}

TEST(LoraConfigs, WhatChangesTheResultIsRefusedByName) {
    const auto refused = [](const Json& changes, const std::vector<std::string>& parts) {
        SCOPED_TRACE(changes.dump());
        expectError(ErrorKind::Input, parts, [&] { (void)with(changes); });
    };
    refused({{"peft_type", "LOHA"}}, {"LOHA"});
    refused({{"peft_type", "VERA"}}, {"VERA"});
    refused({{"use_dora", true}}, {"use_dora", "DoRA"});
    refused({{"use_qalora", true}}, {"QALoRA"});
    refused({{"bias", "all"}}, {"bias", "\"all\""});
    refused({{"bias", "lora_only"}}, {"\"lora_only\""});
    refused({{"lora_bias", true}}, {"lora_bias"});
    refused({{"init_lora_weights", "pissa"}}, {"\"pissa\""});
    refused({{"init_lora_weights", "pissa_niter_4"}}, {"\"pissa_niter_4\""});
    refused({{"init_lora_weights", "olora"}}, {"\"olora\""});
    refused({{"loftq_config", {{"loftq_bits", 4}}}}, {"loftq_config"});
    refused({{"corda_config", {{"x", 1}}}}, {"CorDA"});
    refused({{"layer_replication", {{0, 1}}}}, {"layer_replication"});
    refused({{"target_parameters", {"experts"}}}, {"target_parameters"});
    refused({{"trainable_token_indices", {1}}}, {"trainable_token_indices"});
    refused({{"alora_invocation_tokens", {1}}}, {"alora_invocation_tokens"});
    refused({{"megatron_config", {{"x", 1}}}}, {"megatron_config"});
    refused({{"ensure_weight_tying", true}, {"modules_to_save", {"lm_head"}}}, {"ensure_weight_tying"});
    refused({{"some_new_thing", "on"}}, {"some_new_thing"});
    refused({{"target_modules", nullptr}}, {"target_modules"});
    EXPECT_NO_THROW(with({{"some_new_thing", false}, {"other", Json::array()}, {"third", nullptr}}));
    EXPECT_NO_THROW(with(
        {{"init_lora_weights", "gaussian"}, {"fan_in_fan_out", true}, {"loftq_config", Json::object()}}));
}

TEST(LoraConfigs, DamagedValues) {
    const auto refused = [](const Json& changes, const std::vector<std::string>& parts) {
        SCOPED_TRACE(changes.dump());
        expectError(ErrorKind::Format, parts, [&] { (void)with(changes); });
    };
    refused({{"r", 0}}, {"r is 0"});
    refused({{"r", "8"}}, {"\"r\""});
    refused({{"r", 1e30}}, {"\"r\""});
    refused({{"lora_alpha", "x"}}, {"lora_alpha"});
    refused({{"use_rslora", 1}}, {"use_rslora"});
    refused({{"rank_pattern", {{"q", 0}}}}, {"rank_pattern", "\"q\""});
    refused({{"rank_pattern", {{"q", 2.5}}}}, {"rank_pattern"});
    refused({{"alpha_pattern", {{"q", "x"}}}}, {"alpha_pattern"});
    refused({{"rank_pattern", {1}}}, {"rank_pattern"});
    refused({{"rank_pattern", {{"a)|(b", 2}}}}, {"rank_pattern"});
    refused({{"target_modules", "("}}, {"target_modules"});
    refused({{"target_modules", {1}}}, {"target_modules"});
    refused({{"target_modules", 5}}, {"target_modules"});
    refused({{"exclude_modules", {1}}}, {"exclude_modules"});
    refused({{"modules_to_save", 1}}, {"modules_to_save"});
    refused({{"layers_to_transform", {"x"}}}, {"layers_to_transform"});
    refused({{"layers_to_transform", {1}}, {"layers_pattern", 5}}, {"layers_pattern"});
    refused({{"layers_to_transform", {1}}, {"target_modules", ".*"}}, {"layers_to_transform"});
    expectError(ErrorKind::Format, {"object"}, [] { LoraConfig(Json::array(), "x"); });
    expectError(ErrorKind::Format, {"peft_type"}, [] { LoraConfig(Json::object(), "x"); });
}

// A pattern that would take for ever is given up.
TEST(LoraConfigs, PatternsThatNeverEnd) {
    const std::string name(60, 'a');
    const LoraConfig config = with({{"target_modules", "(?:(?:a+)+)+[bc]"}});
    expectError(ErrorKind::Format, {"target_modules"}, [&] { (void)config.targets(name, false); });
}

}  // namespace
}  // namespace jumplora
