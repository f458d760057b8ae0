// SPDX-License-Identifier: GPL-3.0-or-later
// The crosshair and what it reads.
#include "plots/curve_canvas.h"

#include <algorithm>
#include <cmath>

namespace jumplora {

std::optional<CurveCanvas::Readout> CurveCanvas::readout() const {
    if (m_plot == nullptr || !m_plot->group()->crosshair()) return std::nullopt;
    const double x = *m_plot->group()->crosshair();
    Readout result;
    result.place = m_model.xLabel + QChar(' ') + m_model.formatX(x);
    if (const TaskSpan* task = m_model.taskAt(x); task != nullptr) {
        result.place += CurvePlot::tr(" · task %1 %2").arg(task->number).arg(task->name);
        if (task->stepsPerUnit > 0)
            result.place += CurvePlot::tr(", step %1").arg(qRound((x - task->begin) * task->stepsPerUnit));
        if (task->blendBegin && task->gateBegin)
            result.place += QStringLiteral(" · ") + (x <= *task->blendBegin  ? CurvePlot::tr("warm start")
                                                     : x <= *task->gateBegin ? CurvePlot::tr("blend")
                                                                             : CurvePlot::tr("gate"));
    }
    for (std::size_t i = 0; i < m_model.curves.size(); ++i) {
        const auto& curve = m_model.curves[i];
        if (!curve.visible || curve.raw.empty()) continue;
        const std::size_t at = curve.raw.nearest(x);
        if (std::isnan(curve.raw.y()[at])) continue;
        const auto number = [&](double value) {
            return value == 0 ? QStringLiteral("0")
                              : QString::fromStdString(formatNumber(value, curve.info.quantity));
        };
        QString text = curve.info.name + QChar(' ') + number(curve.raw.y()[at]);
        const std::string unit = unitOf(curve.info.quantity);
        if (!unit.empty() && curve.info.quantity != Quantity::Seconds)
            text += QChar(' ') + QString::fromStdString(unit);
        if (!curve.smooth.empty()) text += QStringLiteral(" (%1)").arg(number(curve.smooth.y()[at]));
        result.lines.push_back({static_cast<int>(i), text});
    }
    return result;
}

void CurveCanvas::drawOverlay(QPainter& painter) {
    const QRectF rect = axisRect()->rect();
    if (m_rectangle) {
        painter.setPen(QPen(m_style.colour(Role::Accent), 1, Qt::DashLine));
        painter.drawRect(*m_rectangle);
    }
    const auto values = readout();
    if (!values) return;
    const double x = xAxis->coordToPixel(*m_plot->group()->crosshair());
    if (x < rect.left() || x > rect.right()) return;
    painter.setPen(QPen(m_style.colour(Role::MutedText), 1));
    painter.drawLine(QPointF(x, rect.top()), QPointF(x, rect.bottom()));
    // The place is said once, where the pointer is; the other plots of the group give their values.
    const bool own = underMouse();
    const QFont font = m_style.font(m_style.smallPoints);
    const QFontMetricsF metrics(font);
    double width = own ? metrics.horizontalAdvance(values->place) : 0;
    for (const auto& line : values->lines)
        width = std::max(width, metrics.horizontalAdvance(line.text) + m_style.px(14));
    const double lineHeight = metrics.height();
    const double pad = m_style.px(5);
    const auto lines = static_cast<double>(values->lines.size() + (own ? 1 : 0));
    if (lines == 0) return;
    QRectF box(0, 0, width + 2 * pad, lines * lineHeight + 2 * pad);
    const bool right = x + box.width() + m_style.px(12) < rect.right();
    box.moveTopLeft({right ? x + m_style.px(8) : std::max(rect.left(), x - m_style.px(8) - box.width()),
                     rect.top() + m_style.px(20)});
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(m_style.colour(Role::Border), 1));
    painter.setBrush(m_style.colour(Role::Raised));
    painter.drawRoundedRect(box, 4, 4);
    painter.setFont(font);
    double y = box.top() + pad;
    const auto drawText = [&](const QString& text, double left) {
        painter.setPen(m_style.colour(Role::Text));
        painter.drawText(QRectF(left, y, box.right() - left, lineHeight), Qt::AlignVCenter | Qt::AlignLeft,
                         text);
        y += lineHeight;
    };
    if (own) drawText(values->place, box.left() + pad);
    for (const auto& line : values->lines) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(lookOf(m_model.curves[static_cast<std::size_t>(line.curve)].info).colour);
        painter.drawRect(
            QRectF(box.left() + pad, y + lineHeight / 2 - m_style.px(3), m_style.px(8), m_style.px(6)));
        drawText(line.text, box.left() + pad + m_style.px(14));
    }
}

void CurveCanvas::paintEvent(QPaintEvent* event) {
    QCustomPlot::paintEvent(event);
    if (m_plot == nullptr) return;
    QPainter painter(this);
    drawOverlay(painter);
    if (hasFocus()) {
        painter.setPen(QPen(m_style.colour(Role::Accent), 2));
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(rect().adjusted(1, 1, -1, -1));
    }
}

}  // namespace jumplora
