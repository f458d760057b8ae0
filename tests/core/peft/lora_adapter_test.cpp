// SPDX-License-Identifier: Apache-2.0
#include "peft/lora_adapter.h"

#include "peft/adapter_import.h"
#include "peft/verify_peft.h"
#include "support/errors.h"
#include "support/mutation.h"
#include "support/shared_data.h"
#include "support/tiny_model.h"
#include "support/tiny_t5.h"
#include "weights/weights.h"

#include <gtest/gtest.h>

namespace jumplora {
namespace {

using testing::expectError;
using testing::largestDifference;
using testing::randomTensor;
using testing::TemporaryFolder;
using Tensors = std::vector<std::pair<std::string, at::Tensor>>;

class LoraAdapters : public ::testing::Test {
  protected:
    void SetUp() override {
        std::filesystem::create_directory(m_base);
        std::filesystem::create_directory(m_adapter);
        writeBase(true);
    }
    void writeBase(bool tied) {
        T5Config config = testing::tinyConfig();
        config.tiedEmbeddings = tied;
        testing::writeTinyT5(m_base, config, 5);
    }
    std::unique_ptr<Backbone> base() {
        BackboneOptions options;
        options.dtype = at::kDouble;
        return loadBackbone(m_base.string(), options);
    }
    // A and B of rank r for every layer whose name ends so.
    Tensors pairs(const std::string& ending, std::int64_t rank) {
        Tensors tensors;
        const auto model = base();
        for (const Linear* layer : model->linears()) {
            if (!layer->name.ends_with(ending)) continue;
            const std::string stem = "base_model.model." + layer->name;
            tensors.emplace_back(stem + ".lora_A.weight",
                                 randomTensor({rank, layer->weight.size(1)}, tensors.size()).to(at::kFloat));
            tensors.emplace_back(stem + ".lora_B.weight",
                                 randomTensor({layer->weight.size(0), rank}, tensors.size()).to(at::kFloat));
        }
        return tensors;
    }
    void write(const Tensors& tensors, const Json& changes = Json::object()) {
        Json config = {{"peft_type", "LORA"}, {"r", 3}, {"lora_alpha", 6}, {"target_modules", {"q"}}};
        config.merge_patch(changes);
        writeFileAtomically(m_adapter / "adapter_config.json", config.dump());
        writeTensors(m_adapter / "adapter_model.safetensors", tensors, {{"format", "pt"}});
    }
    void refused(ErrorKind kind, const std::vector<std::string>& parts) {
        const auto model = base();
        expectError(kind, parts, [&] { const LoraAdapter adapter(m_adapter, *model); });
    }
    double loss(Backbone& model) { return model.loss(m_rows, nullptr).item<double>(); }

