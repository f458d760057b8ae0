// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QColor>
#include <vector>

namespace jumplora {

// Turns a number into a colour: `low` is the first stop, `high` the last; values outside clamp. NaN gives an
// invalid colour (the caller hatches such cells).
class ColourMap {
  public:
    // Accuracy and other shares: viridis, linear from 0 to 1.
    static ColourMap viridis(double low = 0, double high = 1);
    // Density: cividis, logarithmic from 0.1 % to 100 %. Values <= 0 clamp.
    static ColourMap cividisLog(double low = 1e-3, double high = 1);
    // Differences: symmetric about 0 from -extent to +extent, neutral middle; orange is the worse side. With
    // `higherIsWorse` (forgetting) the sides are exchanged.
    static ColourMap diverging(double extent, bool dark, bool higherIsWorse = false);

    [[nodiscard]] QColor at(double value) const;
    // Place in the map, 0..1, clamped; NaN for NaN.
    [[nodiscard]] double position(double value) const;
    // The value at a place of the colour bar.
    [[nodiscard]] double valueAt(double position) const;
    [[nodiscard]] double low() const { return m_low; }
    [[nodiscard]] double high() const { return m_high; }
    [[nodiscard]] bool logarithmic() const { return m_logarithmic; }
    [[nodiscard]] const std::vector<QColor>& stops() const { return m_stops; }  // equally spaced

  private:
    ColourMap(std::vector<QColor> stops, double low, double high, bool logarithmic);
    std::vector<QColor> m_stops;
    double m_low;
    double m_high;
    bool m_logarithmic;
};

}  // namespace jumplora
