// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "theme/theme.h"

#include <array>

namespace jumplora {

class Settings;

// Text sizes that can be chosen.
inline const std::array<double, 6>& textScales() {
    static constexpr std::array<double, 6> kScales = {1.0, 1.1, 1.25, 1.5, 1.75, 2.0};
    return kScales;
}

// Makes the theme what the settings say.
void applyLook(const Settings& settings, Theme& theme);
// The next larger (+1), smaller (-1) or the usual (0) text size.
void stepTextScale(Settings& settings, int direction);

}  // namespace jumplora
