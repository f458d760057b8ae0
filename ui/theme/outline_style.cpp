// SPDX-License-Identifier: GPL-3.0-or-later
#include "theme/outline_style.h"

#include <QPainter>
#include <QStyleOption>

namespace jumplora {

OutlineStyle::OutlineStyle() : QProxyStyle(QStringLiteral("Fusion")) {}

void OutlineStyle::drawComplexControl(ComplexControl control, const QStyleOptionComplex* option,
                                      QPainter* painter, const QWidget* widget) const {
    QProxyStyle::drawComplexControl(control, option, painter, widget);
    const bool focus = option->state.testFlag(State_HasFocus);
    if ((control != CC_SpinBox && control != CC_ComboBox) || focus) return;
    if (const auto* spin = qstyleoption_cast<const QStyleOptionSpinBox*>(option); spin && !spin->frame)
        return;
    if (const auto* combo = qstyleoption_cast<const QStyleOptionComboBox*>(option); combo && !combo->frame)
        return;
    constexpr qreal kRadius = 2;
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setBrush(Qt::NoBrush);
    painter->setPen(option->palette.color(QPalette::Dark));
    painter->drawRoundedRect(QRectF(option->rect).adjusted(0.5, 0.5, -0.5, -0.5), kRadius, kRadius);
    painter->restore();
}

}  // namespace jumplora
