// SPDX-License-Identifier: Apache-2.0
#include "exchange/event_file.h"

#include <array>
#include <bit>
#include <cstring>

namespace jumplora {
namespace {

// Protobuf's wire format: a key (field number, type), then the value.
enum WireType : std::uint32_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

void putVarint(std::string& out, std::uint64_t value) {
    constexpr std::uint64_t kMore = 0x80;
    while (value >= kMore) {
        out += static_cast<char>(value | kMore);
        value >>= 7U;
    }
    out += static_cast<char>(value);
}

template <typename Bits>
void putLittleEndian(std::string& out, Bits bits) {
    for (std::size_t i = 0; i < sizeof bits; ++i) out += static_cast<char>(bits >> (8 * i) & 0xFFU);
}

void key(std::string& out, std::uint32_t field, WireType type) { putVarint(out, field << 3U | type); }

void putInteger(std::string& out, std::uint32_t field, std::int64_t value) {
    key(out, field, kVarint);
    putVarint(out, static_cast<std::uint64_t>(value));
}

void putDouble(std::string& out, std::uint32_t field, double value) {
    key(out, field, kFixed64);
    putLittleEndian(out, std::bit_cast<std::uint64_t>(value));
}

void putFloat(std::string& out, std::uint32_t field, float value) {
    key(out, field, kFixed32);
    putLittleEndian(out, std::bit_cast<std::uint32_t>(value));
}

void putBytes(std::string& out, std::uint32_t field, std::string_view bytes) {
    key(out, field, kBytes);
    putVarint(out, bytes.size());
    out += bytes;
}

void putDoubles(std::string& out, std::uint32_t field, const std::vector<double>& values) {
    std::string packed;
    for (const double value : values) putLittleEndian(packed, std::bit_cast<std::uint64_t>(value));
    putBytes(out, field, packed);
}

// Field numbers of event.proto, summary.proto and tensor.proto.
namespace event {
constexpr std::uint32_t kWallTime = 1, kStep = 2, kFileVersion = 3, kSummary = 5;
}
namespace value {
constexpr std::uint32_t kTag = 1, kSimple = 2, kImage = 4, kHistogram = 5, kTensor = 8, kMetadata = 9;
}

std::string eventMessage(const EventPlace& place) {
    std::string message;
    putDouble(message, event::kWallTime, place.wallTime);
    putInteger(message, event::kStep, place.step);
    return message;
}

std::string valueMessage(const std::string& tag) {
    std::string message;
    putBytes(message, value::kTag, tag);
    return message;
}

std::array<std::uint32_t, 256> castagnoliTable() {
    constexpr std::uint32_t kPolynomial = 0x82F63B78;
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < table.size(); ++i) {
        std::uint32_t crc = i;
        for (int bit = 0; bit < 8; ++bit) crc = crc >> 1U ^ ((crc & 1U) != 0 ? kPolynomial : 0U);
        table[i] = crc;
    }
    return table;
}

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
    static const auto kTable = castagnoliTable();
    std::uint32_t crc = ~0U;
    for (const char c : bytes) crc = crc >> 8U ^ kTable[(crc ^ static_cast<unsigned char>(c)) & 0xFFU];
    return ~crc;
}

std::uint32_t maskedCrc32c(std::string_view bytes) {
    constexpr std::uint32_t kDelta = 0xA282EAD8;
    return std::rotr(crc32c(bytes), 15) + kDelta;
}

EventFile::EventFile(const std::filesystem::path& file, double wallTime) : m_file(file) {
    std::string message;
    putDouble(message, event::kWallTime, wallTime);
    putBytes(message, event::kFileVersion, "brain.Event:2");
    record(message);
}

void EventFile::record(const std::string& message) {
    std::string length;
    putLittleEndian(length, static_cast<std::uint64_t>(message.size()));
    std::string framed = length;
    putLittleEndian(framed, maskedCrc32c(length));
    framed += message;
    putLittleEndian(framed, maskedCrc32c(message));
    m_file.write(std::string_view(framed));
}

void EventFile::summary(const std::string& message, const EventPlace& place) {
    std::string summary;
    putBytes(summary, 1, message);
    std::string whole = eventMessage(place);
    putBytes(whole, event::kSummary, summary);
    record(whole);
}

void EventFile::scalar(const std::string& tag, double number, const EventPlace& place) {
    std::string message = valueMessage(tag);
    putFloat(message, value::kSimple, static_cast<float>(number));
    summary(message, place);
}

void EventFile::histogram(const std::string& tag, const EventHistogram& values, const EventPlace& place) {
    std::string histogram;
    const double numbers[] = {values.minimum, values.maximum, values.count, values.sum, values.sumOfSquares};
    for (std::uint32_t i = 0; i < std::size(numbers); ++i) putDouble(histogram, i + 1, numbers[i]);
    putDoubles(histogram, 6, values.limits);
    putDoubles(histogram, 7, values.counts);
    std::string message = valueMessage(tag);
    putBytes(message, value::kHistogram, histogram);
    summary(message, place);
}

void EventFile::image(const std::string& tag, int width, int height, const std::string& png,
                      const EventPlace& place) {
    constexpr std::int64_t kRgb = 3;
    std::string image;
    putInteger(image, 1, height);
    putInteger(image, 2, width);
    putInteger(image, 3, kRgb);
    putBytes(image, 4, png);
    std::string message = valueMessage(tag);
    putBytes(message, value::kImage, image);
    summary(message, place);
}

void EventFile::text(const std::string& tag, const std::string& markdown, const EventPlace& place) {
    constexpr std::int64_t kStringType = 7;
    std::string dimension;
    putInteger(dimension, 1, 1);
    std::string shape;
    putBytes(shape, 2, dimension);
    std::string tensor;
    putInteger(tensor, 1, kStringType);
    putBytes(tensor, 2, shape);
    putBytes(tensor, 8, markdown);
    std::string plugin;
    putBytes(plugin, 1, "text");
    std::string metadata;
    putBytes(metadata, 1, plugin);
    std::string message = valueMessage(tag);
    putBytes(message, value::kTensor, tensor);
    putBytes(message, value::kMetadata, metadata);
    summary(message, place);
}

}  // namespace jumplora
