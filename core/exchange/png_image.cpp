// SPDX-License-Identifier: Apache-2.0
#include "exchange/png_image.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>

namespace jumplora {
namespace {

// Twelve of the 256 colours of viridis, evenly spaced.
constexpr std::array<PngImage::Colour, 12> kViridis = {{{68, 1, 84},
                                                        {72, 33, 115},
                                                        {67, 62, 133},
                                                        {56, 88, 140},
                                                        {45, 112, 142},
                                                        {37, 133, 142},
                                                        {30, 155, 138},
                                                        {42, 176, 127},
                                                        {82, 197, 105},
                                                        {134, 213, 73},
                                                        {194, 223, 35},
                                                        {253, 231, 37}}};

PngImage::Colour viridis(double share) {
    const double place = std::clamp(share, 0.0, 1.0) * (kViridis.size() - 1);
    const auto below = std::min(static_cast<std::size_t>(place), kViridis.size() - 2);
    const double rest = place - static_cast<double>(below);
    PngImage::Colour colour{};
    for (std::size_t c = 0; c < colour.size(); ++c)
        colour[c] = static_cast<std::uint8_t>(
            std::lround(kViridis[below][c] * (1 - rest) + kViridis[below + 1][c] * rest));
    return colour;
}

// Black on light colours, by BT.709 luminance.
PngImage::Colour inkOn(const PngImage::Colour& colour) {
    const auto linear = [](std::uint8_t c) {
        const double v = c / 255.0;
        return v <= 0.04045 ? v / 12.92 : std::pow((v + 0.055) / 1.055, 2.4);
    };
    const double luminance =
        0.2126 * linear(colour[0]) + 0.7152 * linear(colour[1]) + 0.0722 * linear(colour[2]);
    const std::uint8_t ink = luminance > 0.179 ? 0 : 255;
    return {ink, ink, ink};
}

// Three columns and five rows, a bit a dot, the upper left one first.
constexpr int kDotColumns = 3;
constexpr int kDotRows = 5;
constexpr std::array<std::uint16_t, 10> kDigits = {
    0b111101101101111, 0b010110010010111, 0b111001111100111, 0b111001111001111, 0b101101111001001,
    0b111100111001111, 0b111100111101111, 0b111001010010010, 0b111101111101111, 0b111101111001111};
constexpr std::uint16_t kPoint = 0b000000000000010;
constexpr std::uint16_t kMinus = 0b000000111000000;

std::uint16_t dotsOf(char c) {
    if (c >= '0' && c <= '9') return kDigits[static_cast<std::size_t>(c - '0')];
    return c == '.' ? kPoint : c == '-' ? kMinus : 0;
}

void put32(std::string& bytes, std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift & 0xFFU);
}

std::uint32_t crc32(std::string_view bytes) {
    constexpr std::uint32_t kPolynomial = 0xEDB88320;
    std::uint32_t crc = ~0U;
    for (const char c : bytes) {
        crc ^= static_cast<unsigned char>(c);
        for (int bit = 0; bit < 8; ++bit) crc = crc >> 1U ^ ((crc & 1U) != 0 ? kPolynomial : 0U);
    }
    return ~crc;
}

std::uint32_t adler32(std::string_view bytes) {
    constexpr std::uint32_t kModulus = 65521;
    std::uint32_t a = 1;
    std::uint32_t b = 0;
    for (const char c : bytes) {
        a = (a + static_cast<unsigned char>(c)) % kModulus;
        b = (b + a) % kModulus;
    }
    return b << 16U | a;
}

void chunk(std::string& file, const char* type, const std::string& data) {
    put32(file, static_cast<std::uint32_t>(data.size()));
    const std::string body = type + data;
    file += body;
    put32(file, crc32(body));
}

// A zlib stream of stored blocks.
std::string stored(const std::string& raw) {
    constexpr std::size_t kLargest = 65535;
    std::string stream = "\x78\x01";
    for (std::size_t at = 0; at < raw.size() || at == 0; at += kLargest) {
        const std::size_t size = std::min(kLargest, raw.size() - at);
        stream += static_cast<char>(at + size >= raw.size() ? 1 : 0);
        for (const std::size_t value : {size, ~size}) {
            stream += static_cast<char>(value & 0xFFU);
            stream += static_cast<char>(value >> 8U & 0xFFU);
        }
        stream.append(raw, at, size);
    }
    put32(stream, adler32(raw));
    return stream;
}

}  // namespace

