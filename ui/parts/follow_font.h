// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "theme/theme.h"

#include <QWidget>

namespace jumplora {

// Gives a widget one of the theme's fonts, now and whenever the text size changes.
inline void followFont(QWidget* widget, Theme& theme, TextRole role) {
    widget->setFont(theme.font(role));
    QObject::connect(&theme, &Theme::changed, widget,
                     [widget, &theme, role] { widget->setFont(theme.font(role)); });
}

}  // namespace jumplora
