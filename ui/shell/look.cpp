// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/look.h"

#include "parts/settings.h"

#include <algorithm>
#include <cmath>

namespace jumplora {

void applyLook(const Settings& settings, Theme& theme) {
    const QString name = settings.get<QString>(keys::kTheme, QStringLiteral("system"));
    ThemeKind kind = ThemeKind::System;
    if (name == QLatin1String("light")) kind = ThemeKind::Light;
    if (name == QLatin1String("dark")) kind = ThemeKind::Dark;
    if (name == QLatin1String("contrast")) kind = ThemeKind::HighContrast;
    theme.set(kind, settings.get<double>(keys::kTextScale, 1.0));
}

void stepTextScale(Settings& settings, int direction) {
    const auto& scales = textScales();
    const double now = settings.get<double>(keys::kTextScale, 1.0);
    const auto nearest = std::min_element(scales.begin(), scales.end(), [now](double a, double b) {
        return std::abs(a - now) < std::abs(b - now);
    });
    const auto index = std::clamp<std::ptrdiff_t>(nearest - scales.begin() + direction, 0,
                                                  static_cast<std::ptrdiff_t>(scales.size()) - 1);
    settings.set(keys::kTextScale, direction == 0 ? 1.0 : scales[static_cast<std::size_t>(index)]);
}

}  // namespace jumplora
