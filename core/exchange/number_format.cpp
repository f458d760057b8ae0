// SPDX-License-Identifier: Apache-2.0
#include "exchange/number_format.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>

namespace jumplora {
namespace {

constexpr const char* kMinus = "\u2212";
constexpr const char* kPlusMinus = "\u00b1";
constexpr const char* kThinSpace = "\u202f";
constexpr const char* kUnknown = "\u2013";

// Decimals that show `digits` significant ones; rounding up to the next power of ten is taken into account.
int decimalsFor(double value, int digits) {
    if (value == 0 || !std::isfinite(value)) return digits - 1;
    const std::string scientific = fmt::format("{:.{}e}", std::abs(value), digits - 1);
    const int exponent = std::stoi(scientific.substr(scientific.find('e') + 1));
    return std::max(0, digits - 1 - exponent);
}

std::string significant(double value, int digits) {
    return fmt::format("{:.{}f}", value, decimalsFor(value, digits));
}

// "6.13e-3": no plus, no leading zeros in the exponent.
std::string scientific(double value, int digits) {
    const std::string text = fmt::format("{:.{}e}", value, digits - 1);
    const std::size_t e = text.find('e');
    return text.substr(0, e) + fmt::format("e{}", std::stoi(text.substr(e + 1)));
}

std::string magnitude(double value) {
    if (value == 0) return "0";
    const double size = std::abs(value);
    return size < 0.01 || size > 9999 ? scientific(value, 3) : significant(value, 3);
}

std::string clock(double seconds) {
    const double whole = std::round(std::abs(seconds));
    if (whole > 1e9) return scientific(seconds, 3) + " s";
    const auto total = static_cast<std::int64_t>(whole);
    return fmt::format("{}{}:{:02}:{:02}", seconds < 0 && total > 0 ? "-" : "", total / 3600, total / 60 % 60,
                       total % 60);
}

std::string bytes(double value) {
    constexpr std::array<const char*, 5> kUnits = {"B", "KiB", "MiB", "GiB", "TiB"};
    std::size_t unit = 0;
    // 1023.6 MiB would round to four digits.
    while (std::abs(value) >= 999.5 && unit + 1 < kUnits.size()) {
        value /= 1024;
        ++unit;
    }
    return (unit == 0 ? fmt::format("{:.0f}", value) : significant(value, 3)) + " " + kUnits[unit];
}

std::string count(double value, NumberStyle style) {
    std::string digits = fmt::format("{:.0f}", value);
    if (style == NumberStyle::Ascii || std::abs(value) < 10000) return digits;
    const std::size_t first = digits[0] == '-' ? 1 : 0;
    for (std::size_t at = digits.size(); at > first + 3;) {
        at -= 3;
        digits.insert(at, kThinSpace);
    }
    return digits;
}

std::string withMinus(std::string text, NumberStyle style) {
    if (style == NumberStyle::Ascii) return text;
    for (std::size_t at = text.find('-'); at != std::string::npos; at = text.find('-', at + 1))
        text.replace(at, 1, kMinus);
    return text;
}

// "-0.0" and "+0.0" say nothing that "0.0" does not.
std::string fixedDecimals(double value, int decimals, bool signedAlways) {
    std::string text = fmt::format("{:.{}f}", value, decimals);
    if (text.find_first_not_of("-0.") == std::string::npos) return text[0] == '-' ? text.substr(1) : text;
    return signedAlways && value > 0 ? "+" + text : text;
}

// 0.661 -> 66.1: the product in binary would be 66.10000000000001, which no file should show.
double hundredfold(double value) {
    if (!std::isfinite(value)) return value;
    std::array<char, 32> text{};
    const auto end =
        std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::scientific).ptr;
    const std::string shortest(text.data(), end);
    const std::size_t e = shortest.find('e');
    return std::strtod(
        (shortest.substr(0, e + 1) + std::to_string(std::stoi(shortest.substr(e + 1)) + 2)).c_str(), nullptr);
}

std::string asciiNumber(double value, Quantity quantity, NumberStyle style) {
    switch (quantity) {
        case Quantity::Share:
            return fixedDecimals(inUnit(value, quantity), 1, false);
        case Quantity::Difference:
            return fixedDecimals(inUnit(value, quantity), 1, true);
        case Quantity::Loss:
            return value == 0                                          ? "0"
                   : std::abs(value) < 1e-4 || std::abs(value) > 99999 ? scientific(value, 4)
                                                                       : significant(value, 4);
        case Quantity::Magnitude:
            return magnitude(value);
        case Quantity::Threshold:
            return scientific(value, 3);
        case Quantity::Density:
            return value == 0 ? "0" : significant(inUnit(value, quantity), 3);
        case Quantity::Seconds:
            return clock(value);
        case Quantity::Bytes:
            return bytes(value);
        case Quantity::Count:
            return count(value, style);
        case Quantity::Plain:
        case Quantity::Text:
            break;
    }
    return exactNumber(value);
}

}  // namespace

std::string formatNumber(double value, Quantity quantity, NumberStyle style) {
    if (std::isnan(value)) return style == NumberStyle::Ascii ? "-" : kUnknown;
    if (std::isinf(value)) return withMinus(value > 0 ? "inf" : "-inf", style);
    return withMinus(asciiNumber(value, quantity, style), style);
}

std::string formatMeanSd(double mean, double sd, Quantity quantity, NumberStyle style) {
    if (!std::isfinite(mean) || !std::isfinite(sd)) return formatNumber(mean, quantity, style);
    const std::string sign = style == NumberStyle::Ascii ? "+-" : kPlusMinus;
    std::string first;
    std::string second;
    switch (quantity) {
        case Quantity::Share:
        case Quantity::Difference:
            first = formatNumber(mean, quantity, style);
            second = formatNumber(sd, Quantity::Share, style);
            break;
        case Quantity::Seconds:
        case Quantity::Bytes:
        case Quantity::Threshold:
            first = formatNumber(mean, quantity, style);
            second = formatNumber(sd, quantity, style);
            break;
        default: {
            // The mean decides how many decimals both have.
            const double shownMean = inUnit(mean, quantity);
            const int decimals =
                quantity == Quantity::Count ? 1 : decimalsFor(shownMean, quantity == Quantity::Loss ? 4 : 3);
            first = withMinus(fixedDecimals(shownMean, decimals, false), style);
            second = fixedDecimals(inUnit(sd, quantity), decimals, false);
        }
    }
    return first + " " + sign + " " + second;
}

std::string unitOf(Quantity quantity) {
    switch (quantity) {
        case Quantity::Share:
        case Quantity::Density:
            return "%";
        case Quantity::Difference:
            return "points";
        case Quantity::Seconds:
            return "s";
        case Quantity::Bytes:
            return "bytes";
        default:
            return "";
    }
}

double inUnit(double value, Quantity quantity) {
    const bool share =
        quantity == Quantity::Share || quantity == Quantity::Difference || quantity == Quantity::Density;
    return share ? hundredfold(value) : value;
}

std::string exactNumber(double value) {
    if (std::isnan(value)) return "";
    if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
    std::array<char, 32> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    return {text.data(), end};
}

std::string formatDate(const std::string& iso) {
    if (iso.empty()) return kUnknown;
    if (iso.size() < 16 || iso[10] != 'T') return iso;
    return iso.substr(0, 10) + " " + iso.substr(11, 5);
}

std::string formatEstimate(double seconds) {
    if (!std::isfinite(seconds) || seconds < 0) return kUnknown;
    return "\u2248 " + clock(std::round(seconds / 5) * 5);
}

}  // namespace jumplora
