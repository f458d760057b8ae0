// SPDX-License-Identifier: Apache-2.0
#include "weights/weight_files.h"

#include "base/json.h"
#include "support/errors.h"
#include "support/mutation.h"
#include "support/shared_data.h"
#include "support/torch_file_writer.h"
#include "weights/weights.h"

#include <gtest/gtest.h>

namespace jumplora {
namespace {

namespace fs = std::filesystem;
using testing::expectError;
using testing::raw;
using testing::TemporaryFolder;

class Checkpoints : public ::testing::Test {
  protected:
    void safetensors(const std::string& name, const std::vector<std::pair<std::string, double>>& values,
                     std::int64_t size = 3) {
        std::vector<std::pair<std::string, at::Tensor>> tensors;
        for (const auto& [tensor, value] : values)
            tensors.emplace_back(tensor, at::full({size}, value, at::kFloat));
        writeTensors(m_folder.path() / name, tensors, {{"format", "pt"}});
    }
    void bin(const std::string& name, const std::string& tensor, float value) {
        writeFileAtomically(
            m_folder.path() / name,
            testing::zipOf(
                {{"m/data.pkl", testing::pickleOf({{tensor, "FloatStorage", "0", 1, 0, {1}, {1}}})},
                 {"m/data/0", raw(value)}}));
    }
    void index(const std::string& name, const Json& map) {
        writeFileAtomically(m_folder.path() / name,
                            Json{{"metadata", {{"total_size", 12}}}, {"weight_map", map}}.dump());
    }
    WeightFiles open() { return WeightFiles::ofModel(m_folder.path()); }
    double value(const std::string& name) {
        const WeightFiles files = open();
        return toTensor(*files.find(name)->view, at::kDouble)[0].item<double>();
    }
    void refusedIndex(const Json& map, const std::vector<std::string>& parts) {
        SCOPED_TRACE(map.dump());
        index("model.safetensors.index.json", map);
        expectError(ErrorKind::Format, parts, [&] { (void)open(); });
    }

