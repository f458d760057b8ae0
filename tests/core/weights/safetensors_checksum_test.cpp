// SPDX-License-Identifier: Apache-2.0
#include "base/file.h"
#include "support/errors.h"
#include "support/shared_data.h"
#include "weights/weights.h"

#include <gtest/gtest.h>
#include <xxhash.h>

namespace jumplora {
namespace {

using testing::expectError;
using testing::TemporaryFolder;

class Checksum : public ::testing::Test {
  protected:
    void SetUp() override {
        writeTensors(m_file, {{"a", at::arange(6, at::kFloat).view({2, 3})}, {"b", at::ones({5}, at::kHalf)}},
                     {{"format", "test/1"}, {kChecksumKey, ""}, {"zeros", "0000000000000000"}});
        m_bytes = readFile(m_file);
    }
    void write(const std::string& bytes) const { writeFileAtomically(m_file, bytes); }

    TemporaryFolder m_folder;
    std::filesystem::path m_file = m_folder.path() / "x.safetensors";
    std::string m_bytes;
};

TEST_F(Checksum, IsTheHashOfTheFileWithItsOwnDigitsBlank) {
    const SafetensorsFile file(m_file);
    const std::string digits = file.requireMetadata(kChecksumKey);
    ASSERT_EQ(digits.size(), 16U);
    EXPECT_TRUE(at::equal(toTensor(file.require("a")), at::arange(6, at::kFloat).view({2, 3})));
    std::string blank = m_bytes;
    blank.replace(blank.find(digits), digits.size(), std::string(16, '0'));
    EXPECT_EQ(fmt::format("{:016x}", XXH3_64bits(blank.data(), blank.size())), digits);
}

TEST_F(Checksum, EveryFlippedBitIsSeenOrHurtsNothing) {
    const std::size_t header = m_bytes.find("}}") + 2;
    int accepted = 0;
    for (std::size_t i = 0; i < m_bytes.size(); ++i) {
        for (int bit = 0; bit < 8; ++bit) {
            std::string flipped = m_bytes;
            flipped[i] ^= static_cast<char>(1U << bit);
            write(flipped);
            try {
                const SafetensorsFile file(m_file);
                ++accepted;
                EXPECT_LT(i, header);
                EXPECT_EQ(file.metadata().count(kChecksumKey), 0U) << "byte " << i << ", bit " << bit;
            } catch (const Error& error) {
                EXPECT_EQ(error.kind(), ErrorKind::Format);
            }
        }
    }
    // One character of the checksum's own name each.
    EXPECT_LT(accepted, 8 * 13);
}

TEST_F(Checksum, SaysWhatWasExpectedAndFound) {
    const std::string expected = SafetensorsFile(m_file).requireMetadata(kChecksumKey);
    std::string flipped = m_bytes;
    flipped.back() ^= 1;
    write(flipped);
    flipped.replace(flipped.find(expected), 16, std::string(16, '0'));
    expectError(
        ErrorKind::Format,
        {m_file.string(), expected, fmt::format("{:016x}", XXH3_64bits(flipped.data(), flipped.size())),
         "Put back a copy", kChecksumKey},
        [&] { const SafetensorsFile file(m_file); });
    // Digits that are none.
    std::string other = m_bytes;
    other[other.find(expected)] = 'x';
    write(other);
    expectError(ErrorKind::Format, {m_file.string(), "Put back a copy"},
                [&] { const SafetensorsFile file(m_file); });
}

TEST_F(Checksum, FilesWithoutOneAreRead) {
    writeTensors(m_file, {{"a", at::ones({2})}}, {{"format", "test/1"}});
    EXPECT_EQ(SafetensorsFile(m_file).metadata().size(), 1U);
    writeTensors(m_file, {}, {{kChecksumKey, ""}});
    EXPECT_EQ(SafetensorsFile(m_file).tensors().size(), 0U);
}

}  // namespace
}  // namespace jumplora
