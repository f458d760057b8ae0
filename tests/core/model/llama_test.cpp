// SPDX-License-Identifier: Apache-2.0
// The packed decoder-only model against one written the plain way, over the settings that checkpoints have.
#include "model/llama.h"

#include "core/model/plain_llama.h"
#include "support/errors.h"
#include "support/shared_data.h"
#include "support/tiny_llama.h"

#include <gtest/gtest.h>

#include <set>

namespace jumplora {
namespace {

using testing::expectError;
using testing::PlainLlama;
using testing::sharedData;
using testing::TemporaryFolder;
using testing::tinyLlamaConfig;
using testing::tinyLlamaWeights;
using testing::writeLlamaFolder;
using testing::writeTinyLlama;

struct Setting {
    const char* name;
    Json changes;
};

const std::vector<Setting>& settings() {
    static const std::vector<Setting> all = {
        {"plain", Json::object()},
        {"tied", {{"tie_word_embeddings", true}}},
        {"own_keys_for_each_head", {{"num_key_value_heads", 4}}},
        {"one_of_keys", {{"num_key_value_heads", 1}, {"head_dim", 10}}},
        {"narrow_heads", {{"head_dim", 2}}},
        {"biases", {{"attention_bias", true}, {"mlp_bias", true}}},
        {"gelu", {{"hidden_act", "gelu"}}},
        {"relu", {{"hidden_act", "relu"}}},
        {"theta", {{"rope_theta", 500}}},
        {"linear_rope", {{"rope_scaling", {{"type", "linear"}, {"factor", 3}}}}},
        {"one_layer", {{"num_hidden_layers", 1}}},
        {"mistral_window", {{"model_type", "mistral"}, {"sliding_window", 5}}},
        {"mistral_window_of_one", {{"model_type", "mistral"}, {"sliding_window", 1}}},
        {"mistral_without_window", {{"model_type", "mistral"}, {"sliding_window", nullptr}}},
        {"qwen2", {{"model_type", "qwen2"}}},
        {"qwen2_window",
         {{"model_type", "qwen2"},
          {"use_sliding_window", true},
          {"sliding_window", 4},
          {"max_window_layers", 2}}},
        {"qwen2_unused_window",
         {{"model_type", "qwen2"}, {"use_sliding_window", false}, {"sliding_window", 4}}},
        {"qwen3", {{"model_type", "qwen3"}}},
        {"qwen3_layers",
         {{"model_type", "qwen3"},
          {"attention_bias", true},
          {"use_sliding_window", true},
          {"sliding_window", 3},
          {"layer_types", {"sliding_attention", "full_attention", "sliding_attention"}}}},
    };
    return all;
}

std::vector<std::int32_t> randomIds(Rng& rng, std::size_t length) {
    std::vector<std::int32_t> ids(length);
    for (std::int32_t& id : ids) id = static_cast<std::int32_t>(rng.below(31));
    return ids;
}

std::vector<TokenRow> sampleRows() {
    Rng rng(7);
    std::vector<TokenRow> rows;
    for (const auto& [source, target] :
         std::vector<std::pair<std::size_t, std::size_t>>{{5, 3}, {1, 1}, {19, 2}, {2, 9}, {19, 1}})
        rows.push_back({randomIds(rng, source), randomIds(rng, target)});
    return rows;
}

double relative(const at::Tensor& a, const at::Tensor& b) {
    return ((a - b).abs().max() / b.abs().max().clamp_min(1e-30)).item<double>();
}

// Angles are single precision in the packed model, as in transformers, and double in the plain one.
constexpr double kTolerance = 1e-5;

std::unique_ptr<Llama> loadLlama(const std::filesystem::path& folder, at::ScalarType dtype = at::kDouble) {
    BackboneOptions options;
    options.dtype = dtype;
    auto loaded = loadBackbone(folder.string(), options);
    auto* model = dynamic_cast<Llama*>(loaded.get());
    EXPECT_NE(model, nullptr);
    (void)loaded.release();
    return std::unique_ptr<Llama>(model);
}

class LlamaSettings : public ::testing::TestWithParam<Setting> {
  protected:
    std::unique_ptr<Llama> load() {
        m_config = tinyLlamaConfig(GetParam().changes);
        m_weights = tinyLlamaWeights(m_config, 5);
        writeLlamaFolder(m_folder.path(), m_config, m_weights);
        return loadLlama(m_folder.path());
    }
    [[nodiscard]] PlainLlama plain() const { return {m_config, m_weights}; }

