// SPDX-License-Identifier: Apache-2.0
// The trainer's own adapter files: what overlap reads from them is what merging adds.
#include "analysis/overlap.h"
#include "core/analysis/adapter_files.h"
#include "support/shared_data.h"
#include "support/tiny_t5.h"
#include "train/checkpoint.h"

namespace jumplora {
namespace {

double valueOf(const std::vector<NamedValue>& values, const std::string& name) {
    for (const NamedValue& value : values) {
        if (value.name == name) return value.value;
    }
    ADD_FAILURE() << name << " is missing";
    return 0;
}

// Two tasks of `adapters`, stored as after training, and what merging added for each.
std::vector<std::vector<at::Tensor>> trainTwoTasks(AdapterSet& adapters, const RunDirectory& directory) {
    const at::NoGradGuard noGrad;
    std::vector<std::vector<at::Tensor>> merged(2);
    std::filesystem::create_directory(directory.path() / "adapters");
    for (std::int64_t task = 1; task <= 2; ++task) {
        adapters.reset(static_cast<std::uint64_t>(task));
        for (std::size_t m = 0; m < adapters.infos().size(); ++m)
            adapters.b(m).copy_(testing::randomMatrix(
                adapters.infos()[m].rows, adapters.options().rank,
                deriveSeed(9, adapters.infos()[m].name, static_cast<std::uint64_t>(task))));
        adapters.initialiseThresholds();
        writeAdapter(directory.path() / directory.adapterName(task), adapters, task, "task");
        for (std::size_t m = 0; m < adapters.infos().size(); ++m)
            merged[static_cast<std::size_t>(task - 1)].push_back(adapters.maskedDelta(m).to(at::kDouble));
    }
    return merged;
}

void expectWhatWasMerged(const AdapterOptions& options, const GateOptions& gate, at::ScalarType dtype) {
    BackboneOptions backboneOptions;
    backboneOptions.dtype = dtype;
    T5 backbone(testing::tinyConfig(), backboneOptions, 3, 1.0);
    AdapterSet adapters(backbone, options, gate);
    const testing::TemporaryFolder folder;
    const RunDirectory directory(folder.path());
    const auto merged = trainTwoTasks(adapters, directory);
    const auto events = withEarlier(directory, 2);
    ASSERT_EQ(events.size(), 2U);
    const auto alive = adapters.aliveCounts();  // of task 2, still in place
    ASSERT_EQ(events[0].perModule.size(), alive.size());
    const double tolerance = dtype == at::kDouble ? 1e-12 : 1e-6;
    for (std::size_t m = 0; m < alive.size(); ++m) {
        const ModuleInfo& info = adapters.infos()[m];
        EXPECT_EQ(valueOf(events[0].perModule[m], "density"),
                  static_cast<double>(alive[m]) / static_cast<double>(info.rows * info.columns))
            << info.name;
        EXPECT_NEAR(valueOf(events[0].perModule[m], "frobenius_norm"), merged[1][m].norm().item<double>(),
                    tolerance)
            << info.name;
        const double energy = (merged[0][m] * merged[1][m]).square().sum().item<double>();
        EXPECT_NEAR(valueOf(events[1].perModule[m], "ella_energy"), energy, tolerance * (1 + energy))
            << info.name;
    }
}

TEST(OverlapOfStoredAdapters, GlobalThreshold) {
    expectWhatWasMerged({.targets = {"q", "v"}, .rank = 2, .alpha = 8}, {.enabled = true}, at::kFloat);
}

TEST(OverlapOfStoredAdapters, ThresholdPerBlock) {
    expectWhatWasMerged({.targets = {"q", "wo"}, .rank = 2, .alpha = 8},
                        {.enabled = true, .mode = ThresholdMode::PerBlock}, at::kFloat);
}

TEST(OverlapOfStoredAdapters, ThresholdPerModuleInDoublePrecision) {
    expectWhatWasMerged({.targets = {"v"}, .rank = 3, .alpha = 1},
                        {.enabled = true, .mode = ThresholdMode::PerModule}, at::kDouble);
}

TEST(OverlapOfStoredAdapters, NoGate) {
    expectWhatWasMerged({.targets = {"q", "v"}, .rank = 2, .alpha = 8}, {}, at::kFloat);
}

}  // namespace
}  // namespace jumplora
