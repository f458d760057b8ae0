// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace jumplora {

// An RGB picture, 8 bits a channel.
class PngImage {
  public:
    using Colour = std::array<std::uint8_t, 3>;
    PngImage(int width, int height, const Colour& background = {255, 255, 255});
    [[nodiscard]] int width() const { return m_width; }
    [[nodiscard]] int height() const { return m_height; }
    // What lies outside the picture is left out.
    void fill(int x, int y, int width, int height, const Colour& colour);
    // Digits and points, five dots high, each dot `scale` pixels wide; (x, y) is the upper left corner.
    void write(int x, int y, const std::string& number, int scale, const Colour& colour);
    [[nodiscard]] static int textWidth(const std::string& number, int scale);
    // As a PNG file, without compression (stored blocks of RFC 1951).
    [[nodiscard]] std::string encode() const;

  private:
    int m_width, m_height;
    std::vector<std::uint8_t> m_pixels;
};

// A matrix as a picture: colours of viridis from `low` to `high`, the values ×100 as whole numbers in the
// cells, grey where there is none.
PngImage heatMap(const std::vector<std::vector<std::optional<double>>>& rows, double low, double high);

}  // namespace jumplora
