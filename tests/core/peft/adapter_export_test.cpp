// SPDX-License-Identifier: Apache-2.0
#include "peft/adapter_export.h"

#include "base/file.h"
#include "peft/closest_pair.h"
#include "peft/lora_adapter.h"
#include "peft/model_export.h"
#include "support/errors.h"
#include "support/shared_data.h"
#include "support/tiny_model.h"
#include "support/tiny_run.h"
#include "train/checkpoint.h"
#include "train/run_setup.h"
#include "train/trainer.h"
#include "weights/weights.h"

#include <gtest/gtest.h>

#include <cmath>

namespace jumplora {
namespace {

using testing::expectError;
using testing::largestDifference;
using testing::randomTensor;
using testing::TemporaryFolder;

class Exports : public ::testing::Test {
  protected:
    static void SetUpTestSuite() {
        s_folder = std::make_unique<TemporaryFolder>();
        testing::writeTinyInputs(s_folder->path() / "inputs");
    }
    static void TearDownTestSuite() { s_folder.reset(); }

    // A run of three tasks with random adapters instead of trained ones; the weights after each task.
    RunDirectory run(const Json& changes, double blend = 1) {
        const RunSpec spec = testing::tinySpec(s_folder->path() / "inputs", changes);
        RunDirectory directory(m_place.path() / "run");
        makeFolder(directory.path() / "adapters");
        prepareRun(directory, spec);
        RunSetup setup = openRun(spec);
        m_after = {weights(*setup.backbone)};
        for (std::int64_t task = 1; task <= 3; ++task) {
            setup.adapters->reset(static_cast<std::uint64_t>(task));
            testing::randomise(*setup.adapters, static_cast<std::uint64_t>(task));
            setup.adapters->initialiseThresholds();
            setup.adapters->setBlend(blend);
            writeAdapter(directory.path() / directory.adapterName(task), *setup.adapters, task, "x");
            if (setup.method->life() == AdapterLife::FreshMerged) setup.adapters->merge();
            m_after.push_back(weights(*setup.backbone));
        }
        return directory;
    }
    static std::map<std::string, at::Tensor> weights(Backbone& backbone) {
        std::map<std::string, at::Tensor> all;
        for (const TensorSlot& slot : backbone.parameters()) all[slot.name] = slot.tensor->clone();
        return all;
    }
    AdapterExport write(const RunDirectory& directory, const AdapterExportOptions& options) {
        m_output = m_place.path() / fmt::format("out{}", ++m_count);
        return exportAdapter(directory, options, m_output);
    }
    // Largest difference, over all weights, between a model plus what was exported and another model.
    double differenceOfPair(std::size_t from, std::size_t to) {
        const auto backbone = loadBackbone((s_folder->path() / "inputs" / "backbone").string(), {});
        for (const TensorSlot& slot : backbone->parameters()) slot.tensor->copy_(m_after[from][slot.name]);
        LoraAdapter(m_output, *backbone).merge();
        double worst = 0;
        for (const TensorSlot& slot : backbone->parameters())
            worst = std::max(worst, largestDifference(*slot.tensor, m_after[to][slot.name]));
        return worst;
    }
    double differenceOfEntries(std::size_t from, std::size_t to) {
        const SafetensorsFile file(m_output / "sparse_update.safetensors");
        double worst = 0;
        for (auto& [name, before] : m_after[from]) {
            at::Tensor weight = before.clone();
            const std::string module = name.substr(0, name.size() - std::string(".weight").size());
            if (const TensorView* indices = file.find(module + ".indices"))
                weight.view({-1}).index_add_(0, toTensor(*indices),
                                             toTensor(file.require(module + ".values")));
            worst = std::max(worst, largestDifference(weight, m_after[to][name]));
        }
        return worst;
    }

