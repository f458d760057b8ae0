// SPDX-License-Identifier: GPL-3.0-or-later
#include "theme/colour_map.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace jumplora {
namespace {

std::vector<QColor> colours(std::initializer_list<QRgb> values) {
    std::vector<QColor> stops;
    stops.reserve(values.size());
    for (const QRgb value : values) stops.emplace_back(value);
    return stops;
}

}  // namespace

ColourMap::ColourMap(std::vector<QColor> stops, double low, double high, bool logarithmic)
    : m_stops(std::move(stops)), m_low(low), m_high(high), m_logarithmic(logarithmic) {}

ColourMap ColourMap::viridis(double low, double high) {
    return {
        colours({0x440154, 0x472D7B, 0x3B528B, 0x2C728E, 0x21918C, 0x28AE80, 0x5EC962, 0xADDC30, 0xFDE725}),
        low, high, false};
}

ColourMap ColourMap::cividisLog(double low, double high) {
    return {
        colours({0x00224E, 0x1A386F, 0x434E6C, 0x61656F, 0x7D7C78, 0x9B9476, 0xBBAD6D, 0xDDC858, 0xFEE838}),
        low, high, true};
}

ColourMap ColourMap::diverging(double extent, bool dark, bool higherIsWorse) {
    // From better (blue) to worse (orange).
    std::vector<QColor> stops = dark ? colours({0x8CC4FF, 0x5A97DB, 0x3C6CA5, 0x2F4A6D, 0x30343A, 0x6A4A2E,
                                                0xA06530, 0xD98A45, 0xFFC48A})
                                     : colours({0x1F5A99, 0x4E86BF, 0x8FB4DB, 0xCADBEC, 0xF4F4F2, 0xF6D3B4,
                                                0xE9A56B, 0xCB6F24, 0x8F4300});
    if (!higherIsWorse) std::reverse(stops.begin(), stops.end());
    return {std::move(stops), -extent, extent, false};
}

double ColourMap::position(double value) const {
    if (std::isnan(value)) return value;
    if (m_logarithmic) {
        if (value <= m_low) return 0;
        return std::clamp(std::log(value / m_low) / std::log(m_high / m_low), 0.0, 1.0);
    }
    return m_high > m_low ? std::clamp((value - m_low) / (m_high - m_low), 0.0, 1.0) : 0;
}

double ColourMap::valueAt(double position) const {
    if (m_logarithmic) return m_low * std::pow(m_high / m_low, position);
    return m_low + position * (m_high - m_low);
}

QColor ColourMap::at(double value) const {
    const double place = position(value);
    if (std::isnan(place)) return {};
    const double exact = place * static_cast<double>(m_stops.size() - 1);
    const auto below = std::min(static_cast<std::size_t>(exact), m_stops.size() - 2);
    const auto part = static_cast<float>(exact - static_cast<double>(below));
    const QColor& a = m_stops[below];
    const QColor& b = m_stops[below + 1];
    return QColor::fromRgbF(a.redF() + part * (b.redF() - a.redF()),
                            a.greenF() + part * (b.greenF() - a.greenF()),
                            a.blueF() + part * (b.blueF() - a.blueF()));
}

}  // namespace jumplora
