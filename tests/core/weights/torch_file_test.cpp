// SPDX-License-Identifier: Apache-2.0
#include "weights/torch_file.h"

#include "support/errors.h"
#include "support/mutation.h"
#include "support/shared_data.h"
#include "support/torch_file_writer.h"
#include "weights/weights.h"

#include <gtest/gtest.h>

namespace jumplora {
namespace {

using testing::expectError;
using testing::PickledTensor;
using testing::raw;
using testing::TemporaryFolder;
using testing::ZipFlaws;
using testing::ZipPart;

std::string floats(std::int64_t count) {
    std::string bytes;
    for (std::int64_t i = 0; i < count; ++i) bytes += raw(static_cast<float>(i));
    return bytes;
}

at::Tensor counting(const std::vector<std::int64_t>& shape, double first = 0) {
    at::Tensor tensor = at::empty(shape, at::kFloat);
    for (std::int64_t i = 0; i < tensor.numel(); ++i) tensor.view({-1})[i] = first + static_cast<double>(i);
    return tensor;
}

class TorchFiles : public ::testing::Test {
  protected:
    std::filesystem::path write(const std::string& bytes) {
        writeFileAtomically(m_file, bytes);
        return m_file;
    }
    std::filesystem::path archive(const std::vector<PickledTensor>& tensors, const std::vector<ZipPart>& data,
                                  const ZipFlaws& flaws = {}) {
        std::vector<ZipPart> parts = {{"model/data.pkl", testing::pickleOf(tensors)},
                                      {"model/byteorder", "little"}};
        for (const ZipPart& each : data) parts.push_back({"model/data/" + each.name, each.data});
        parts.push_back({"model/version", "3\n"});
        return write(testing::zipOf(parts, flaws));
    }
    void refused(const std::string& bytes, std::vector<std::string> parts) {
        parts.push_back(write(bytes).string());
        expectError(ErrorKind::Format, parts, [&] { const TorchFile file(m_file); });
    }
    // A pickle that is not a dictionary of tensors, in an archive and by itself.
    void refusedPickle(const std::string& pickle, const std::vector<std::string>& parts) {
        refused(testing::zipOf({{"a/data.pkl", pickle}}), parts);
        refused(pickle, parts);
    }

