// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/figure_style.h"

#include <QFontDatabase>
#include <QFontInfo>

namespace jumplora {

FigureStyle FigureStyle::screen(const Theme& theme) {
    FigureStyle style;
    style.colours = theme.colours();
    const QFont number = theme.font(TextRole::Number);
    style.family = number.family();
    style.textPoints = QFontInfo(theme.font(TextRole::Small)).pointSizeF();
    style.smallPoints = style.textPoints;
    style.matrixPoints = QFontInfo(theme.font(TextRole::Body)).pointSizeF();
    if (theme.colours().isHighContrast()) style.linePoints *= 2;
    return style;
}

FigureStyle FigureStyle::paper(double unitsPerPoint, double textPoints, double smallPoints) {
    FigureStyle style;
    style.pixelsPerPoint = unitsPerPoint;
    style.textPoints = textPoints;
    style.smallPoints = smallPoints;
    style.matrixPoints = smallPoints;
    style.linePoints = 0.8;
    style.axisPoints = 0.5;
    // Papers set figures in a narrow sans; DejaVu is wide and always there.
    style.family = QStringLiteral("DejaVu Sans");
    for (const char* family : {"Helvetica", "Nimbus Sans", "Liberation Sans"}) {
        if (!QFontDatabase::hasFamily(QLatin1String(family))) continue;
        style.family = QLatin1String(family);
        break;
    }
    style.print = true;
    return style;
}

QFont FigureStyle::font(double points) const {
    QFont font(family);
    // Device pixels: a size in points would be measured for the screen and drawn for the file.
    font.setPixelSize(std::max(1, qRound(points * pixelsPerPoint)));
    return font;
}

}  // namespace jumplora
