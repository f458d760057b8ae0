// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>

namespace jumplora {

// The one formatter of numbers for window, command line and export. The decimal point is always ".".
enum class Quantity {
    Text,        // not a number
    Share,       // 0.834 -> "83.4", in %
    Difference,  // -0.019 -> "−1.9", in points, always signed
    Loss,        // 4 significant: "0.8421"
    Magnitude,   // penalties, norms, λ: 3 significant, scientific outside 0.01 ... 9999
    Threshold,   // τ: always scientific, "6.13e−3"
    Density,     // share, 3 significant: 0.0156 -> "1.56", in %
    Seconds,     // "0:07:40"
    Bytes,       // "38.0 MiB", 3 significant
    Count,       // whole number, grouped from 10 000
    Plain,       // as written in a spec: shortest text that gives the same value
};

enum class NumberStyle {
    Typographic,  // U+2212 minus, narrow no-break space between thousands, "–" for unknown
    Ascii,        // "-", no grouping, "-" for unknown
};

// Without the unit, except for Bytes. NaN is unknown: "–". Infinity: "inf".
std::string formatNumber(double value, Quantity quantity, NumberStyle style = NumberStyle::Typographic);

// "79.2 ± 0.6": equal decimals. A difference has its sign at the mean only. No "±" when sd is NaN (n = 1).
std::string formatMeanSd(double mean, double sd, Quantity quantity,
                         NumberStyle style = NumberStyle::Typographic);

// What a column header says: "%", "points", "s", "" ...
std::string unitOf(Quantity quantity);

// The value in unitOf(): percent and points for shares, anything else as it is.
double inUnit(double value, Quantity quantity);

// Shortest decimal text that reads back as the same number, ASCII: for files that programs read. NaN: "".
std::string exactNumber(double value);

// "2026-03-04T14:05:12Z" -> "2026-03-04 14:05"; anything else unchanged, "" -> "–".
std::string formatDate(const std::string& iso);

// A time still to go, rounded to 5 s: "≈ 0:03:40".
std::string formatEstimate(double seconds);

}  // namespace jumplora
