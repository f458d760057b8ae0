// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

// Sizes of the window in logical pixels at 100 % text size.
namespace jumplora::metrics {

inline constexpr int kGrid = 8;
inline constexpr int kHalfGrid = 4;  // inside controls
inline constexpr int kPageMargin = 16;
inline constexpr int kCardGap = 16;
inline constexpr int kCardPadding = 12;
inline constexpr int kRadius = 6;
inline constexpr int kControlHeight = 32;
inline constexpr int kTableRow = 28;
inline constexpr int kHitTarget = 28;  // never below 24
inline constexpr int kIcon = 20;
inline constexpr int kSmallIcon = 16;
inline constexpr int kRailWidth = 80;
inline constexpr int kHeaderHeight = 44;
inline constexpr int kNoticeHeight = 36;
inline constexpr int kRunBarHeight = 52;
inline constexpr int kMinimumWidth = 1024;
inline constexpr int kMinimumHeight = 700;
inline constexpr int kTextColumn = 90;  // characters

}  // namespace jumplora::metrics
