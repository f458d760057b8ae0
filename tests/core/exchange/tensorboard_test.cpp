// SPDX-License-Identifier: Apache-2.0
#include "exchange/tensorboard.h"

#include "base/file.h"
#include "core/store/sample_run.h"
#include "exchange/event_file.h"
#include "exchange/png_image.h"
#include "support/shared_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cstring>
#include <map>

namespace jumplora {
namespace {

using testing::TemporaryFolder;

// The records of an event file, with both checksums checked.
std::vector<std::string> recordsOf(const std::string& bytes) {
    std::vector<std::string> records;
    for (std::size_t at = 0; at < bytes.size();) {
        std::uint64_t length = 0;
        std::uint32_t check = 0;
        std::memcpy(&length, bytes.data() + at, 8);
        std::memcpy(&check, bytes.data() + at + 8, 4);
        EXPECT_EQ(check, maskedCrc32c(std::string_view(bytes).substr(at, 8)));
        const std::string data = bytes.substr(at + 12, length);
        std::memcpy(&check, bytes.data() + at + 12 + length, 4);
        EXPECT_EQ(check, maskedCrc32c(data));
        records.push_back(data);
        at += 16 + length;
    }
    return records;
}

// Fields of a protobuf message: number -> raw values in order.
std::multimap<std::uint64_t, std::string> fieldsOf(const std::string& message) {
    std::multimap<std::uint64_t, std::string> fields;
    std::size_t at = 0;
    const auto varint = [&] {
        std::uint64_t value = 0;
        for (unsigned shift = 0;; shift += 7) {
            const auto byte = static_cast<unsigned char>(message.at(at++));
            value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
            if (byte < 0x80) return value;
        }
    };
    while (at < message.size()) {
        const std::uint64_t key = varint();
        std::size_t size = 0;
        if ((key & 7U) == 0) {
            fields.emplace(key >> 3U, std::to_string(varint()));
            continue;
        }
        size = (key & 7U) == 1 ? 8 : (key & 7U) == 5 ? 4 : varint();
        fields.emplace(key >> 3U, message.substr(at, size));
        at += size;
    }
    return fields;
}

TEST(EventFileTest, PublishedChecksums) {
    // RFC 3720, appendix B.4.
    EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A9136AAU);
    EXPECT_EQ(crc32c(std::string(32, '\xFF')), 0x62A8AB43U);
    EXPECT_EQ(crc32c("123456789"), 0xE3069283U);
}

TEST(TensorBoardTest, WritesEveryStep) {
    const TemporaryFolder folder;
    const RunDirectory run = testing::writeSampleRun(folder.path() / "run");
    TensorBoardOptions options;
    options.histograms = false;
    const auto report = writeTensorBoard(run, folder.path() / "events", options);
    EXPECT_EQ(report.file.parent_path(), folder.path() / "events/run");
    const auto records = recordsOf(readFile(report.file));
    EXPECT_EQ(fieldsOf(records[0]).find(3)->second, "brain.Event:2");
    std::map<std::string, std::vector<std::pair<std::string, float>>> scalars;
    std::int64_t images = 0;
    for (const std::string& record : records) {
        const auto event = fieldsOf(record);
        if (!event.contains(5)) continue;
        const auto value = fieldsOf(fieldsOf(event.find(5)->second).find(1)->second);
        const std::string tag = value.find(1)->second;
        if (value.contains(2)) {
            float number = 0;
            std::memcpy(&number, value.find(2)->second.data(), 4);
            scalars[tag].emplace_back(event.find(2)->second, number);
        }
        if (value.contains(4)) {
            ++images;
            EXPECT_EQ(fieldsOf(value.find(4)->second).find(4)->second.substr(1, 3), "PNG");
        }
    }
    ASSERT_EQ(scalars["train/ce"].size(), 15U);
    EXPECT_EQ(scalars["train/ce"][3].first, "4");
    EXPECT_FLOAT_EQ(scalars["train/ce"][3].second, 0.5F);
    EXPECT_FLOAT_EQ(scalars["train/total"][5].second, 2.0F / 6 + 0.25F);
    EXPECT_EQ(scalars["train/penalty/ella"].size(), 10U);
    EXPECT_FLOAT_EQ(scalars["gate/tau/0"][1].second, 2e-3F);
    EXPECT_EQ(scalars["task"][5].second, 2);
    ASSERT_EQ(scalars["score/task1"].size(), 3U);
    EXPECT_EQ(scalars["score/task1"][2].first, "15");
    EXPECT_FLOAT_EQ(scalars["score/task1"][2].second, 0.8F);
    EXPECT_EQ(scalars["metrics/bwt"].size(), 2U);
    EXPECT_EQ(images, 3 + 2) << "a matrix after each task, two measures of overlap";
    EXPECT_EQ(report.images, images);
    // Written again: the same bytes under the same name.
    const std::string first = readFile(report.file);
    writeTensorBoard(run, folder.path() / "events", options);
    EXPECT_EQ(readFile(report.file), first);
}

TEST(PngImageTest, DrawsCells) {
    const PngImage image = heatMap({{0.0, std::nullopt}, {1.0, 0.5}}, 0, 1);
    EXPECT_EQ(image.width(), 90);
    EXPECT_EQ(image.height(), 90);
    const std::string png = image.encode();
    EXPECT_EQ(png.substr(0, 8), "\x89PNG\r\n\x1A\n");
    EXPECT_EQ(png.substr(png.size() - 8), "IEND\xAE\x42\x60\x82");
    EXPECT_EQ(PngImage::textWidth("42", 3), 21);
    PngImage small(2, 1, {1, 2, 3});
    small.fill(-5, -5, 100, 100, {7, 8, 9});
    EXPECT_THAT(small.encode(), ::testing::HasSubstr(std::string("\0\x07\x08\x09\x07\x08\x09", 7)));
}

}  // namespace
}  // namespace jumplora
