// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QProxyStyle>

namespace jumplora {

// Fusion, whose boxes of choices and numbers have an outline darker than the window: nearly invisible in the
// dark. Draws one in the colour of borders over it (QPalette::Dark).
class OutlineStyle : public QProxyStyle {
  public:
    OutlineStyle();
    void drawComplexControl(ComplexControl control, const QStyleOptionComplex* option, QPainter* painter,
                            const QWidget* widget) const override;
};

}  // namespace jumplora
