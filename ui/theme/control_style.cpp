// SPDX-License-Identifier: GPL-3.0-or-later
#include "theme/control_style.h"

#include <QApplication>
#include <QPainter>
#include <QPointer>
#include <QStyleOption>

namespace jumplora {
namespace {

constexpr double kCorner = 3;

QPointer<ControlStyle>& installed() {
    static QPointer<ControlStyle> style;
    return style;
}

// Half a pixel inward: lines of one pixel stay sharp.
QRectF inner(const QRect& rect) { return QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5); }

}  // namespace

ControlStyle::ControlStyle(const Colours& colours)
    : QProxyStyle(QStringLiteral("Fusion")), m_colours(colours) {}

void ControlStyle::install(const Colours& colours, double textScale) {
    if (installed().isNull()) {
        installed() = new ControlStyle(colours);
        QApplication::setStyle(installed());  // owned by the application
    }
    installed()->m_colours = colours;
    installed()->m_textScale = textScale;
}

int ControlStyle::pixelMetric(PixelMetric metric, const QStyleOption* option, const QWidget* widget) const {
    const int usual = QProxyStyle::pixelMetric(metric, option, widget);
    switch (metric) {
        case PM_ButtonIconSize:
        case PM_SmallIconSize:
        case PM_IndicatorWidth:
        case PM_IndicatorHeight:
        case PM_ExclusiveIndicatorWidth:
        case PM_ExclusiveIndicatorHeight:
            return qRound(usual * m_textScale);
        default:
            return usual;
    }
}

QColor ControlStyle::outline(const QStyleOption& option) const {
    if (!option.state.testFlag(State_Enabled)) return m_colours.colour(Role::Hairline);
    return m_colours.colour(option.state.testFlag(State_HasFocus) ? Role::Accent : Role::Border);
}

void ControlStyle::drawField(const QStyleOption& option, QPainter& painter) const {
    const bool focus = option.state.testFlag(State_HasFocus);
    painter.setPen(QPen(outline(option), focus ? 2 : 1));
    painter.setBrush(Qt::NoBrush);
    const QRectF box = focus ? QRectF(option.rect).adjusted(1, 1, -1, -1) : inner(option.rect);
    painter.drawRoundedRect(box, kCorner, kCorner);
}

void ControlStyle::drawCheck(const QStyleOption& option, QPainter& painter) const {
    const QRectF box = inner(option.rect);
    const bool on = option.state.testFlag(State_On);
    const bool partly = option.state.testFlag(State_NoChange);
    painter.setPen(outline(option));
    painter.setBrush(option.state.testFlag(State_Enabled) ? option.palette.base() : option.palette.window());
    painter.drawRoundedRect(box, 2, 2);
    const QColor mark = option.palette.color(QPalette::Text);
    painter.setPen(QPen(mark, 2, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    const auto at = [&](double x, double y) {
        return QPointF(box.left() + box.width() * x, box.top() + box.height() * y);
    };
    if (on) painter.drawPolyline(QPolygonF({at(0.22, 0.52), at(0.43, 0.74), at(0.80, 0.28)}));
    if (partly) painter.drawLine(at(0.25, 0.5), at(0.75, 0.5));
}

void ControlStyle::drawRadio(const QStyleOption& option, QPainter& painter) const {
    const QRectF box = inner(option.rect);
    painter.setPen(outline(option));
    painter.setBrush(option.palette.base());
    painter.drawEllipse(box);
    if (!option.state.testFlag(State_On)) return;
    painter.setPen(Qt::NoPen);
    painter.setBrush(option.palette.color(QPalette::Text));
    const double inset = box.width() * 0.27;
    painter.drawEllipse(box.adjusted(inset, inset, -inset, -inset));
}

void ControlStyle::drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
                                 const QWidget* widget) const {
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    switch (element) {
        case PE_FrameLineEdit:
            drawField(*option, *painter);
            break;
        case PE_IndicatorCheckBox:
        case PE_IndicatorItemViewItemCheck:
            drawCheck(*option, *painter);
            break;
        case PE_IndicatorRadioButton:
            drawRadio(*option, *painter);
            break;
        default:
            painter->restore();
            QProxyStyle::drawPrimitive(element, option, painter, widget);
            return;
    }
    painter->restore();
}

}  // namespace jumplora