    TemporaryFolder m_folder;
    std::filesystem::path m_file = m_folder.path() / "pytorch_model.bin";
};

TEST_F(TorchFiles, StridesSharedStoragesAndTypes) {
    const std::string doubles = raw(1.5) + raw(-2.0);
    const auto path = archive({{"whole", "FloatStorage", "0", 24, 0, {4, 6}, {6, 1}},
                               {"transposed", "FloatStorage", "0", 24, 0, {6, 4}, {1, 6}, true},
                               {"part", "FloatStorage", "0", 24, 7, {2, 3}, {6, 2}},
                               {"scalar", "FloatStorage", "0", 24, 23, {}, {}},
                               {"none", "FloatStorage", "0", 24, 0, {0, 3}, {3, 1}},
                               {"wide", "DoubleStorage", "1", 2, 0, {2}, {1}},
                               {"half", "HalfStorage", "2", 1, 0, {1}, {1}},
                               {"brain", "BFloat16Storage", "3", 1, 0, {1}, {1}},
                               {"yes", "BoolStorage", "4", 2, 0, {2}, {1}},
                               {"long", "LongStorage", "5", 1, 0, {1}, {1}}},
                              {{"0", floats(24)},
                               {"1", doubles},
                               {"2", raw<std::uint16_t>(0x3C00)},
                               {"3", raw<std::uint16_t>(0x3F80)},
                               {"4", std::string("\x00\x07", 2)},
                               {"5", raw<std::int64_t>(-9)}});
    const TorchFile file(path);
    const auto read = [&](const char* name) { return toTensor(file.require(name)); };
    EXPECT_EQ(file.tensors().size(), 10U);
    const at::Tensor whole = counting({4, 6});
    EXPECT_TRUE(at::equal(read("whole"), whole));
    EXPECT_TRUE(at::equal(read("transposed"), whole.t()));
    EXPECT_TRUE(at::equal(read("part"), whole.as_strided({2, 3}, {6, 2}, 7)));
    EXPECT_EQ(read("scalar").item<float>(), 23);
    EXPECT_EQ(read("none").sizes().vec(), (std::vector<std::int64_t>{0, 3}));
    EXPECT_EQ(read("wide")[1].item<double>(), -2);
    EXPECT_EQ(toTensor(file.require("wide"), at::kFloat)[0].item<float>(), 1.5F);
    EXPECT_EQ(read("half").item<float>(), 1);
    EXPECT_EQ(read("brain").item<float>(), 1);
    EXPECT_FALSE(read("yes")[0].item<bool>());
    EXPECT_EQ(toTensor(file.require("yes"), at::kLong)[1].item<std::int64_t>(), 1);
    EXPECT_EQ(read("long").item<std::int64_t>(), -9);
    EXPECT_EQ(file.find("absent"), nullptr);
}

TEST_F(TorchFiles, Zip64) {
    ZipFlaws flaws;
    flaws.zip64 = true;
    const TorchFile file(
        archive({{"w", "FloatStorage", "0", 6, 0, {2, 3}, {3, 1}}}, {{"0", floats(6)}}, flaws));
    EXPECT_TRUE(at::equal(toTensor(file.require("w")), counting({2, 3})));
}

TEST_F(TorchFiles, OlderFormat) {
    const auto small = [](const std::string& body) { return std::string("\x80\x02", 2) + body + "."; };
    const std::string head = small("\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19") + small("M\xe9\x03") +
                             small("}(" + testing::pickledText("little_endian") + "\x88u");
    const std::string pickle = testing::pickleOf({{"w", "FloatStorage", "94", 6, 1, {5}, {1}},
                                                  {"tied", "FloatStorage", "94", 6, 0, {6}, {1}},
                                                  {"h", "HalfStorage", "95", 1, 0, {1}, {1}}});
    const std::string keys = small("](" + testing::pickledText("95") + testing::pickledText("94") + "e");
    const std::string data =
        raw<std::int64_t>(1) + raw<std::uint16_t>(0x3C00) + raw<std::int64_t>(6) + floats(6);
    {
        const TorchFile file(write(head + pickle + keys + data));
        EXPECT_TRUE(at::equal(toTensor(file.require("w")), counting({5}, 1)));
        EXPECT_TRUE(at::equal(toTensor(file.require("tied")), counting({6})));
        EXPECT_EQ(toTensor(file.require("h")).item<float>(), 1);
    }
    refused(head + pickle + keys + data.substr(0, data.size() - 1), {"storage \"94\"", "6 entries"});
    refused(head + pickle, {"ends too early"});
    refused(small("K\x01") + pickle, {"neither a zip archive nor"});
    refused("", {"ends too early"});
    refused("garbage", {"GET"});
}

TEST_F(TorchFiles, NothingIsExecuted) {
    // Protocol 0, 2 and 4 of the same wish, and the instruction that needs no call.
    refusedPickle("cos\nsystem\n(S'true'\ntR.", {"os.system", "nothing was executed"});
    refusedPickle(std::string("\x80\x02", 2) + "cposix\nsystem\n" + testing::pickledText("true") + "\x85R.",
                  {"posix.system"});
    refusedPickle("\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x04true\x85R.", {"os.system"});
    refusedPickle("(S'true'\nios\nsystem\n.", {"STRING"});
    refusedPickle("(ios\nsystem\n.", {"os.system"});
    refusedPickle("cbuiltins\neval\n.", {"builtins.eval"});
    refusedPickle("ctorch\nload\n.", {"torch.load"});
    refusedPickle("ctorch._utils\n_rebuild_tensor_v3\n.", {"torch._utils._rebuild_tensor_v3"});
    refusedPickle("ctorch\nQInt8Storage\n.", {"torch.QInt8Storage"});
    refusedPickle("ccollections\nOrderedDict\n)\x81.", {"NEWOBJ"});
    refusedPickle("\x82\x01.", {"EXT1"});
    refusedPickle("ccollections\nOrderedDict\nK\x01\x85R.", {"collections.OrderedDict", "not known"});
    refusedPickle("]}b.", {"a list where a dictionary should stand"});
}

TEST_F(TorchFiles, PicklesThatLie) {
    const auto dictionary = [](const std::string& value) {
        return "}" + testing::pickledText("x") + value + "s.";
    };
    const auto refusedArchive = [&](const std::string& pickle, const std::vector<std::string>& parts) {
        refused(testing::zipOf({{"a/data.pkl", pickle}}), parts);
    };
    refusedArchive("K\x01.", {"a whole number", "dictionary of tensors"});
    refusedArchive(dictionary("K\x01"), {"\"x\"", "a whole number"});
    refusedArchive(dictionary("}"), {"\"x\"", "a dictionary"});
    refusedArchive("}K\x01K\x02s.", {"a whole number as the name"});
    refusedArchive("0.", {"a value is missing"});
    refusedArchive("(0.", {"a value is missing"});
    refusedArchive("t.", {"a mark is missing"});
    refusedArchive("h\x07.", {"number 7"});
    refusedArchive(
        "X\xff\xff\xff\xff"
        "a.",
        {"ends too early"});
    refusedArchive("}(K\x01u.", {"a key without a value"});
    refusedArchive("K\x01Q.", {"storage of an unknown form"});
    refusedArchive(std::string(5'000'000, ')') + ".", {"more than"});
    refusedArchive(std::string(100'000, '(') + ".", {"a value is missing"});
    const auto lying = [&](const PickledTensor& tensor, const std::string& part) {
        SCOPED_TRACE(part);
        expectError(ErrorKind::Format, {"\"w\"", part}, [&] {
            const TorchFile file(archive({tensor}, {{"0", floats(6)}}));
        });
    };
    constexpr std::int64_t kHuge = std::int64_t{1} << 62;
    lying({"w", "FloatStorage", "1", 6, 0, {6}, {1}}, "\"1\"");
    lying({"w", "FloatStorage", "../0", 6, 0, {6}, {1}}, "\"../0\"");
    lying({"w", "FloatStorage", "0", 7, 0, {6}, {1}}, "7 entries");
    lying({"w", "DoubleStorage", "0", 6, 0, {6}, {1}}, "6 entries");
    lying({"w", "FloatStorage", "0", 6, 0, {7}, {1}}, "more entries");
    lying({"w", "FloatStorage", "0", 6, 0, {7}, {0}}, "more entries");
    lying({"w", "FloatStorage", "0", 6, 0, {kHuge, kHuge}, {1, 1}}, "more entries");
    lying({"w", "FloatStorage", "0", 6, 0, {2}, {kHuge}}, "more entries");
    lying({"w", "FloatStorage", "0", 6, 0, {2, 2}, {4, 2}}, "beyond its storage");
    lying({"w", "FloatStorage", "0", 6, 6, {1}, {1}}, "beyond its storage");
    lying({"w", "FloatStorage", "0", 6, kHuge, {}, {}}, "beyond its storage");
    lying({"w", "FloatStorage", "0", 6, -1, {1}, {1}}, "before its storage");
    lying({"w", "FloatStorage", "0", 6, 0, {-1}, {1}}, "whole numbers");
    lying({"w", "FloatStorage", "0", 6, 0, {6}, {1, 1}}, "strides");
    lying({"w", "FloatStorage", "0", 6, 0, {0, kHuge, kHuge}, {1, 1, 1}}, "larger than any file");
    lying(
        {"w", "FloatStorage", "0", 6, 0, std::vector<std::int64_t>(17, 1), std::vector<std::int64_t>(17, 1)},
        "dimensions");
    expectError(ErrorKind::Format, {"twice"}, [&] {
        const PickledTensor tensor = {"w", "FloatStorage", "0", 6, 0, {6}, {1}};
        const TorchFile file(archive({tensor, tensor}, {{"0", floats(6)}}));
    });
    expectError(ErrorKind::Format, {"UTF-8"}, [&] {
        const TorchFile file(archive({{"\xff", "FloatStorage", "0", 6, 0, {6}, {1}}}, {{"0", floats(6)}}));
    });
}

TEST_F(TorchFiles, ArchivesThatLie) {
    const std::string pickle = testing::pickleOf({});
    const auto zip = [&](const ZipFlaws& flaws) { return testing::zipOf({{"a/data.pkl", pickle}}, flaws); };
    refused(zip({8, 0, false}), {"data.pkl", "compressed"});
    refused(zip({0, 1, false}), {"data.pkl", "encrypted"});
    refused(testing::zipOf({{"a/other", pickle}}), {"without data.pkl"});
    refused(testing::zipOf({{"a/data.pkl", pickle}, {"a/data.pkl", pickle}}), {"two entries"});
    refused(testing::zipOf({{"a/data.pkl", pickle}, {"a/byteorder", "big"}}), {"\"big\""});
    const std::string good = zip({});
    refused(good.substr(0, good.size() - 1), {"end record"});
    refused(good.substr(0, good.size() / 2), {"end record"});
    refused("PK\x03\x04", {"too short"});
    refused(good.substr(1), {});
    std::string moved = "x" + good;
    refused("PK\x03\x04" + moved, {"place of its directory"});
    // Two directory entries that stand for the same bytes: what small archives grow from.
    std::string twice = testing::zipOf({{"a/data.pkl", pickle}, {"b/data.pkl", pickle}});
    const std::size_t second = twice.rfind("PK\x01\x02");
    std::memset(twice.data() + second + 42, 0, 4);
    twice[second + 46] = 'a';
    refused(twice, {"overlap"});
}

TEST_F(TorchFiles, Damaged) {
    for (const bool zip64 : {false, true}) {
        ZipFlaws flaws;
        flaws.zip64 = zip64;
        const auto path =
            archive({{"whole", "FloatStorage", "0", 24, 0, {4, 6}, {6, 1}},
                     {"transposed", "FloatStorage", "0", 24, 0, {6, 4}, {1, 6}},
                     {"half", "HalfStorage", "1", 3, 0, {3}, {1}, true},
                     {"yes", "BoolStorage", "2", 2, 0, {2}, {1}}},
                    {{"0", floats(24)}, {"1", std::string(6, '\2')}, {"2", std::string(2, '\2')}}, flaws);
        const auto count = testing::damageFileOnDisk(path, readFile(path).size(), zip64 ? 1 : 2, 3000, [&] {
            const TorchFile file(path);
            for (const TensorView& view : file.tensors()) {
                ASSERT_EQ(toTensor(view).numel(), view.elements());
                (void)toTensor(view, at::kFloat).sum().item<float>();
            }
        });
        EXPECT_GT(count.refused, 1500);
        EXPECT_GT(count.accepted, 100);
    }
}

}  // namespace
}  // namespace jumplora
