// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "theme/theme.h"

#include <QFont>

namespace jumplora {

// How a figure is drawn: the same code paints on the screen and into a file, only these values differ. Fonts
// have pixel sizes, so that text is measured alike on every device.
struct FigureStyle {
    enum class Legend { Inside, Outside, None };

    Colours colours = Colours::light();
    double pixelsPerPoint = 96.0 / 72;
    double textPoints = 9;    // axis labels, names
    double smallPoints = 8;   // tick labels, legend
    double matrixPoints = 9;  // numbers in cells, at most
    double linePoints = 0.75;
    double axisPoints = 0.75;
    QString family;
    bool print = false;  // dashes from two curves on, no hints of what can be done with the mouse
    Legend legend = Legend::Inside;

    static FigureStyle screen(const Theme& theme);
    // `unitsPerPoint`: of the device that is painted on. Always light.
    static FigureStyle paper(double unitsPerPoint, double textPoints, double smallPoints);

    [[nodiscard]] QFont font(double points) const;
    // A length given in screen pixels at 100 % (96 per inch).
    [[nodiscard]] double px(double pixels) const { return pixels * pixelsPerPoint * 0.75 * textScale(); }
    [[nodiscard]] double line(double points) const { return points * pixelsPerPoint; }
    [[nodiscard]] QColor colour(Role role) const { return colours.colour(role); }

  private:
    [[nodiscard]] double textScale() const { return smallPoints / 9; }
};

}  // namespace jumplora