    TemporaryFolder m_folder;
};

TEST_F(Checkpoints, TheFirstOfSeveralFormsWins) {
    expectError(ErrorKind::Input, {m_folder.path().string(), "model.safetensors", "pytorch_model.bin"},
                [&] { (void)open(); });
    writeFileAtomically(m_folder.path() / "tf_model.h5", "x");
    expectError(ErrorKind::Input, {"tf_model.h5", "transformers"}, [&] { (void)open(); });
    bin("shard.bin", "w", 1);
    index("pytorch_model.bin.index.json", {{"w", "shard.bin"}});
    EXPECT_EQ(value("w"), 1);
    EXPECT_EQ(open().files().size(), 2U);
    bin("pytorch_model.bin", "w", 2);
    EXPECT_EQ(value("w"), 2);
    safetensors("a.safetensors", {{"w", 3}});
    index("model.safetensors.index.json", {{"w", "a.safetensors"}});
    EXPECT_EQ(value("w"), 3);
    EXPECT_EQ(open().path().filename(), "model.safetensors.index.json");
    safetensors("model.safetensors", {{"w", 4}});
    EXPECT_EQ(value("w"), 4);
    EXPECT_EQ(open().files().size(), 1U);
}

TEST_F(Checkpoints, Shards) {
    safetensors("a.safetensors", {{"one", 1}, {"both", 10}, {"unnamed", 5}});
    safetensors("b.safetensors", {{"two", 2}, {"both", 20}});
    index("model.safetensors.index.json",
          {{"one", "a.safetensors"}, {"both", "b.safetensors"}, {"two", "b.safetensors"}});
    const WeightFiles files = open();
    EXPECT_EQ(files.tensors().size(), 4U);
    EXPECT_EQ(files.bytes(), 4 * 3 * 4);
    EXPECT_EQ(value("one"), 1);
    EXPECT_EQ(value("two"), 2);
    EXPECT_EQ(value("both"), 20);
    EXPECT_EQ(value("unnamed"), 5);
}

TEST_F(Checkpoints, IndexThatLies) {
    safetensors("a.safetensors", {{"one", 1}, {"both", 1}});
    safetensors("b.safetensors", {{"both", 2}});
    const fs::path outside = m_folder.path().parent_path() / (m_folder.path().filename().string() + ".bin");
    refusedIndex({{"one", "../" + outside.filename().string()}}, {"\"../", "beside the index"});
    refusedIndex({{"one", outside.string()}}, {outside.string(), "beside the index"});
    refusedIndex({{"one", "sub/a.safetensors"}}, {"sub/a.safetensors"});
    refusedIndex({{"one", ".."}}, {"beside the index"});
    refusedIndex({{"one", ""}}, {"beside the index"});
    refusedIndex({{"one", std::string("a.safetensors\0x", 15)}}, {"beside the index"});
    refusedIndex({{"one", "config.json"}}, {"config.json", "neither"});
    refusedIndex({{"one", 7}}, {"\"one\"", "name of a file"});
    refusedIndex(Json::array(), {"weight_map"});
    refusedIndex({{"one", "c.safetensors"}, {"x", "d.bin"}}, {"not complete", "c.safetensors, d.bin"});
    refusedIndex({{"one", "a.safetensors"}, {"three", "a.safetensors"}},
                 {"missing (1): three in a.safetensors"});
    refusedIndex({{"one", "b.safetensors"}}, {"one in b.safetensors"});
    refusedIndex({{"one", "a.safetensors"}, {"four", "b.safetensors"}}, {"\"both\"", "several shards"});
    writeFileAtomically(m_folder.path() / "model.safetensors.index.json", "{}");
    expectError(ErrorKind::Format, {"weight_map"}, [&] { (void)open(); });
}

TEST_F(Checkpoints, DamagedIndex) {
    safetensors("a.safetensors", {{"one", 1}, {"two", 1}});
    safetensors("b.safetensors", {{"three", 2}});
    index("model.safetensors.index.json",
          {{"one", "a.safetensors"}, {"two", "a.safetensors"}, {"three", "b.safetensors"}});
    const fs::path file = m_folder.path() / "model.safetensors.index.json";
    const auto count = testing::damageFileOnDisk(file, readFile(file).size(), 3, 5000, [&] {
        const WeightFiles files = open();
        ASSERT_LE(files.tensors().size(), 3U);
    });
    EXPECT_GT(count.refused, 1000);
    EXPECT_GT(count.accepted, 100);
}

TEST_F(Checkpoints, ReaderNamesAllThatDoesNotFitAndTellsHowFarItIs) {
    safetensors("model.safetensors", {{"here", 1}, {"wide", 1}, {"more", 1}, {"known", 1}});
    const WeightFiles files = open();
    std::vector<std::pair<std::int64_t, std::int64_t>> told;
    WeightReader reader(files, at::kDouble,
                        [&](std::int64_t done, std::int64_t total) { told.emplace_back(done, total); });
    EXPECT_EQ(reader.take("here", {3}).scalar_type(), at::kDouble);
    EXPECT_FALSE(reader.take("wide", {4}).defined());
    EXPECT_FALSE(reader.take("absent", {4}).defined());
    reader.ignore("known");
    expectError(
        ErrorKind::Format,
        {"missing (1): absent", "of another shape (1): wide is [3], expected [4]", "not known (1): more"},
        [&] { reader.finish(); });
    ASSERT_FALSE(told.empty());
    EXPECT_EQ(told.back(), (std::pair<std::int64_t, std::int64_t>(12, 48)));
}

// Larger than one piece, so that pieces and their seams are seen, in every way of copying.
TEST_F(Checkpoints, LargeTensorsArriveWhole) {
    const std::int64_t size = (5 << 20) + 7;
    at::Tensor large = at::arange(size, at::kInt).remainder(1000).to(at::kHalf);
    writeTensors(m_folder.path() / "model.safetensors", {{"w", large}}, {});
    for (const at::ScalarType type : {at::kHalf, at::kFloat, at::kDouble}) {
        const WeightFiles files = open();
        std::int64_t calls = 0;
        WeightReader reader(files, type, [&](std::int64_t, std::int64_t) { ++calls; });
        EXPECT_TRUE(at::equal(reader.take("w", {size}), large.to(type)));
        EXPECT_GE(calls, 3);
        reader.finish();
    }
}

TEST_F(Checkpoints, WritingNarrowRefusesWhatDoesNotFit) {
    const fs::path file = m_folder.path() / "model.safetensors";
    writeTensors(file, {{"w", at::full({2}, 3.5, at::kDouble)}}, {}, at::kBFloat16);
    EXPECT_EQ(open().find("w")->view->dtype, DType::BF16);
    EXPECT_EQ(value("w"), 3.5);
    expectError(ErrorKind::Numeric, {"\"w\"", "F16"}, [&] {
        writeTensors(file, {{"w", at::full({2}, 1e6, at::kFloat)}}, {}, at::kHalf);
    });
    EXPECT_EQ(value("w"), 3.5);
}

}  // namespace
}  // namespace jumplora
