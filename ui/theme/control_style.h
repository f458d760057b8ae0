// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "theme/colours.h"

#include <QProxyStyle>

namespace jumplora {

// Fusion with outlines that can be seen: it derives those of fields, check boxes and radio buttons from the
// window's colour, which on a dark window leaves a contrast below 1.3.
class ControlStyle : public QProxyStyle {
    Q_OBJECT

  public:
    // Makes it the application's style, or gives the one in use other colours.
    static void install(const Colours& colours, double textScale);

    void drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
                       const QWidget* widget = nullptr) const override;
    // Icons and boxes of controls grow with the text.
    int pixelMetric(PixelMetric metric, const QStyleOption* option = nullptr,
                    const QWidget* widget = nullptr) const override;

  private:
    explicit ControlStyle(const Colours& colours);
    void drawField(const QStyleOption& option, QPainter& painter) const;
    void drawCheck(const QStyleOption& option, QPainter& painter) const;
    void drawRadio(const QStyleOption& option, QPainter& painter) const;
    [[nodiscard]] QColor outline(const QStyleOption& option) const;

    Colours m_colours;
    double m_textScale = 1;
};

}  // namespace jumplora
