// SPDX-License-Identifier: Apache-2.0
// Damaged safetensors: a typed error or a file that is in fact valid, never a crash, never memory that no
// file stands for.
#include "base/file.h"
#include "support/errors.h"
#include "support/mutation.h"
#include "support/shared_data.h"
#include "weights/safetensors.h"
#include "weights/weights.h"

#include <gtest/gtest.h>

#include <cstring>

namespace jumplora {
namespace {

using testing::damageFileOnDisk;
using testing::expectError;
using testing::headerBytes;
using testing::TemporaryFolder;

// A file from its header's text and its data.
std::filesystem::path writeRaw(const std::filesystem::path& file, const std::string& header,
                               std::size_t data) {
    std::string bytes(sizeof(std::uint64_t), '\0');
    const std::uint64_t size = header.size();
    std::memcpy(bytes.data(), &size, sizeof size);
    writeFileAtomically(file, bytes + header + std::string(data, '\1'));
    return file;
}

TEST(SafetensorsDamage, EveryTypeOfTensor) {
    const TemporaryFolder folder;
    const auto file = folder.path() / "x.safetensors";
    std::vector<std::pair<std::string, at::Tensor>> tensors;
    int number = 0;
    for (const at::ScalarType type : {at::kDouble, at::kFloat, at::kHalf, at::kBFloat16, at::kLong, at::kInt,
                                      at::kShort, at::kChar, at::kByte, at::kBool})
        tensors.emplace_back("tensor " + std::to_string(number++), at::ones({2, 3, 4}).to(type));
    tensors.emplace_back("scalar", at::zeros({}));
    tensors.emplace_back("empty", at::zeros({0, 3}));
    writeTensors(file, tensors, {{"format", "test/1"}, {"\xC3\xA9", "\"\\"}});
    const auto count = damageFileOnDisk(file, headerBytes(file), 1, 3000, [&] {
        const SafetensorsFile read(file);
        for (const TensorView& view : read.tensors()) {
            ASSERT_EQ(toTensor(view).numel(), view.elements());
            (void)toTensor(view, at::kFloat).sum().item<float>();
        }
    });
    EXPECT_GT(count.refused, 1000);
    EXPECT_GT(count.accepted, 500);
}

TEST(SafetensorsDamage, HeadersThatLie) {
    const TemporaryFolder folder;
    const auto file = folder.path() / "x.safetensors";
    const auto refused = [&](const std::string& header, std::size_t data,
                             const std::vector<std::string>& parts) {
        SCOPED_TRACE(header);
        writeRaw(file, header, data);
        std::vector<std::string> all = {file.string()};
        all.insert(all.end(), parts.begin(), parts.end());
        expectError(ErrorKind::Format, all, [&] { const SafetensorsFile read(file); });
    };
    const std::string a = R"("a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]})";
    ASSERT_NO_THROW(SafetensorsFile(writeRaw(file, "{" + a + "}", 8)));
    refused("{" + a + "}", 7, {"\"a\"", "outside"});
    refused("{" + a + "}", 9, {"last 1 bytes"});
    refused("{" + a + R"(,"b":{"dtype":"U8","shape":[1],"data_offsets":[9,10]}})", 10, {"\"b\""});
    refused("{" + a + R"(,"b":{"dtype":"U8","shape":[4],"data_offsets":[4,8]}})", 8, {"\"a\"", "\"b\""});
    refused(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}})", 8, {"\"a\""});
    refused(R"({"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}})", 8, {"\"a\"", "shape"});
    refused(R"({"a":{"dtype":"F32","shape":[2.0],"data_offsets":[0,8]}})", 8, {"\"a\"", "shape"});
    refused(R"({"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}})", 8, {"\"a\""});
    refused(
        R"({"a":{"dtype":"F32","shape":[0,9223372036854775807,9223372036854775807],"data_offsets":[0,0]}})",
        0, {"\"a\"", "larger"});
    refused(R"({"a":{"dtype":"F32","shape":[18446744073709551615],"data_offsets":[0,8]}})", 8, {"\"a\""});
    refused(R"({"a":{"dtype":"C64","shape":[1],"data_offsets":[0,8]}})", 8, {"\"a\"", "C64"});
    refused(R"({"a":{"dtype":"F32","shape":[2]}})", 8, {"data_offsets"});
    refused(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8,8]}})", 8, {"data_offsets"});
    refused(R"({"a":7})", 0, {"\"a\""});
    refused(R"({"__metadata__":{"x":1}})", 0, {"\"x\""});
    refused(R"([1])", 0, {"header"});
    refused("{\"\xFF\":1}", 0, {"JSON"});
    std::string deep = "{\"a\":";
    deep.append(100000, '[');
    refused(deep, 0, {"nested"});
    std::string ones = "1";
    for (int i = 0; i < 1000; ++i) ones += ",1";
    refused(R"({"a":{"dtype":"U8","shape":[)" + ones + R"(],"data_offsets":[0,1]}})", 1,
            {"\"a\"", "dimensions"});
    for (const std::size_t length : {0U, 1U, 7U}) {
        writeFileAtomically(file, std::string(length, '\0'));
        expectError(ErrorKind::Format, {file.string(), "short"}, [&] { const SafetensorsFile read(file); });
    }
    writeFileAtomically(file, std::string(16, '\xFF'));
    expectError(ErrorKind::Format, {file.string(), "header"}, [&] { const SafetensorsFile read(file); });
}

// Bytes of a boolean that are neither 0 nor 1 count as true.
TEST(SafetensorsDamage, BooleansAreZeroOrOne) {
    const TemporaryFolder folder;
    const auto file = folder.path() / "x.safetensors";
    std::vector<std::byte> data = {std::byte{0}, std::byte{1}, std::byte{7}};
    writeSafetensors(file, {{"b", DType::Bool, {3}, data}}, {});
    const SafetensorsFile read(file);
    EXPECT_EQ(toTensor(read.require("b"), at::kLong).sum().item<std::int64_t>(), 2);
}

}  // namespace
}  // namespace jumplora