    TemporaryFolder m_folder;
    std::filesystem::path m_base = m_folder.path() / "base";
    std::filesystem::path m_adapter = m_folder.path() / "adapter";
    std::vector<TokenRow> m_rows = {{{3, 4, 1}, {5, 1}}, {{6, 9, 11, 1}, {7, 8, 1}}};
};

TEST_F(LoraAdapters, InPlaceAndMergedAreTheSameModel) {
    write(pairs(".q", 3));
    const auto model = base();
    const double before = loss(*model);
    const LoraAdapter adapter(m_adapter, *model);
    EXPECT_EQ(adapter.modules().size(), 2U + 2U * 3U);
    double inPlace = 0;
    {
        const LoraAdapter::InPlace scope(adapter);
        inPlace = loss(*model);
    }
    EXPECT_GT(std::abs(inPlace - before), 1e-3);
    EXPECT_EQ(loss(*model), before);
    const LoraAdapter::Module& first = adapter.modules().front();
    const at::Tensor expected = *first.weight + 2 * at::mm(first.b, first.a);
    adapter.merge();
    EXPECT_LT(largestDifference(*first.weight, expected), 1e-12);
    EXPECT_NEAR(loss(*model), inPlace, 1e-9);
}

TEST_F(LoraAdapters, ModulesStoredAsAWhole) {
    writeBase(false);
    Tensors tensors = pairs(".q", 3);
    const auto model = base();
    tensors.emplace_back("base_model.model.lm_head.weight", randomTensor({29, 12}, 3));
    tensors.emplace_back("base_model.model.decoder.final_layer_norm.weight", randomTensor({12}, 4));
    tensors.emplace_back("base_model.model.encoder.final_layer_norm.weight", randomTensor({12}, 5));
    write(tensors, {{"modules_to_save", {"lm_head", "final_layer_norm"}}});
    const double before = loss(*model);
    const LoraAdapter adapter(m_adapter, *model);
    EXPECT_EQ(adapter.replacements().size(), 3U);
    double inPlace = 0;
    {
        const LoraAdapter::InPlace scope(adapter);
        inPlace = loss(*model);
    }
    EXPECT_EQ(loss(*model), before);
    adapter.merge();
    EXPECT_NEAR(loss(*model), inPlace, 1e-9);
}

TEST_F(LoraAdapters, TheLayerThatMakesLogits) {
    writeBase(false);
    Tensors tensors = {{"base_model.model.lm_head.lora_A.weight", randomTensor({3, 12}, 1)},
                       {"base_model.model.lm_head.lora_B.weight", randomTensor({29, 3}, 2)}};
    write(tensors, {{"target_modules", {"lm_head"}}});
    const auto model = base();
    const double before = loss(*model);
    const LoraAdapter adapter(m_adapter, *model);
    double inPlace = 0;
    {
        const LoraAdapter::InPlace scope(adapter);
        inPlace = loss(*model);
    }
    EXPECT_GT(std::abs(inPlace - before), 1e-3);
    EXPECT_EQ(loss(*model), before);
    adapter.merge();
    EXPECT_NEAR(loss(*model), inPlace, 1e-9);
    // With a weight of its own the backbone's does not matter.
    tensors.emplace_back("base_model.model.lm_head.base_layer.weight", at::zeros({29, 12}));
    write(tensors, {{"target_modules", {"lm_head"}}});
    const LoraAdapter own(m_adapter, *model);
    own.merge();
    const LoraAdapter::Module& head = own.modules().front();
    EXPECT_LT(largestDifference(*head.weight, 2 * at::mm(head.b, head.a)), 1e-12);
    writeBase(true);
    refused(ErrorKind::Input, {"lm_head", "embedding"});
}

TEST_F(LoraAdapters, WhatDoesNotFitIsNamed) {
    const Tensors good = pairs(".q", 3);
    const std::string name = good.front().first;
    Tensors tensors(good.begin() + 1, good.end());
    write(tensors);
    refused(ErrorKind::Format, {"missing (1): " + name});
    tensors = good;
    tensors.front().second = tensors.front().second.narrow(0, 0, 2);
    write(tensors);
    refused(ErrorKind::Format, {"of another shape", name, "[2, 12], expected [3, 12]"});
    tensors = good;
    tensors.emplace_back("base_model.model.shared.lora_embedding_A", randomTensor({3, 29}, 1));
    tensors.emplace_back("base_model.model.x.lora_magnitude_vector", randomTensor({3}, 1));
    write(tensors);
    refused(ErrorKind::Format, {"not known (2)", "lora_embedding_A", "lora_magnitude_vector"});
    tensors = good;
    tensors.front().second = tensors.front().second.clone();
    tensors.front().second[0][0] = std::nan("");
    write(tensors);
    refused(ErrorKind::Format, {name, "not finite"});
    tensors.front().second = good.front().second.to(at::kLong);
    write(tensors);
    refused(ErrorKind::Format, {name, "I64"});
    write(good, {{"rank_pattern", {{"q", 5}}}});
    refused(ErrorKind::Format, {"[3, 12], expected [5, 12]"});
    write(good, {{"modules_to_save", {"final_layer_norm"}}});
    refused(ErrorKind::Format, {"missing (2)", "final_layer_norm"});
    tensors = good;
    tensors.emplace_back("base_model.model.lm_head.weight", randomTensor({29, 12}, 3));
    write(tensors, {{"modules_to_save", {"lm_head"}}});
    refused(ErrorKind::Input, {"lm_head.weight", "one weight for several"});
    tensors.back() = {"base_model.model.shared.weight", randomTensor({29, 12}, 3)};
    write(tensors, {{"modules_to_save", {"shared"}}});
    refused(ErrorKind::Input, {"shared.weight", "one weight for several"});
    write({}, {{"target_modules", {"nothing"}}});
    refused(ErrorKind::Input, {"names no layer"});
    std::filesystem::remove(m_adapter / "adapter_config.json");
    refused(ErrorKind::Input, {"adapter_config.json is missing"});
}

TEST_F(LoraAdapters, ImportWritesAFolderThatLoads) {
    writeFileAtomically(m_base / "generation_config.json", "{\"max_new_tokens\": 7}");
    write(pairs(".q", 3));
    const auto merged = base();
    LoraAdapter(m_adapter, *merged).merge();
    const auto output = m_folder.path() / "out";
    const auto report = importAdapter(m_adapter, m_base.string(), output, "float32");
    EXPECT_FALSE(report.tokenizer);
    EXPECT_TRUE(std::filesystem::exists(output / "generation_config.json"));
    EXPECT_EQ(readJsonFile(output / "config.json").at("torch_dtype"), "float32");
    BackboneOptions options;
    options.dtype = at::kDouble;
    const auto loaded = loadBackbone(output.string(), options);
    EXPECT_NEAR(loss(*loaded), loss(*merged), 1e-5);
    expectError(ErrorKind::Input, {output.string(), "not empty"},
                [&] { importAdapter(m_adapter, m_base.string(), output, "float32"); });
    const auto narrow = m_folder.path() / "narrow";
    importAdapter(m_adapter, m_base.string(), narrow, "bfloat16");
    EXPECT_EQ(SafetensorsFile(narrow / "model.safetensors").tensors().front().dtype, DType::BF16);
    const AdapterSummary summary = describeAdapter(m_adapter, m_base.string());
    EXPECT_EQ(summary.modules, 8);
    EXPECT_EQ(summary.largestRank, 3);
    EXPECT_EQ(summary.largestScaling, 2);
}

TEST_F(LoraAdapters, DamagedConfiguration) {
    write(pairs(".q", 3), {{"rank_pattern", {{"block.1.*q", 3}}},
                           {"alpha_pattern", {{"^encoder.*q", 2.5}}},
                           {"exclude_modules", "encoder\\..*k"},
                           {"layers_to_transform", nullptr},
                           {"modules_to_save", nullptr},
                           {"use_rslora", false},
                           {"bias", "none"}});
    const auto model = base();
    const auto file = m_adapter / "adapter_config.json";
    const auto count = testing::damageFileOnDisk(file, readFile(file).size(), 9, 5000, [&] {
        const LoraAdapter adapter(m_adapter, *model);
        ASSERT_LE(adapter.modules().size(), 8U);
    });
    EXPECT_GT(count.refused, 1000);
    EXPECT_GT(count.accepted, 20);
}

TEST_F(LoraAdapters, DamagedTensors) {
    write(pairs(".q", 3));
    const auto model = base();
    const auto file = m_adapter / "adapter_model.safetensors";
    const auto count = testing::damageFileOnDisk(file, testing::headerBytes(file), 10, 1500,
                                                 [&] { const LoraAdapter adapter(m_adapter, *model); });
    EXPECT_GT(count.refused, 500);
    EXPECT_GT(count.accepted, 100);
}

TEST(RecordedAdapters, OfPeft) {
    const auto folder = testing::sharedData("golden/peft_t5");
    JUMPLORA_REQUIRE_DATA(folder);
    EXPECT_TRUE(isRecordedAdapter(folder));
    EXPECT_FALSE(isRecordedAdapter(folder.parent_path()));
    for (const bool float64 : {false, true}) {
        VerifyOptions options;
        options.float64 = float64;
        const VerifyReport report = verifyPeft(folder, options);
        EXPECT_TRUE(report.passed()) << toText(report);
        EXPECT_EQ(report.checks.size(), 5U) << toText(report);
    }
}

}  // namespace
}  // namespace jumplora
