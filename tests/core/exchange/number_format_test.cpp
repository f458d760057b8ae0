// SPDX-License-Identifier: Apache-2.0
#include "exchange/number_format.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace jumplora {
namespace {

std::string ascii(double value, Quantity quantity) {
    return formatNumber(value, quantity, NumberStyle::Ascii);
}

TEST(NumberFormat, SharesAndDifferences) {
    EXPECT_EQ(formatNumber(0.8344, Quantity::Share), "83.4");
    EXPECT_EQ(formatNumber(1.0, Quantity::Share), "100.0");
    EXPECT_EQ(formatNumber(-0.0191, Quantity::Difference), "\u22121.9");
    EXPECT_EQ(ascii(-0.0191, Quantity::Difference), "-1.9");
    EXPECT_EQ(formatNumber(0.032, Quantity::Difference), "+3.2");
    EXPECT_EQ(formatNumber(-0.0001, Quantity::Difference), "0.0") << "no sign at zero";
    EXPECT_EQ(formatNumber(0.0156, Quantity::Density), "1.56");
    EXPECT_EQ(formatNumber(0.99999, Quantity::Density), "100");
    EXPECT_EQ(formatNumber(0.125, Quantity::Density), "12.5");
    EXPECT_EQ(formatNumber(0, Quantity::Density), "0");
}

TEST(NumberFormat, LossesMagnitudesAndThresholds) {
    EXPECT_EQ(formatNumber(0.84212, Quantity::Loss), "0.8421");
    EXPECT_EQ(formatNumber(0.99996, Quantity::Loss), "1.000") << "rounding up keeps four digits";
    EXPECT_EQ(formatNumber(12.3456, Quantity::Loss), "12.35");
    EXPECT_EQ(ascii(3e-6, Quantity::Loss), "3.000e-6");
    EXPECT_EQ(formatNumber(0.031, Quantity::Magnitude), "0.0310");
    EXPECT_EQ(formatNumber(30000, Quantity::Magnitude), "3.00e4");
    EXPECT_EQ(ascii(0.0099, Quantity::Magnitude), "9.90e-3");
    EXPECT_EQ(formatNumber(9999, Quantity::Magnitude), "9999");
    EXPECT_EQ(formatNumber(0, Quantity::Magnitude), "0");
    EXPECT_EQ(formatNumber(6.13e-3, Quantity::Threshold), "6.13e\u22123");
    EXPECT_EQ(ascii(1, Quantity::Threshold), "1.00e0");
}

TEST(NumberFormat, TimesSizesCountsAndDates) {
    EXPECT_EQ(formatNumber(460, Quantity::Seconds), "0:07:40");
    EXPECT_EQ(formatNumber(59.6, Quantity::Seconds), "0:01:00");
    EXPECT_EQ(formatNumber(36000, Quantity::Seconds), "10:00:00");
    EXPECT_EQ(formatEstimate(218), "\u2248 0:03:40");
    EXPECT_EQ(formatNumber(38.0 * 1024 * 1024, Quantity::Bytes), "38.0 MiB");
    EXPECT_EQ(formatNumber(1023.9 * 1024 * 1024, Quantity::Bytes), "1.00 GiB");
    EXPECT_EQ(formatNumber(12, Quantity::Bytes), "12 B");
    EXPECT_EQ(formatNumber(9999, Quantity::Count), "9999");
    EXPECT_EQ(formatNumber(1234567, Quantity::Count), "1\u202f234\u202f567");
    EXPECT_EQ(ascii(1234567, Quantity::Count), "1234567");
    EXPECT_EQ(formatDate("2026-03-04T14:05:12Z"), "2026-03-04 14:05");
    EXPECT_EQ(formatDate(""), "\u2013");
}

TEST(NumberFormat, UnknownAndInfinite) {
    const double nan = std::nan("");
    const double inf = std::numeric_limits<double>::infinity();
    for (const Quantity q :
         {Quantity::Share, Quantity::Loss, Quantity::Seconds, Quantity::Bytes, Quantity::Count}) {
        EXPECT_EQ(formatNumber(nan, q), "\u2013");
        EXPECT_EQ(formatNumber(inf, q), "inf");
        EXPECT_EQ(ascii(-inf, q), "-inf");
    }
    EXPECT_EQ(formatNumber(1e300, Quantity::Seconds), "1.00e300 s");
    EXPECT_EQ(formatEstimate(nan), "\u2013");
}

TEST(NumberFormat, MeansHaveEqualDecimals) {
    EXPECT_EQ(formatMeanSd(0.792, 0.0061, Quantity::Share), "79.2 \u00b1 0.6");
    EXPECT_EQ(formatMeanSd(-0.019, 0.003, Quantity::Difference), "\u22121.9 \u00b1 0.3");
    EXPECT_EQ(formatMeanSd(0.84212, 0.01, Quantity::Loss), "0.8421 \u00b1 0.0100");
    EXPECT_EQ(formatMeanSd(0.0158, 0.0004, Quantity::Density), "1.58 \u00b1 0.04");
    EXPECT_EQ(formatMeanSd(0.792, std::nan(""), Quantity::Share), "79.2") << "one seed has no spread";
    EXPECT_EQ(formatMeanSd(-0.019, 0.003, Quantity::Difference, NumberStyle::Ascii), "-1.9 +- 0.3");
}

TEST(NumberFormat, ExactNumbersReadBack) {
    for (const double value : {0.1, 1.0 / 3, 6.02e23, -5e-324, 0.0})
        EXPECT_EQ(std::strtod(exactNumber(value).c_str(), nullptr), value);
    EXPECT_EQ(exactNumber(0.001), "0.001");
    EXPECT_EQ(exactNumber(inUnit(0.661, Quantity::Share)), "66.1") << "as decimal, not as binary product";
    EXPECT_EQ(inUnit(1e-7, Quantity::Density), 1e-5);
}

}  // namespace
}  // namespace jumplora
