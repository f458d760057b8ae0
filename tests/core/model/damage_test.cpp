// SPDX-License-Identifier: Apache-2.0
// Damaged checkpoints: a typed error or a model that works, never a crash, never memory that no file stands
// for.
#include "model/backbone.h"
#include "support/mutation.h"
#include "support/shared_data.h"
#include "support/tiny_llama.h"
#include "support/tiny_t5.h"

#include <gtest/gtest.h>

namespace jumplora {
namespace {

using testing::damageFileOnDisk;
using testing::headerBytes;
using testing::TemporaryFolder;

void useModel(const std::filesystem::path& folder) {
    const auto model = loadBackbone(folder.string(), {});
    const std::vector<TokenRow> rows = {{{3, 4, 1}, {5, 1}}, {{6}, {1}}};
    for (const auto& answer : model->generate(rows, 4)) {
        for (const std::int32_t id : answer) ASSERT_LT(id, model->vocabularySize());
    }
    (void)model->loss(rows, nullptr);
}

TEST(BackboneDamage, Configurations) {
    const TemporaryFolder folder;
    testing::writeTinyT5(folder.path(), testing::tinyConfig(), 1);
    const auto count =
        damageFileOnDisk(folder.path() / "config.json", 0, 2, 1000, [&] { useModel(folder.path()); });
    EXPECT_GT(count.refused, 400);
    EXPECT_GT(count.accepted, 100);
}

// Every setting that a decoder-only model may have, in four files.
TEST(BackboneDamage, DecoderOnlyConfigurations) {
    const Json yarn = {{"rope_type", "yarn"},  {"factor", 4.0},    {"original_max_position_embeddings", 32},
                       {"beta_fast", 32.0},    {"beta_slow", 1.0}, {"mscale", 1.0},
                       {"mscale_all_dim", 0.5}};
    const Json llama3 = {{"rope_type", "llama3"},
                         {"factor", 8.0},
                         {"low_freq_factor", 1.0},
                         {"high_freq_factor", 4.0},
                         {"original_max_position_embeddings", 32}};
    const std::vector<Json> configs = {
        {{"rope_scaling", yarn}, {"attention_bias", true}, {"mlp_bias", true}, {"eos_token_id", {2, 3}}},
        {{"model_type", "mistral"}, {"sliding_window", 5}, {"rope_scaling", llama3}},
        {{"model_type", "qwen2"},
         {"use_sliding_window", true},
         {"sliding_window", 5},
         {"max_window_layers", 1},
         {"rope_scaling", {{"type", "dynamic"}, {"factor", 2.0}}}},
        {{"model_type", "qwen3"},
         {"use_sliding_window", true},
         {"sliding_window", 5},
         {"tie_word_embeddings", true},
         {"layer_types", {"full_attention", "sliding_attention", "full_attention"}},
         {"rope_parameters", {{"rope_type", "linear"}, {"factor", 2.0}, {"rope_theta", 100.0}}}}};
    testing::DamageCount count;
    for (std::size_t i = 0; i < configs.size(); ++i) {
        const TemporaryFolder folder;
        testing::writeTinyLlama(folder.path(), testing::tinyLlamaConfig(configs[i]), 1);
        const auto one =
            damageFileOnDisk(folder.path() / "config.json", 0, 20 + i, 500, [&] { useModel(folder.path()); });
        count.refused += one.refused;
        count.accepted += one.accepted;
    }
    EXPECT_GT(count.refused, 800);
    EXPECT_GT(count.accepted, 20) << "most damage makes a setting that is not known";
}

TEST(BackboneDamage, GenerationConfigurations) {
    const TemporaryFolder folder;
    testing::writeTinyLlama(folder.path(), testing::tinyLlamaConfig(), 1);
    writeFileAtomically(folder.path() / "generation_config.json",
                        Json{{"eos_token_id", {2, 30}}, {"pad_token_id", 0}, {"temperature", 0.7}}.dump());
    const auto count = damageFileOnDisk(folder.path() / "generation_config.json", 0, 30, 300,
                                        [&] { useModel(folder.path()); });
    EXPECT_GT(count.refused, 100);
    EXPECT_GT(count.accepted, 50);
}

TEST(BackboneDamage, Weights) {
    const TemporaryFolder folder;
    testing::writeTinyT5(folder.path(), testing::tinyConfig(), 1);
    const auto file = folder.path() / "model.safetensors";
    const auto count = damageFileOnDisk(file, headerBytes(file), 3, 1000, [&] { useModel(folder.path()); });
    EXPECT_GT(count.refused, 400);
    EXPECT_GT(count.accepted, 150);
}

}  // namespace
}  // namespace jumplora
