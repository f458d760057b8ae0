// SPDX-License-Identifier: Apache-2.0
// The packed T5 against a padded one written the plain way, over the settings that checkpoints have.
#include "model/t5.h"

#include "base/file.h"
#include "base/random.h"
#include "core/model/padded_t5.h"
#include "support/errors.h"
#include "support/shared_data.h"
#include "support/tiny_t5.h"

#include <gtest/gtest.h>

#include <set>

namespace jumplora {
namespace {

using testing::expectError;
using testing::PaddedT5;
using testing::TemporaryFolder;
using testing::tinyConfig;
using testing::writeTinyT5;

struct Setting {
    const char* name;
    void (*apply)(T5Config&);
    at::ScalarType stored = at::kDouble;
};

const Setting kSettings[] = {
    {"v1_0", [](T5Config&) {}},
    {"v1_1",
     [](T5Config& c) {
         c.gated = true;
         c.activation = "gelu_new";
         c.tiedEmbeddings = false;
     }},
    {"gated_silu",
     [](T5Config& c) {
         c.gated = true;
         c.activation = "silu";
     }},
    {"gated_exact_gelu",
     [](T5Config& c) {
         c.gated = true;
         c.activation = "gelu";
     }},
    {"exact_gelu", [](T5Config& c) { c.activation = "gelu"; }},
    {"plain_silu_untied",
     [](T5Config& c) {
         c.activation = "silu";
         c.tiedEmbeddings = false;
     }},
    {"many_buckets",
     [](T5Config& c) {
         c.buckets = 32;
         c.maxDistance = 128;
     }},
    {"odd_buckets",
     [](T5Config& c) {
         c.buckets = 10;
         c.maxDistance = 13;
     }},
    {"short_distance",
     [](T5Config& c) {
         c.buckets = 6;
         c.maxDistance = 7;
     }},
    {"large_epsilon", [](T5Config& c) { c.epsilon = 0.3; }},
    {"wide_heads",
     [](T5Config& c) {
         c.heads = 2;
         c.dKv = 17;
     }},
    {"one_head_of_one",
     [](T5Config& c) {
         c.heads = 1;
         c.dKv = 1;
     }},
    {"other_special_ids",
     [](T5Config& c) {
         c.padId = 3;
         c.eosId = 7;
         c.startId = 11;
     }},
    {"start_is_not_pad", [](T5Config& c) { c.startId = 5; }},
    {"shallow",
     [](T5Config& c) {
         c.encoderLayers = 1;
         c.decoderLayers = 1;
     }},
    {"float16", [](T5Config&) {}, at::kHalf},
    {"bfloat16", [](T5Config&) {}, at::kBFloat16},
    {"float32", [](T5Config&) {}, at::kFloat},
};

std::vector<std::int32_t> randomIds(Rng& rng, std::size_t length, const T5Config& config) {
    std::vector<std::int32_t> ids(length);
    for (std::int32_t& id : ids)
        id = static_cast<std::int32_t>(rng.below(static_cast<std::uint64_t>(config.vocabularySize)));
    return ids;
}

// Rows of very different lengths, one of a single token.
std::vector<TokenRow> sampleRows(const T5Config& config) {
    Rng rng(7);
    std::vector<TokenRow> rows;
    for (const auto& [source, target] :
         std::vector<std::pair<std::size_t, std::size_t>>{{5, 3}, {1, 1}, {40, 2}, {2, 9}, {17, 1}, {40, 4}})
        rows.push_back({randomIds(rng, source, config), randomIds(rng, target, config)});
    return rows;
}

struct Padded {
    at::Tensor ids, mask, decoderIds, labels;
};

Padded padded(const std::vector<TokenRow>& rows, const T5Config& config) {
    std::size_t sources = 0;
    std::size_t targets = 0;
    for (const TokenRow& row : rows) {
        sources = std::max(sources, row.source.size());
        targets = std::max(targets, row.target.size());
    }
    const auto count = static_cast<std::int64_t>(rows.size());
    const auto full = [&](std::size_t width, std::int64_t value) {
        return at::full({count, static_cast<std::int64_t>(width)}, value, at::kLong);
    };
    Padded batch{full(sources, config.padId), full(sources, 0), full(targets, config.padId),
                 full(targets, -100)};
    for (std::size_t r = 0; r < rows.size(); ++r) {
        const auto row = static_cast<std::int64_t>(r);
        for (std::size_t i = 0; i < rows[r].source.size(); ++i) {
            batch.ids[row][static_cast<std::int64_t>(i)] = rows[r].source[i];
            batch.mask[row][static_cast<std::int64_t>(i)] = 1;
        }
        for (std::size_t i = 0; i < rows[r].target.size(); ++i) {
            batch.labels[row][static_cast<std::int64_t>(i)] = rows[r].target[i];
            batch.decoderIds[row][static_cast<std::int64_t>(i)] =
                i == 0 ? config.startId : rows[r].target[i - 1];
        }
    }
    return batch;
}

// The same numbers as leaves of their own.
PaddedT5::Weights copyOf(T5& model) {
    PaddedT5::Weights weights;
    for (const TensorSlot& slot : model.parameters())
        weights[slot.name] = slot.tensor->detach().clone().set_requires_grad(true);
    return weights;
}

double relative(const at::Tensor& a, const at::Tensor& b) {
    return ((a - b).abs().max() / b.abs().max().clamp_min(1e-30)).item<double>();
}

class T5Settings : public ::testing::TestWithParam<Setting> {
  protected:
    std::unique_ptr<T5> load(at::ScalarType dtype = at::kDouble) {
        m_config = tinyConfig();
        GetParam().apply(m_config);
        writeTinyT5(m_folder.path(), m_config, 5, GetParam().stored);
        BackboneOptions options;
        options.dtype = dtype;
        auto loaded = loadBackbone(m_folder.path().string(), options);
        auto* model = dynamic_cast<T5*>(loaded.get());
        EXPECT_NE(model, nullptr);
        (void)loaded.release();
        return std::unique_ptr<T5>(model);
    }
    TemporaryFolder m_folder;
    T5Config m_config;
};

TEST_P(T5Settings, LossAndEveryGradientEqualThePaddedModel) {
    const auto model = load();
    const auto weights = copyOf(*model);
    for (const TensorSlot& slot : model->parameters()) slot.tensor->set_requires_grad(true);
    const auto rows = sampleRows(m_config);

    const at::Tensor loss = model->loss(rows, nullptr);
    loss.backward();

    const Padded batch = padded(rows, m_config);
    const PaddedT5 reference(m_config, weights);
    const at::Tensor logits =
        reference.decode(batch.decoderIds, reference.encode(batch.ids, batch.mask), batch.mask);
    const at::Tensor expected = at::cross_entropy_loss(logits.flatten(0, 1), batch.labels.flatten());
    expected.backward();

    EXPECT_NEAR(loss.item<double>(), expected.item<double>(), 1e-11);
    for (const TensorSlot& slot : model->parameters()) {
        ASSERT_TRUE(slot.tensor->grad().defined()) << slot.name;
        EXPECT_LT(relative(slot.tensor->grad(), weights.at(slot.name).grad()), 1e-9) << slot.name;
    }
}

TEST_P(T5Settings, HiddenStatesAndLogitsEqualThePaddedModel) {
    const auto model = load();
    const auto weights = copyOf(*model);
    const auto rows = sampleRows(m_config);
    const Padded batch = padded(rows, m_config);
    const PaddedT5 reference(m_config, weights);
    const at::NoGradGuard noGrad;
    const at::Tensor memory = reference.encode(batch.ids, batch.mask);
    const at::Tensor logits = reference.decode(batch.decoderIds, memory, batch.mask);

    std::vector<std::int64_t> sources;
    std::vector<std::int64_t> targets;
    std::vector<at::Tensor> ids;
    std::vector<at::Tensor> decoderIds;
    std::vector<at::Tensor> memories;
    std::vector<at::Tensor> expected;
    for (std::size_t r = 0; r < rows.size(); ++r) {
        const auto row = static_cast<std::int64_t>(r);
        sources.push_back(static_cast<std::int64_t>(rows[r].source.size()));
        targets.push_back(static_cast<std::int64_t>(rows[r].target.size()));
        ids.push_back(batch.ids[row].narrow(0, 0, sources.back()));
        memories.push_back(memory[row].narrow(0, 0, sources.back()));
        decoderIds.push_back(batch.decoderIds[row].narrow(0, 0, targets.back()));
        expected.push_back(logits[row].narrow(0, 0, targets.back()));
    }
    const auto source = std::make_shared<const PackedRows>(sources);
    const auto target = std::make_shared<const PackedRows>(targets);
    const at::Tensor packed = model->encode(at::cat(ids), source, nullptr);
    EXPECT_LT(relative(packed, at::cat(memories)), 1e-11);
    const at::Tensor hidden = model->decode(at::cat(decoderIds), target, packed, source, nullptr);
    EXPECT_LT(relative(model->logits(hidden), at::cat(expected)), 1e-11);
}

TEST_P(T5Settings, GreedyIdsEqualThePaddedModel) {
    const auto model = load();
    const auto weights = copyOf(*model);
    const auto rows = sampleRows(m_config);
    const auto answers = model->generate(rows, 9);
    const at::NoGradGuard noGrad;
    const PaddedT5 reference(m_config, weights);
    for (std::size_t r = 0; r < rows.size(); ++r) {
        const Padded one = padded({rows[r]}, m_config);
        EXPECT_EQ(answers[r], reference.greedy(one.ids, one.mask, 9)) << "row " << r;
    }
}

TEST_P(T5Settings, Float32StaysNearFloat64) {
    const auto exact = load();
    const auto rows = sampleRows(m_config);
    const double expected = exact->loss(rows, nullptr).item<double>();
    EXPECT_NEAR(load(at::kFloat)->loss(rows, nullptr).item<double>(), expected, 1e-5 * expected);
}

INSTANTIATE_TEST_SUITE_P(All, T5Settings, ::testing::ValuesIn(kSettings),
                         [](const auto& info) { return std::string(info.param.name); });

// A folder of random weights, loaded in float64.
std::unique_ptr<Backbone> loadFolder(const std::filesystem::path& folder) {
    BackboneOptions options;
    options.dtype = at::kDouble;
    return loadBackbone(folder.string(), options);
}

double lossOf(Backbone& model) { return model.loss(sampleRows(tinyConfig()), nullptr).item<double>(); }

// Adds to or takes from what stands in a folder's model.safetensors.
void rewriteWeights(const std::filesystem::path& folder,
                    const std::function<void(std::map<std::string, at::Tensor>&)>& change) {
    std::map<std::string, at::Tensor> tensors;
    {
        const SafetensorsFile file(folder / "model.safetensors");
        for (const TensorView& view : file.tensors()) tensors[view.name] = toTensor(view);
    }
    change(tensors);
    writeTensors(folder / "model.safetensors", {tensors.begin(), tensors.end()}, {});
}

void rewriteConfig(const std::filesystem::path& folder, const std::function<void(Json&)>& change) {
    Json json = readJsonFile(folder / "config.json");
    change(json);
    writeFileAtomically(folder / "config.json", json.dump());
}

// The id that the answers contain at the most different places.
std::int32_t spreadId(const std::vector<std::vector<std::int32_t>>& answers) {
    std::map<std::int32_t, std::set<std::ptrdiff_t>> places;
    for (const auto& answer : answers) {
        for (const std::int32_t id : answer)
            places[id].insert(std::find(answer.begin(), answer.end(), id) - answer.begin());
    }
    return std::max_element(places.begin(), places.end(),
                            [](const auto& a, const auto& b) { return a.second.size() < b.second.size(); })
        ->first;
}

// Rows leave the batch one after another as they end.
TEST(T5Generation, RowsThatEndEarlyDoNotDisturbTheOthers) {
    const TemporaryFolder folder;
    T5Config config = tinyConfig();
    config.tiedEmbeddings = false;
    std::set<std::size_t> lengths;
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
        Rng rng(seed);
        std::vector<TokenRow> rows;
        for (int r = 0; r < 12; ++r) rows.push_back({randomIds(rng, 1 + rng.below(30), config), {}});
        config.eosId = 0;
        writeTinyT5(folder.path(), config, seed);
        config.eosId = spreadId(loadFolder(folder.path())->generate(rows, 12));
        writeTinyT5(folder.path(), config, seed);
        const auto model = loadFolder(folder.path());
        const auto together = model->generate(rows, 12);
        for (std::size_t r = 0; r < rows.size(); ++r) {
            EXPECT_EQ(together[r], model->generate(std::span(&rows[r], 1), 12)[0]);
            lengths.insert(together[r].size());
        }
    }
    EXPECT_GE(lengths.size(), 6U) << "rows of many lengths were compared";
    EXPECT_TRUE(lengths.contains(12));
}

TEST(T5Generation, NothingToDo) {
    T5 model(tinyConfig(), {}, 1, 1.0);
    EXPECT_TRUE(model.generate({}, 5).empty());
    const std::vector<TokenRow> rows = {{{3, 1}, {}}};
    EXPECT_EQ(model.generate(rows, 0), (std::vector<std::vector<std::int32_t>>{{}}));
}

TEST(T5Loading, CopiesOfTheEmbeddingAreNotNeededAndDoNoHarm) {
    const TemporaryFolder folder;
    writeTinyT5(folder.path(), tinyConfig(), 1, at::kDouble);
    const double expected = lossOf(*loadFolder(folder.path()));
    rewriteWeights(folder.path(), [](auto& tensors) {
        const at::Tensor shared = tensors.at("shared.weight");
        for (const char* name :
             {"encoder.embed_tokens.weight", "decoder.embed_tokens.weight", "lm_head.weight"})
            tensors[name] = shared.clone();
        tensors["decoder.block.0.layer.1.EncDecAttention.relative_attention_bias.weight"] = at::zeros({8, 3});
    });
    EXPECT_EQ(lossOf(*loadFolder(folder.path())), expected);
}

// Hugging Face may store the tied embedding under any of its names.
TEST(T5Loading, TheEmbeddingMayStandUnderAnotherName) {
    const TemporaryFolder folder;
    writeTinyT5(folder.path(), tinyConfig(), 1, at::kDouble);
    const double expected = lossOf(*loadFolder(folder.path()));
    std::string before = "shared.weight";
    for (const char* name :
         {"encoder.embed_tokens.weight", "decoder.embed_tokens.weight", "lm_head.weight"}) {
        rewriteWeights(folder.path(), [&](auto& tensors) {
            tensors[name] = tensors.at(before);
            tensors.erase(before);
        });
        before = name;
        EXPECT_EQ(lossOf(*loadFolder(folder.path())), expected) << name;
    }
}

TEST(T5Loading, DefaultsOfAbsentKeys) {
    const TemporaryFolder folder;
    writeTinyT5(folder.path(), tinyConfig(), 1, at::kDouble);
    const double expected = lossOf(*loadFolder(folder.path()));
    // Older files have neither of these; published ones carry much that does not matter here.
    rewriteConfig(folder.path(), [](Json& json) {
        for (const char* key : {"tie_word_embeddings", "feed_forward_proj", "layer_norm_epsilon",
                                "pad_token_id", "eos_token_id", "decoder_start_token_id", "dropout_rate"})
            json.erase(key);
        json["relative_attention_max_distance"] = 20;
        json["n_positions"] = 512;
        json["task_specific_params"] = {{"summarization", {{"prefix", "summarize: "}}}};
        json["torch_dtype"] = "float32";
    });
    EXPECT_EQ(lossOf(*loadFolder(folder.path())), expected);
    rewriteConfig(folder.path(), [](Json& json) {
        json["num_decoder_layers"] = nullptr;
        json["num_layers"] = 3;
    });
    expectError(ErrorKind::Format, {"encoder.block.2"}, [&] { loadFolder(folder.path()); });
}

TEST(T5Loading, NamesWhatIsMissingSurplusAndMisshapen) {
    const TemporaryFolder folder;
    writeTinyT5(folder.path(), tinyConfig(), 1);
    rewriteWeights(folder.path(), [](auto& tensors) {
        tensors.erase("encoder.final_layer_norm.weight");
        tensors["encoder.block.0.layer.0.SelfAttention.q.bias"] = at::zeros({15});
        tensors["decoder.block.1.layer.2.DenseReluDense.wo.weight"] = at::zeros({14, 12});
        tensors["decoder.final_layer_norm.weight"] = at::zeros({12}, at::kLong);
    });
    expectError(ErrorKind::Format,
                {(folder.path() / "model.safetensors").string(), "encoder.final_layer_norm.weight",
                 "SelfAttention.q.bias", "[14, 12], expected [12, 14]", "I64"},
                [&] { loadFolder(folder.path()); });
}

TEST(T5Loading, SaysWhatIsNotSupported) {
    const TemporaryFolder folder;
    expectError(ErrorKind::Input, {"no such folder"}, [&] { loadFolder(folder.path() / "none"); });
    expectError(ErrorKind::Input, {"config.json"}, [&] { loadFolder(folder.path()); });
    writeTinyT5(folder.path(), tinyConfig(), 1);
    std::filesystem::rename(folder.path() / "model.safetensors", folder.path() / "other.safetensors");
    expectError(ErrorKind::Input, {"model.safetensors"}, [&] { loadFolder(folder.path()); });
    std::filesystem::rename(folder.path() / "other.safetensors", folder.path() / "model.safetensors");
    const auto refused = [&](const char* key, const Json& value, ErrorKind kind) {
        SCOPED_TRACE(key);
        const Json before = readJsonFile(folder.path() / "config.json");
        rewriteConfig(folder.path(), [&](Json& json) {
            json.erase("dense_act_fn");  // would overrule feed_forward_proj
            json[key] = value;
        });
        expectError(kind, {key, "config.json"}, [&] { loadFolder(folder.path()); });
        writeFileAtomically(folder.path() / "config.json", before.dump());
    };
    refused("model_type", "bert", ErrorKind::Input);
    refused("feed_forward_proj", "gated-tanh", ErrorKind::Input);
    refused("feed_forward_proj", 3, ErrorKind::Format);
    refused("dense_act_fn", "tanh", ErrorKind::Input);
    refused("is_gated_act", 1, ErrorKind::Format);
    refused("tie_word_embeddings", "yes", ErrorKind::Format);
    refused("num_heads", 0, ErrorKind::Format);
    refused("d_model", 1e300, ErrorKind::Format);
    refused("vocab_size", -1, ErrorKind::Format);
    refused("relative_attention_max_distance", 1, ErrorKind::Format);
    refused("layer_norm_epsilon", "small", ErrorKind::Format);
    refused("eos_token_id", 29, ErrorKind::Format);
}

// Buckets against values worked out by hand from the formula (32 buckets, 128: T5's own).
TEST(T5Positions, BucketsOfT5) {
    T5Config config = tinyConfig();
    config.buckets = 32;
    config.maxDistance = 128;
    const T5 model(config, {}, 1, 1.0);
    const auto both = model.relativeBuckets(1, 300, true);
    const auto at = [](const at::Tensor& t, std::int64_t k) { return t[0][k].item<std::int64_t>(); };
    EXPECT_EQ(at(both, 0), 0);
    EXPECT_EQ(at(both, 7), 16 + 7);
    EXPECT_EQ(at(both, 8), 16 + 8);
    EXPECT_EQ(at(both, 11), 16 + 8);
    EXPECT_EQ(at(both, 12), 16 + 9);
    EXPECT_EQ(at(both, 16), 16 + 10);
    EXPECT_EQ(at(both, 64), 16 + 14);
    EXPECT_EQ(at(both, 127), 16 + 15);
    EXPECT_EQ(at(both, 299), 16 + 15);
    const auto past = model.relativeBuckets(1, 200, false, 199);
    EXPECT_EQ(at(past, 199), 0);
    EXPECT_EQ(at(past, 199 - 15), 15);
    EXPECT_EQ(at(past, 199 - 16), 16);
    EXPECT_EQ(at(past, 199 - 64), 26);
    EXPECT_EQ(at(past, 0), 31);
}

// A row's numbers do not depend on its neighbours in the batch.
TEST(T5Packing, RowsDoNotMix) {
    const TemporaryFolder folder;
    writeTinyT5(folder.path(), tinyConfig(), 2);
    const auto model = loadFolder(folder.path());
    const auto rows = sampleRows(tinyConfig());
    double sum = 0;
    double tokens = 0;
    for (const TokenRow& row : rows) {
        const auto count = static_cast<double>(row.target.size());
        sum += count * model->loss(std::span(&row, 1), nullptr).item<double>();
        tokens += count;
    }
    EXPECT_NEAR(model->loss(rows, nullptr).item<double>(), sum / tokens, 1e-12);
}

TEST(T5Rows, IdsThatTheModelDoesNotHaveAreRefused) {
    T5 model(tinyConfig(), {}, 1, 1.0);
    const auto refused = [&](const TokenRow& row, const std::vector<std::string>& parts) {
        const std::vector<TokenRow> rows = {{{1, 2}, {3}}, row};
        expectError(ErrorKind::Input, parts, [&] { (void)model.loss(rows, nullptr); });
    };
    refused({{1, 29}, {3}}, {"row 1", "source", "29", "28"});
    refused({{1, 2}, {-1}}, {"row 1", "target", "-1"});
    refused({{}, {3}}, {"row 1", "no source"});
    refused({{1}, {}}, {"row 1", "no target"});
    const std::vector<TokenRow> rows = {{{}, {}}};
    expectError(ErrorKind::Input, {"no source"}, [&] { (void)model.generate(rows, 3); });
    expectError(ErrorKind::Input, {"without rows"}, [&] { (void)model.loss({}, nullptr); });
}

TEST(T5Dropout, DependsOnItsSeedAlone) {
    T5Config config = tinyConfig();
    T5 model(config, {}, 1, 1.0);
    const auto rows = sampleRows(config);
    const auto loss = [&](std::uint64_t seed) {
        DropoutSource dropout(0.3, seed);
        return model.loss(rows, &dropout).item<double>();
    };
    EXPECT_EQ(loss(1), loss(1));
    EXPECT_NE(loss(1), loss(2));
    DropoutSource none(0, 1);
    EXPECT_EQ(model.loss(rows, &none).item<double>(), model.loss(rows, nullptr).item<double>());
}

}  // namespace
}  // namespace jumplora
