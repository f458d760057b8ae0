// SPDX-License-Identifier: Apache-2.0
// Damaged run files and recorded folders: a typed error or values, never a crash, never memory that no file
// stands for.
#include "base/file.h"
#include "core/store/sample_run.h"
#include "support/mutation.h"
#include "support/shared_data.h"
#include "support/tiny_t5.h"
#include "train/checkpoint.h"
#include "train/recorded_run.h"

#include <gtest/gtest.h>

#include <cstring>

namespace jumplora {
namespace {

using testing::damageFileOnDisk;
using testing::headerBytes;
using testing::sharedData;
using testing::TemporaryFolder;

// A gated run on a tiny model whose state has moved away from its defaults.
struct SmallRun {
    T5 backbone{testing::tinyConfig(), {}, 1, 1.0};
    std::unique_ptr<AdapterSet> adapters;
    std::unique_ptr<Optimizer> optimizer;
    std::unique_ptr<Method> method;

    SmallRun() {
        GateOptions gate;
        gate.enabled = true;
        gate.mode = ThresholdMode::PerBlock;
        AdapterOptions options;
        options.rank = 2;
        adapters = std::make_unique<AdapterSet>(backbone, options, gate);
        adapters->reset(3);
        adapters->setBlend(0.25);
        optimizer = makeOptimizer({}, adapters->parameters());
        method = createMethod("ewc", Json::object());
        for (at::Tensor& leaf : adapters->parameters()) leaf.mutable_grad() = at::full_like(leaf, 0.5);
        optimizer->step(0.1);
    }
};

// What a damaged file may still give: nothing but what was written. The checksum's own name is all that can
// be hurt without being seen.
void expectAdapters(AdapterSet& adapters, const std::vector<at::Tensor>& wanted) {
    const auto found = adapters.parameters();
    ASSERT_EQ(found.size(), wanted.size());
    for (std::size_t i = 0; i < found.size(); ++i) EXPECT_TRUE(at::equal(found[i], wanted[i])) << i;
}

std::vector<at::Tensor> copies(const std::vector<at::Tensor>& tensors) {
    std::vector<at::Tensor> result;
    result.reserve(tensors.size());
    for (const at::Tensor& tensor : tensors) result.push_back(tensor.detach().clone());
    return result;
}

TEST(RunDamage, Checkpoints) {
    const TemporaryFolder folder;
    const auto file = folder.path() / "checkpoint.safetensors";
    SmallRun run;
    Checkpoint checkpoint;
    checkpoint.task = 2;
    checkpoint.step = 7;
    checkpoint.eventBytes = 1234;
    checkpoint.specHash = "0123456789abcdef";
    checkpoint.carry = {{"global_step", 17}};
    writeCheckpoint(file, checkpoint, *run.adapters, run.optimizer.get(), *run.method);
    const auto wanted = copies(run.adapters->parameters());
    const auto count = damageFileOnDisk(file, headerBytes(file), 1, 1200, [&] {
        const Checkpoint read = readCheckpoint(file);
        restoreCheckpoint(file, *run.adapters, run.optimizer.get(), *run.method);
        EXPECT_EQ(read.step, checkpoint.step);
        EXPECT_EQ(read.eventBytes, checkpoint.eventBytes);
        expectAdapters(*run.adapters, wanted);
    });
    EXPECT_GT(count.refused, 1100);
}

TEST(RunDamage, Adapters) {
    const TemporaryFolder folder;
    const auto file = folder.path() / "task_01.safetensors";
    SmallRun run;
    writeAdapter(file, *run.adapters, 1, "mood");
    const auto wanted = copies(run.adapters->parameters());
    const auto count = damageFileOnDisk(file, headerBytes(file), 2, 1200, [&] {
        loadAdapter(file, *run.adapters);
        expectAdapters(*run.adapters, wanted);
        EXPECT_EQ(run.adapters->blend(), 0.25);
    });
    EXPECT_GT(count.refused, 1100);
}

TEST(RunDamage, EventLogsAndSpecs) {
    const TemporaryFolder folder;
    const RunDirectory run = testing::writeSampleRun(folder.path());
    const auto firstLine = readFile(run.eventsFile()).find('\n') + 1;
    const auto events =
        damageFileOnDisk(run.eventsFile(), firstLine, 3, 1200, [&] { (void)run.readEvents(); });
    EXPECT_GT(events.refused, 400);
    EXPECT_GT(events.accepted, 100);
    const auto spec = damageFileOnDisk(run.specFile(), 0, 4, 1200, [&] { (void)run.readSpec(); });
    EXPECT_GT(spec.refused, 400);
    EXPECT_GT(spec.accepted, 50);
}

// Copies what a test changes: the shared folder may be read-only.
void copyFolder(const std::filesystem::path& from, const std::filesystem::path& to) {
    makeFolder(to);
    for (const auto& entry : std::filesystem::directory_iterator(from))
        writeFileAtomically(to / entry.path().filename(), readFile(entry.path()));
}

TEST(RecordDamage, Layers) {
    const auto layers = sharedData("golden/jumplora_layer");
    JUMPLORA_REQUIRE_DATA(layers);
    const TemporaryFolder folder;
    int damaged = 0;
    for (const auto& entry : std::filesystem::directory_iterator(layers)) {
        SCOPED_TRACE(entry.path());
        const auto file = folder.path() / entry.path().filename();
        writeFileAtomically(file, readFile(entry.path()));
        const auto count =
            damageFileOnDisk(file, headerBytes(file), 5, 300, [&] { (void)verifyLayer(file, {}); });
        EXPECT_GT(count.refused, 30);
        damaged += count.refused + count.accepted;
    }
    EXPECT_GT(damaged, 0);
}

TEST(RecordDamage, ForwardPasses) {
    for (const char* recorded : {"golden/independent_t5_v1_0_relu_tied", "golden/hf_llama_gqa"}) {
        JUMPLORA_REQUIRE_DATA(sharedData(recorded));
        const TemporaryFolder folder;
        copyFolder(sharedData(recorded), folder.path());
        for (const char* name : {"golden.safetensors", "config.json", "model.safetensors"}) {
            SCOPED_TRACE(fmt::format("{} {}", recorded, name));
            const auto file = folder.path() / name;
            const std::size_t header = file.extension() == ".json" ? 0 : headerBytes(file);
            const auto count =
                damageFileOnDisk(file, header, 6, 300, [&] { (void)verifyForward(folder.path(), {}); });
            EXPECT_GT(count.refused, 30);
        }
    }
}

TEST(RecordDamage, Runs) {
    const auto golden = sharedData("golden");
    JUMPLORA_REQUIRE_DATA(golden);
    const TemporaryFolder folder;
    const auto run = folder.path() / "run";
    copyFolder(golden / "train_jumplora_ella", run);
    VerifyOptions options;
    options.model = golden / readJsonFile(run / "run.json").at("model").get<std::string>();
    options.tasks = golden;
    const auto settings =
        damageFileOnDisk(run / "run.json", 0, 7, 150, [&] { const RecordedRun opened(run, options); });
    EXPECT_GT(settings.refused, 40);
    RecordedRun opened(run, options);
    const auto task = run / "task_01.safetensors";
    const auto tensors = damageFileOnDisk(task, headerBytes(task), 8, 150, [&] {
        const RecordedTask recorded = opened.task(1);
        for (std::int64_t s = 0; s < recorded.steps; ++s) (void)recorded.rows(s, 0);
    });
    EXPECT_GT(tensors.refused, 50);
}

}  // namespace
}  // namespace jumplora