    static inline std::unique_ptr<TemporaryFolder> s_folder;
    TemporaryFolder m_place;
    std::filesystem::path m_output;
    int m_count = 0;
    std::vector<std::map<std::string, at::Tensor>> m_after;
};

const Json kPlain = {{"gate", {{"type", "none"}}}};

TEST_F(Exports, DenseUpdatesAreExactPairs) {
    const RunDirectory directory = run(kPlain);
    AdapterExport result = write(directory, {.task = 1});
    EXPECT_TRUE(result.lora);
    EXPECT_FALSE(result.sparse);
    EXPECT_EQ(result.rank, 2);
    EXPECT_EQ(result.relativeError, 0);
    EXPECT_LT(differenceOfPair(0, 1), 1e-5);
    EXPECT_TRUE(readJsonFile(m_output / "adapter_config.json").at("base_model_name_or_path").is_string());
    result = write(directory, {.task = 2});
    EXPECT_LT(differenceOfPair(1, 2), 1e-5);
    EXPECT_TRUE(readJsonFile(m_output / "adapter_config.json").at("base_model_name_or_path").is_null());
    EXPECT_NE(result.base.find("after task 1"), std::string::npos);
    result = write(directory, {.task = 3, .cumulative = true});
    EXPECT_EQ(result.rank, 6);
    EXPECT_LT(differenceOfPair(0, 3), 1e-5);
    // More rank than is needed: the nearest pair is the update itself.
    result = write(directory, {.task = 3, .cumulative = true, .closestRank = 7});
    EXPECT_EQ(result.rank, 7);
    EXPECT_LT(result.relativeError, 1e-6);
    EXPECT_LT(differenceOfPair(0, 3), 1e-4);
}

TEST_F(Exports, MaskedUpdatesAreEntries) {
    const RunDirectory directory = run({{"gate", {{"type", "jumprelu"}}}});
    AdapterExport result = write(directory, {.task = 2});
    EXPECT_TRUE(result.sparse);
    EXPECT_FALSE(result.lora);
    EXPECT_GT(result.liveEntries, 0);
    EXPECT_LT(result.liveEntries, result.entries);
    EXPECT_TRUE(result.notes.empty());
    EXPECT_LT(differenceOfEntries(1, 2), 1e-6);
    result = write(directory, {.task = 3, .cumulative = true, .closestRank = 3});
    EXPECT_TRUE(result.sparse);
    EXPECT_TRUE(result.lora);
    EXPECT_LT(differenceOfEntries(0, 3), 1e-5);
    EXPECT_GT(result.relativeError, 0.01);
    EXPECT_LT(result.relativeError, 1);
    EXPECT_EQ(result.moduleErrors.size(), static_cast<std::size_t>(result.modules));
    EXPECT_NE(readFile(m_output / "README.md").find("relative error"), std::string::npos);
}

TEST_F(Exports, BlendedUpdatesSaySo) {
    const RunDirectory directory = run({{"gate", {{"type", "jumprelu"}}}}, 0.5);
    const AdapterExport result = write(directory, {.task = 1});
    ASSERT_EQ(result.notes.size(), 1U);
    EXPECT_NE(result.notes.front().find("0.5"), std::string::npos);
    const ModelExport model = exportModel(directory, 1, {}, "float32", m_place.path() / "model");
    EXPECT_EQ(model.notes.size(), 1U);
}

TEST_F(Exports, OtherLivesOfAdapters) {
    const RunDirectory directory = run({{"gate", {{"type", "none"}}}, {"method", {{"type", "seqlora"}}}});
    const AdapterExport result = write(directory, {.task = 3, .cumulative = true});
    EXPECT_EQ(result.rank, 2);
    EXPECT_NE(result.base.find("backbone"), std::string::npos);
}

TEST_F(Exports, WrongWishes) {
    const RunDirectory directory = run({{"gate", {{"type", "none"}}}, {"method", {{"type", "per_task"}}}});
    expectError(ErrorKind::Input, {"no adapter of task 4", "1, 2, 3"},
                [&] { write(directory, {.task = 4}); });
    expectError(ErrorKind::Input, {"no adapter of task 0"}, [&] { write(directory, {.task = 0}); });
    expectError(ErrorKind::Input, {"model of its own"},
                [&] { write(directory, {.task = 2, .cumulative = true}); });
    expectError(ErrorKind::Input, {"rank 0"}, [&] { write(directory, {.task = 2, .closestRank = 0}); });
    writeFileAtomically(m_place.path() / "x", "");
    expectError(ErrorKind::Input, {"not empty"},
                [&] { exportAdapter(directory, {.task = 1}, m_place.path()); });
}

TEST_F(Exports, ModelsAfterEachTask) {
    const RunDirectory directory = run({{"gate", {{"type", "jumprelu"}}}});
    for (const std::int64_t task : {std::int64_t{0}, std::int64_t{2}, kLastTask}) {
        const auto output = m_place.path() / fmt::format("model{}", task);
        const ModelExport result = exportModel(directory, task, {}, "float32", output);
        EXPECT_TRUE(result.folder.tokenizer);
        EXPECT_TRUE(std::filesystem::exists(output / "spiece.model"));
        const auto backbone = loadBackbone(output.string(), {});
        const std::size_t row = task == kLastTask ? 3 : static_cast<std::size_t>(task);
        for (const TensorSlot& slot : backbone->parameters())
            EXPECT_LT(largestDifference(*slot.tensor, m_after[row][slot.name]), 1e-6) << slot.name << task;
    }
    // After the weights were taken the model can go anywhere again.
    StoredModel model(directory);
    model.goTo(1);
    model.merged();
    model.goTo(2);
    const auto found = weights(model.merged());
    for (const auto& [name, weight] : found) EXPECT_LT(largestDifference(weight, m_after[2][name]), 1e-6);
}

TEST(ClosestPairs, NoneIsNearer) {
    for (const auto& shape : {std::vector<std::int64_t>{9, 14}, {14, 9}}) {
        const at::Tensor matrix = randomTensor(shape, 3);
        const at::Tensor values = at::linalg_svdvals(matrix);
        for (const std::int64_t k : {1, 4, 9, 12}) {
            const LowRankPair pair = closestPair(matrix, k);
            EXPECT_EQ(pair.a.sizes().vec(), (std::vector<std::int64_t>{k, shape[1]}));
            EXPECT_EQ(pair.b.sizes().vec(), (std::vector<std::int64_t>{shape[0], k}));
            const double rest = k < 9 ? values.narrow(0, k, 9 - k).square().sum().item<double>() : 0.0;
            EXPECT_NEAR(pair.squaredError, rest, 1e-5);  // rounded to float32
            EXPECT_NEAR(pair.squaredNorm, matrix.square().sum().item<double>(), 1e-9);
        }
    }
    const LowRankPair nothing = closestPair(at::zeros({3, 4}, at::kDouble), 2);
    EXPECT_EQ(nothing.squaredError, 0);
    EXPECT_EQ(nothing.a.abs().sum().item<double>(), 0);
}

}  // namespace
}  // namespace jumplora