PngImage::PngImage(int width, int height, const Colour& background)
    : m_width(std::max(width, 1)),
      m_height(std::max(height, 1)),
      m_pixels(static_cast<std::size_t>(m_width) * static_cast<std::size_t>(m_height) * 3) {
    fill(0, 0, m_width, m_height, background);
}

void PngImage::fill(int x, int y, int width, int height, const Colour& colour) {
    for (int row = std::max(y, 0); row < std::min(y + height, m_height); ++row)
        for (int column = std::max(x, 0); column < std::min(x + width, m_width); ++column)
            std::copy(colour.begin(), colour.end(),
                      m_pixels.begin() + 3 * (static_cast<std::ptrdiff_t>(row) * m_width + column));
}

int PngImage::textWidth(const std::string& number, int scale) {
    return (static_cast<int>(number.size()) * (kDotColumns + 1) - 1) * scale;
}

void PngImage::write(int x, int y, const std::string& number, int scale, const Colour& colour) {
    for (const char c : number) {
        const std::uint16_t dots = dotsOf(c);
        for (int dot = 0; dot < kDotColumns * kDotRows; ++dot)
            if ((dots >> (kDotColumns * kDotRows - 1 - dot) & 1U) != 0)
                fill(x + dot % kDotColumns * scale, y + dot / kDotColumns * scale, scale, scale, colour);
        x += (kDotColumns + 1) * scale;
    }
}

std::string PngImage::encode() const {
    std::string raw;
    const auto line = static_cast<std::size_t>(m_width) * 3;
    raw.reserve((line + 1) * static_cast<std::size_t>(m_height));
    for (std::size_t row = 0; row < static_cast<std::size_t>(m_height); ++row) {
        raw += '\0';  // no filter
        raw.append(reinterpret_cast<const char*>(m_pixels.data()) + row * line, line);
    }
    std::string file = "\x89PNG\r\n\x1A\n";
    std::string header;
    put32(header, static_cast<std::uint32_t>(m_width));
    put32(header, static_cast<std::uint32_t>(m_height));
    header += std::string("\x08\x02\0\0\0", 5);  // 8 bits, RGB, no interlacing
    chunk(file, "IHDR", header);
    chunk(file, "IDAT", stored(raw));
    chunk(file, "IEND", "");
    return file;
}

PngImage heatMap(const std::vector<std::vector<std::optional<double>>>& rows, double low, double high) {
    constexpr int kCell = 44;
    constexpr int kGap = 2;
    constexpr int kDot = 3;
    constexpr PngImage::Colour kNothing = {225, 225, 225};
    std::size_t columns = 1;
    for (const auto& row : rows) columns = std::max(columns, row.size());
    PngImage image(static_cast<int>(columns) * kCell + kGap, static_cast<int>(rows.size()) * kCell + kGap);
    for (std::size_t r = 0; r < rows.size(); ++r) {
        for (std::size_t c = 0; c < rows[r].size(); ++c) {
            const int x = static_cast<int>(c) * kCell + kGap;
            const int y = static_cast<int>(r) * kCell + kGap;
            const auto& value = rows[r][c];
            const bool known = value && std::isfinite(*value);
            const auto colour = known ? viridis(high > low ? (*value - low) / (high - low) : 0.5) : kNothing;
            image.fill(x, y, kCell - kGap, kCell - kGap, colour);
            if (!known) continue;
            const std::string text = fmt::format("{:.0f}", 100 * *value);
            image.write(x + (kCell - kGap - PngImage::textWidth(text, kDot)) / 2,
                        y + (kCell - kGap - kDotRows * kDot) / 2, text, kDot, inkOn(colour));
        }
    }
    return image;
}

}  // namespace jumplora
