// SPDX-License-Identifier: Apache-2.0
#include "base/file.h"
#include "base/json.h"
#include "support/allocation_meter.h"
#include "support/shared_data.h"
#include "support/tiny_t5.h"
#include "train/text_model.h"
#include "weights/safetensors.h"

#include <gtest/gtest.h>

#include <cstring>

namespace jumplora {
namespace {

// A T5 whose file is said to hold a gigabyte; nothing of it lies on the disk.
void writeHollowT5(const std::filesystem::path& folder) {
    T5Config config = testing::tinyConfig();
    testing::writeTinyT5(folder, config, 1);
    config.vocabularySize = std::int64_t{1} << 24U;
    writeFileAtomically(folder / "config.json", toJson(config).dump());
    const auto file = folder / "model.safetensors";
    Json header = Json::object();
    std::int64_t end = 0;
    const SafetensorsFile small(file);
    for (const TensorView& view : small.tensors()) {
        std::vector<std::int64_t> shape = view.shape;
        if (view.name == "shared.weight") shape[0] = config.vocabularySize;
        std::int64_t bytes = sizeof(float);
        for (const std::int64_t size : shape) bytes *= size;
        header[view.name] = {{"dtype", "F32"}, {"shape", shape}, {"data_offsets", {end, end + bytes}}};
        end += bytes;
    }
    const std::string text = header.dump();
    std::string start(sizeof(std::uint64_t), '\0');
    const std::uint64_t size = text.size();
    std::memcpy(start.data(), &size, sizeof size);
    writeFileAtomically(file, start + text);
    std::filesystem::resize_file(file, start.size() + text.size() + static_cast<std::uint64_t>(end));
}

TEST(DescribeBackbone, ReadsHeadersAlone) {
    const testing::TemporaryFolder folder;
    writeHollowT5(folder.path());
    BackboneSummary summary;
    const testing::AllocationUse use = testing::measureAllocations([&] {
        summary = describeBackbone(folder.path().string(), {"q", "v"}, 2);
    });
    EXPECT_LT(use.peak, std::size_t{16} << 20U);
    EXPECT_GT(summary.storedBytes, std::int64_t{700} << 20U);
    EXPECT_GT(summary.parameters, std::int64_t{12} << 24U);
    ASSERT_TRUE(summary.adapter) << summary.adapterProblem;
    EXPECT_EQ(summary.adapter->modules, 16)
        << "q and v of two encoder blocks and twice of three decoder blocks";
    EXPECT_NE(summary.tokenizerProblem, "");
}

}  // namespace
}  // namespace jumplora