    TemporaryFolder m_folder;
    Json m_config;
    std::map<std::string, at::Tensor> m_weights;
};

// Mean cross-entropy of the tokens from `first(row)` on.
template <typename First>
at::Tensor plainLoss(const PlainLlama& model, const std::vector<TokenRow>& rows, const First& first) {
    std::vector<at::Tensor> losses;
    for (const TokenRow& row : rows) {
        std::vector<std::int32_t> ids = row.source;
        ids.insert(ids.end(), row.target.begin(), row.target.end());
        const at::Tensor logProbabilities = at::log_softmax(model.logits(ids), -1);
        for (std::size_t i = first(row); i < ids.size(); ++i)
            losses.push_back(-logProbabilities[static_cast<std::int64_t>(i) - 1][ids[i]]);
    }
    return at::stack(losses).mean();
}

TEST_P(LlamaSettings, LossAndEveryGradientEqualThePlainModel) {
    const auto model = load();
    for (const TensorSlot& slot : model->parameters()) slot.tensor->set_requires_grad(true);
    for (auto& [name, weight] : m_weights) weight.set_requires_grad(true);
    const auto rows = sampleRows();
    const at::Tensor loss = model->loss(rows, nullptr);
    loss.backward();
    const at::Tensor expected =
        plainLoss(plain(), rows, [](const TokenRow& row) { return row.source.size(); });
    expected.backward();
    EXPECT_NEAR(loss.item<double>(), expected.item<double>(), kTolerance);
    ASSERT_EQ(model->parameters().size(), m_weights.size());
    for (const TensorSlot& slot : model->parameters()) {
        ASSERT_TRUE(slot.tensor->grad().defined()) << slot.name;
        EXPECT_LT(relative(slot.tensor->grad(), m_weights.at(slot.name).grad()), kTolerance) << slot.name;
    }
}

TEST_P(LlamaSettings, GreedyIdsEqualThePlainModel) {
    const auto model = load();
    const at::NoGradGuard noGrad;
    const auto rows = sampleRows();
    const auto answers = model->generate(rows, 19);  // more than a cache has room for at first
    for (std::size_t r = 0; r < rows.size(); ++r)
        EXPECT_EQ(answers[r], plain().greedy(rows[r].source, model->config().stopIds, 19)) << "row " << r;
}

INSTANTIATE_TEST_SUITE_P(All, LlamaSettings, ::testing::ValuesIn(settings()),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(LlamaLoss, MayCountTheSourceToo) {
    const TemporaryFolder folder;
    const Json config = tinyLlamaConfig();
    const auto weights = tinyLlamaWeights(config, 3);
    writeLlamaFolder(folder.path(), config, weights);
    auto rows = sampleRows();
    for (TokenRow& row : rows) row.lossOnSource = true;
    const at::NoGradGuard noGrad;
    EXPECT_NEAR(
        loadLlama(folder.path())->loss(rows, nullptr).item<double>(),
        plainLoss(PlainLlama(config, weights), rows, [](const TokenRow&) { return 1; }).item<double>(),
        kTolerance);
}

TEST(LlamaLoss, AttentionDropoutFollowsItsSeed) {
    const TemporaryFolder folder;
    writeTinyLlama(folder.path(), tinyLlamaConfig({{"attention_dropout", 0.3}}), 3);
    const auto model = loadLlama(folder.path());
    EXPECT_EQ(model->configuredDropout(), 0.3);
    const at::NoGradGuard noGrad;
    const auto lossWith = [&](double probability, std::uint64_t seed) {
        DropoutSource dropout(probability, seed);
        return model->loss(sampleRows(), &dropout).item<double>();
    };
    EXPECT_EQ(lossWith(0.3, 1), lossWith(0.3, 1));
    EXPECT_NE(lossWith(0.3, 1), lossWith(0.3, 2));
    EXPECT_EQ(lossWith(0, 1), model->loss(sampleRows(), nullptr).item<double>());
}

TEST(LlamaLoss, NothingIsKeptBelowTheLowestLayerThatLearns) {
    const TemporaryFolder folder;
    writeTinyLlama(folder.path(), tinyLlamaConfig(), 3);
    const auto model = loadLlama(folder.path());
    EXPECT_FALSE(model->loss(sampleRows(), nullptr).requires_grad());
    Linear* last = model->linears().back();
    last->weight.set_requires_grad(true);
    model->loss(sampleRows(), nullptr).backward();
    EXPECT_TRUE(last->weight.grad().defined());
    for (const TensorSlot& slot : model->parameters())
        EXPECT_EQ(slot.tensor->grad().defined(), slot.tensor == &last->weight) << slot.name;
}

TEST(LlamaLoss, RefusesWhatIsNoRow) {
    const TemporaryFolder folder;
    writeTinyLlama(folder.path(), tinyLlamaConfig(), 3);
    const auto model = loadLlama(folder.path());
    const std::vector<TokenRow> empty = {{{}, {1}}};
    const std::vector<TokenRow> outside = {{{1}, {31}}};
    expectError(ErrorKind::Input, {"row 0", "source"}, [&] { (void)model->loss(empty, nullptr); });
    expectError(ErrorKind::Input, {"row 0", "target", "31", "30"},
                [&] { (void)model->loss(outside, nullptr); });
    expectError(ErrorKind::Input, {"without rows"}, [&] { (void)model->loss({}, nullptr); });
    expectError(ErrorKind::Input, {"row 0", "source"}, [&] { (void)model->generate(empty, 3); });
    EXPECT_TRUE(model->generate({}, 3).empty());
}

// Rows leave the batch one after another as they end, by any of several ids.
TEST(LlamaGeneration, RowsThatEndEarlyDoNotDisturbTheOthers) {
    std::set<std::size_t> lengths;
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        const TemporaryFolder folder;
        const Json changes = {{"model_type", "mistral"},
                              {"sliding_window", 9},
                              {"eos_token_id", {3, 11, 17, static_cast<int>(seed)}}};
        writeTinyLlama(folder.path(), tinyLlamaConfig(changes), seed);
        const auto model = loadLlama(folder.path());
        Rng rng(seed);
        std::vector<TokenRow> rows(12);
        for (TokenRow& row : rows) row.source = randomIds(rng, 1 + rng.below(30));
        const auto together = model->generate(rows, 24);
        for (std::size_t r = 0; r < rows.size(); ++r) {
            EXPECT_EQ(together[r], model->generate(std::span(&rows[r], 1), 24)[0]);
            lengths.insert(together[r].size());
        }
    }
    EXPECT_GE(lengths.size(), 6U) << "rows of many lengths were compared";
}

TEST(LlamaGeneration, IdsOfGenerationConfigEndRows) {
    const TemporaryFolder folder;
    writeTinyLlama(folder.path(), tinyLlamaConfig(), 1);
    const std::vector<TokenRow> rows = {{{5, 6, 7}, {}}};
    const auto before = loadLlama(folder.path())->generate(rows, 6)[0];
    ASSERT_EQ(before.size(), 6U);
    writeFileAtomically(folder.path() / "generation_config.json",
                        Json{{"eos_token_id", {30, before[2]}}}.dump());
    const auto place = std::find(before.begin(), before.end(), before[2]);
    EXPECT_EQ(loadLlama(folder.path())->generate(rows, 6)[0],
              (std::vector<std::int32_t>(before.begin(), place + 1)));
}

TEST(LlamaLoading, NamesMayLackThePrefixAndOldBuffersDoNoHarm) {
    const TemporaryFolder folder;
    const Json config = tinyLlamaConfig({{"tie_word_embeddings", true}});
    const auto weights = tinyLlamaWeights(config, 3);
    writeLlamaFolder(folder.path(), config, weights);
    const at::NoGradGuard noGrad;
    const double expected = loadLlama(folder.path())->loss(sampleRows(), nullptr).item<double>();
    auto old = weights;
    old["lm_head.weight"] = weights.at("model.embed_tokens.weight").clone();
    old["model.layers.1.self_attn.rotary_emb.inv_freq"] = at::ones({3});
    writeLlamaFolder(folder.path(), config, old);
    EXPECT_EQ(loadLlama(folder.path())->loss(sampleRows(), nullptr).item<double>(), expected);
    std::map<std::string, at::Tensor> bare;
    for (const auto& [name, weight] : weights) bare[name.substr(std::string("model.").size())] = weight;
    writeLlamaFolder(folder.path(), config, bare);
    const auto model = loadLlama(folder.path());
    EXPECT_EQ(model->loss(sampleRows(), nullptr).item<double>(), expected);
    EXPECT_EQ(model->linears().front()->name, "model.layers.0.self_attn.q_proj");
}

TEST(LlamaLoading, WhatDoesNotFitIsListedByName) {
    const TemporaryFolder folder;
    const Json config = tinyLlamaConfig();
    auto weights = tinyLlamaWeights(config, 3);
    weights.erase("lm_head.weight");
    weights["model.layers.0.self_attn.o_proj.bias"] = at::zeros({12});
    weights["model.norm.weight"] = at::zeros({13});
    writeLlamaFolder(folder.path(), config, weights);
    expectError(ErrorKind::Format,
                {"lm_head.weight", "model.layers.0.self_attn.o_proj.bias", "model.norm.weight", "13"},
                [&] { (void)loadLlama(folder.path()); });
}

// Published numbers of a trained model.
TEST(LlamaPublished, LogitsAndTextOfStories) {
    const auto folder = sharedData("models/stories260K");
    JUMPLORA_REQUIRE_DATA(folder / "golden_greedy.json");
    const Json greedy = readJsonFile(folder / "golden_greedy.json");
    const Json forward = readJsonFile(folder / "golden_forward.json");
    for (const at::ScalarType type : {at::kFloat, at::kDouble}) {
        const auto model = loadLlama(folder, type);
        const at::NoGradGuard noGrad;
        const auto logitsOf = [&](const std::vector<std::int32_t>& ids) {
            const auto count = static_cast<std::int64_t>(ids.size());
            const auto rows = std::make_shared<const PackedRows>(std::vector<std::int64_t>{count});
            const at::Tensor tensor =
                at::tensor(std::vector<std::int64_t>(ids.begin(), ids.end()), at::kLong);
            return model->logits(model->decode(tensor, rows, count, at::arange(count, at::kLong), nullptr));
        };
        const auto expectRow = [](const at::Tensor& row, const Json& expected) {
            const at::Tensor recorded = at::tensor(expected.get<std::vector<double>>(), at::kDouble);
            EXPECT_LT(relative(row.to(at::kDouble), recorded), 1e-5);
        };
        // The text, and the logits at its first positions.
        const auto prompt = greedy.at("prompt_ids").get<std::vector<std::int32_t>>();
        const auto expected = greedy.at("greedy_ids").get<std::vector<std::int32_t>>();
        const std::vector<TokenRow> rows = {{prompt, {}}};
        EXPECT_EQ(model->generate(rows, static_cast<std::int64_t>(expected.size()))[0], expected);
        const Json& first = greedy.at("logits_first_8_positions");
        std::vector<std::int32_t> ids = prompt;
        ids.insert(ids.end(), expected.begin(), expected.end());
        ids.resize(first.size());
        const at::Tensor logits = logitsOf(ids);
        for (std::size_t i = 0; i < first.size(); ++i)
            expectRow(logits[static_cast<std::int64_t>(i)], first[i]);
        // A text that is given: the loss of each of its tokens, the logits behind it.
        const auto given = forward.at("input_ids").get<std::vector<std::int32_t>>();
        const TokenRow row{{given.front()}, {given.begin() + 1, given.end()}};
        EXPECT_NEAR(model->loss(std::span(&row, 1), nullptr).item<double>(),
                    forward.at("labels_shifted_ce_mean").get<double>(), 1e-5);
        expectRow(logitsOf(given)[static_cast<std::int64_t>(given.size()) - 1],
                  forward.at("last_position_logits"));
    }
}

}  // namespace
}  // namespace jumplora
