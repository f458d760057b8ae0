// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/file.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace jumplora {

// Where and when a TensorBoard value belongs.
struct EventPlace {
    double wallTime = 0;  // seconds since 1970
    std::int64_t step = 0;
};

// Bucket i counts the values in (limits[i−1], limits[i]].
struct EventHistogram {
    double minimum = 0, maximum = 0, count = 0, sum = 0, sumOfSquares = 0;
    std::vector<double> limits;
    std::vector<double> counts;
};

// A file of TensorBoard events: TFRecords (length, masked CRC-32C of it, data, masked CRC-32C of them) of
// tensorflow.Event messages in protobuf's wire format.
class EventFile {
  public:
    // Begins with the file's version, as TensorBoard expects it.
    EventFile(const std::filesystem::path& file, double wallTime);
    void scalar(const std::string& tag, double value, const EventPlace& place);
    void histogram(const std::string& tag, const EventHistogram& values, const EventPlace& place);
    void image(const std::string& tag, int width, int height, const std::string& png,
               const EventPlace& place);
    void text(const std::string& tag, const std::string& markdown, const EventPlace& place);
    // Makes the file durable under its name.
    void commit() { m_file.commit(); }

  private:
    void record(const std::string& event);
    void summary(const std::string& value, const EventPlace& place);
    AtomicFile m_file;
};

// CRC-32C (Castagnoli), and as TFRecords store it.
std::uint32_t crc32c(std::string_view bytes);
std::uint32_t maskedCrc32c(std::string_view bytes);

}  // namespace jumplora
