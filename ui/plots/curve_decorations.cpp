// SPDX-License-Identifier: GPL-3.0-or-later
// What stands behind and above the curves: phases, names of tasks, marks, legend.
#include "plots/curve_canvas.h"

#include <algorithm>
#include <cmath>

namespace jumplora {

double CurveCanvas::stripLine() const {
    return std::ceil(QFontMetricsF(m_style.font(m_style.smallPoints)).height() + m_style.px(1));
}

// Of small plots below one another the one with the label of the axis is the last; those above it name the
// tasks. A file has one plot.
bool CurveCanvas::isNamedAbove() const {
    return m_plot != nullptr && m_model.compact && !m_model.xLabel.isEmpty();
}

QRectF CurveCanvas::phaseStrip() const {
    const QRectF rect = axisRect()->rect();
    const bool any = std::any_of(m_model.tasks.begin(), m_model.tasks.end(),
                                 [](const TaskSpan& task) { return task.blendBegin.has_value(); });
    const double height = any && !isNamedAbove() ? stripLine() : 0;
    return {rect.left(), rect.top() - height, rect.width(), height};
}

QRectF CurveCanvas::taskStrip() const {
    const QRectF below = phaseStrip();
    const double height = m_model.tasks.empty() || isNamedAbove() ? 0 : stripLine();
    return {below.left(), below.top() - height, below.width(), height};
}

QRectF CurveCanvas::spanOf(double from, double to, const QRectF& area) const {
    QRectF span = area;
    span.setLeft(std::max<double>(area.left(), xAxis->coordToPixel(from)));
    span.setRight(std::min<double>(area.right(), xAxis->coordToPixel(to)));
    return span;
}

void CurveCanvas::drawPhases(QCPPainter* painter, const TaskSpan& task, const QRectF& span) {
    const QRectF strip = phaseStrip();
    const auto part = [&](double from, double to, Role role, const QString& name) {
        const QRectF rect = spanOf(from, to, span);
        if (rect.width() <= 0) return;
        if (!m_style.colours.isHighContrast()) painter->fillRect(rect, m_style.colour(role));
        painter->setPen(QPen(m_style.colour(Role::Border), m_style.line(m_style.axisPoints)));
        if (from > task.begin && from > m_model.lower) painter->drawLine(rect.topLeft(), rect.bottomLeft());
        if (strip.isEmpty()) return;
        painter->setPen(m_style.colour(Role::MutedText));
        const QFontMetricsF metrics(painter->font());
        if (metrics.horizontalAdvance(name) + m_style.px(8) < rect.width())
            painter->drawText(spanOf(from, to, strip), Qt::AlignCenter, name);
    };
    painter->setFont(m_style.font(m_style.smallPoints));
    if (task.tooShort) {
        part(task.begin, task.end, Role::PhaseGate, CurvePlot::tr("too short for phases"));
        return;
    }
    if (!task.blendBegin || !task.gateBegin) return;
    part(task.begin, *task.blendBegin, Role::PhaseWarm, CurvePlot::tr("warm start"));
    part(*task.blendBegin, *task.gateBegin, Role::PhaseBlend, CurvePlot::tr("blend"));
    part(*task.gateBegin, task.end, Role::PhaseGate, CurvePlot::tr("gate"));
}

void CurveCanvas::drawBelow(QCPPainter* painter) {
    QRectF rect = axisRect()->rect();
    rect.setTop(phaseStrip().top());
    const QRectF names = taskStrip();
    painter->save();
    painter->setAntialiasing(false);
    painter->setClipRect(rect.united(names));
    QPen border(m_style.colour(Role::Border), m_style.line(m_style.axisPoints));
    border.setDashPattern({3, 3});
    for (const TaskSpan& task : m_model.tasks) {
        const QRectF span = spanOf(task.begin, task.end, rect);
        if (span.width() <= 0) continue;
        drawPhases(painter, task, span);
        if (task.begin <= m_model.lower) continue;
        painter->setPen(border);
        painter->drawLine(QPointF(span.left(), names.top()), span.bottomLeft());
    }
    painter->restore();
}

// "1 dbpedia"; the number alone where there is room for no more.
void CurveCanvas::drawTaskNames(QCPPainter* painter) {
    if (isNamedAbove()) return;
    painter->setFont(m_style.font(m_style.smallPoints));
    painter->setPen(m_style.colour(Role::Text));
    const QFontMetricsF metrics(painter->font());
    const double margin = m_style.px(4);
    for (const TaskSpan& task : m_model.tasks) {
        const QRectF place = spanOf(task.begin, task.end, taskStrip()).adjusted(margin, 0, -margin, 0);
        const QString number = QString::number(task.number);
        if (place.width() < metrics.horizontalAdvance(number)) continue;
        const QString text =
            place.width() < m_style.px(40)
                ? number
                : metrics.elidedText(number + QChar(' ') + task.name, Qt::ElideRight, place.width());
        painter->drawText(place, Qt::AlignLeft | Qt::AlignVCenter, text);
    }
}

void CurveCanvas::drawZeros(QCPPainter* painter) {
    const double bottom = axisRect()->rect().bottom();
    for (const auto& [curve, x] : m_zeros) {
        painter->setPen(QPen(penOf(m_model.curves[static_cast<std::size_t>(curve)].info).color(),
                             m_style.line(m_style.linePoints)));
        const double pixel = xAxis->coordToPixel(x);
        painter->drawLine(QPointF(pixel, bottom), QPointF(pixel, bottom - m_style.px(4)));
    }
}

void CurveCanvas::drawMarks(QCPPainter* painter) {
    int lastTick = -1;
    for (const PlotMark& mark : m_model.marks) {
        if (mark.x < m_model.lower || mark.x > m_model.upper) continue;
        const QColor colour = mark.curve >= 0 && mark.curve < static_cast<int>(m_model.curves.size())
                                  ? lookOf(m_model.curves[static_cast<std::size_t>(mark.curve)].info).colour
                                  : m_style.colour(Role::Text);
        const double pixel = xAxis->coordToPixel(mark.x);
        const double bottom = axisRect()->rect().bottom();
        if (mark.shape == PlotMark::Shape::Tick) {
            // Thousands of them are still one line for a pixel.
            if (qRound(pixel) == lastTick) continue;
            lastTick = qRound(pixel);
            painter->setPen(QPen(mark.curve < 0 ? m_style.colour(Role::Border) : colour,
                                 m_style.line(m_style.linePoints)));
            painter->drawLine(QPointF(pixel, bottom), QPointF(pixel, bottom - m_style.px(6)));
            continue;
        }
        const double tip = std::clamp<double>(yAxis->coordToPixel(mark.y), axisRect()->rect().top(), bottom);
        const double half = m_style.px(5);
        painter->setPen(Qt::NoPen);
        painter->setBrush(colour);
        painter->drawPolygon(QPolygonF({QPointF(pixel, tip), QPointF(pixel - half, tip + 1.8 * half),
                                        QPointF(pixel + half, tip + 1.8 * half)}));
    }
}

void CurveCanvas::drawReference(QCPPainter* painter) {
    if (!m_model.reference) return;
    const QRectF rect = axisRect()->rect();
    const double y = yAxis->coordToPixel(*m_model.reference);
    if (y < rect.top() || y > rect.bottom()) return;
    QPen pen(m_style.colour(Role::Text), m_style.line(m_style.linePoints));
    pen.setDashPattern({8, 3, 2, 3});
    painter->setPen(pen);
    painter->drawLine(QPointF(rect.left(), y), QPointF(rect.right(), y));
    painter->setFont(m_style.font(m_style.smallPoints));
    const QFontMetricsF metrics(painter->font());
    const double width = metrics.horizontalAdvance(m_model.referenceName) + m_style.px(6);
    QRectF label(rect.right() - width - m_style.px(4), y - metrics.height() - m_style.px(2), width,
                 metrics.height());
    if (label.top() < rect.top()) label.moveTop(y + m_style.px(2));
    QColor ground = m_style.colour(Role::Card);
    constexpr int kOpacity = 215;
    if (!m_style.print) ground.setAlpha(kOpacity);
    painter->fillRect(label, ground);
    painter->setPen(m_style.colour(Role::Text));
    painter->drawText(label, Qt::AlignCenter, m_model.referenceName);
}

void CurveCanvas::drawLegendLine(QCPPainter* painter, const CurveInfo& info, const QLineF& line) {
    painter->setAntialiasing(true);
    QPen pen = penOf(info);
    pen.setWidthF(pen.widthF() * 1.5);
    painter->setPen(pen);
    painter->drawLine(line);
}

void CurveCanvas::drawLegend(QCPPainter* painter) {
    const QFont font = m_style.font(m_style.smallPoints);
    const QFontMetricsF metrics(font);
    const double lineHeight = std::ceil(metrics.height() + m_style.px(3));
    const double sample = m_style.px(20);
    double width = 0;
    const double pad = m_style.px(5);
    const QRectF rect = axisRect()->rect();
    // As many as there is room for; the last line counts the others.
    const double room = rect.height() - 3 * pad;
    const auto lines = static_cast<std::size_t>(std::max(1.0, std::floor(room / lineHeight)));
    const std::size_t all = m_model.curves.size();
    const std::size_t count = all <= lines ? all : lines - 1;
    const QString others =
        count < all ? CurvePlot::tr("and %n more", nullptr, static_cast<int>(all - count)) : QString();
    width = metrics.horizontalAdvance(others);
    for (std::size_t i = 0; i < count; ++i)
        width = std::max(width, metrics.horizontalAdvance(m_model.curves[i].info.name));
    QRectF box(0, 0, width + sample + 3 * pad,
               static_cast<double>(std::min(all, lines)) * lineHeight + 2 * pad);
    box.moveTopRight(rect.topRight() + QPointF(-pad, pad));
    QColor card = m_style.colour(Role::Card);
    if (!m_style.print) card.setAlpha(225);
    painter->fillRect(box, card);
    painter->setFont(font);
    for (std::size_t i = 0; i < count; ++i) {
        const auto& curve = m_model.curves[i];
        const QRectF row(box.left() + pad, box.top() + pad + static_cast<double>(i) * lineHeight,
                         box.width() - 2 * pad, lineHeight);
        const double middle = row.center().y();
        if (curve.visible)
            drawLegendLine(painter, curve.info, QLineF(row.left(), middle, row.left() + sample, middle));
        painter->setPen(m_style.colour(curve.visible ? Role::Text : Role::MutedText));
        painter->drawText(row.adjusted(sample + pad, 0, m_style.px(4), 0), Qt::AlignVCenter | Qt::AlignLeft,
                          curve.info.name);
        m_legend.push_back({row, static_cast<int>(i)});
    }
    painter->setPen(m_style.colour(Role::MutedText));
    if (count < all)
        painter->drawText(
            QRectF(box.left() + 2 * pad + sample, box.top() + pad + static_cast<double>(count) * lineHeight,
                   box.width(), lineHeight),
            Qt::AlignVCenter | Qt::AlignLeft, others);
}

void CurveCanvas::drawEndNames(QCPPainter* painter) {
    const QFont font = m_style.font(m_style.smallPoints);
    const QFontMetricsF metrics(font);
    const QRectF rect = axisRect()->rect();
    struct Name {
        double y;
        int curve;
    };
    std::vector<Name> names;
    for (std::size_t i = 0; i < m_model.curves.size(); ++i) {
        const SampledCurve& shown = m_model.shown(m_model.curves[i]);
        double y = rect.bottom();  // hidden or without a value: at the bottom
        if (m_model.curves[i].visible && !shown.empty()) {
            const double value = shown.y()[shown.nearest(m_model.upper)];
            if (std::isfinite(value) && (!m_model.left.logarithmic || value > 0))
                y = yAxis->coordToPixel(value);
        }
        names.push_back({std::clamp<double>(y, rect.top(), rect.bottom()), static_cast<int>(i)});
    }
    std::sort(names.begin(), names.end(), [](const Name& a, const Name& b) { return a.y < b.y; });
    const double height = metrics.height();
    for (std::size_t i = 1; i < names.size(); ++i) names[i].y = std::max(names[i].y, names[i - 1].y + height);
    double limit = rect.bottom() - height * 0.3;
    for (auto name = names.rbegin(); name != names.rend(); ++name, limit -= height)
        name->y = std::min(name->y, limit);
    painter->setFont(font);
    for (const Name& name : names) {
        const auto& curve = m_model.curves[static_cast<std::size_t>(name.curve)];
        const QRectF place(rect.right() + m_style.px(6), name.y - height / 2, m_style.px(114), height);
        painter->setPen(curve.visible ? lookOf(curve.info).colour : m_style.colour(Role::MutedText));
        QFont used = font;
        used.setStrikeOut(!curve.visible);
        painter->setFont(used);
        painter->drawText(place, Qt::AlignVCenter | Qt::AlignLeft,
                          metrics.elidedText(curve.info.name, Qt::ElideMiddle, place.width()));
        m_legend.push_back({place, name.curve});
    }
}

void CurveCanvas::drawAbove(QCPPainter* painter) {
    painter->save();
    painter->setAntialiasing(false);
    const QRectF rect = axisRect()->rect();
    m_legend.clear();
    if (namesAtEnds())
        drawEndNames(painter);
    else if (m_model.curves.size() > 1 && !m_model.compact && m_style.legend != FigureStyle::Legend::None)
        drawLegend(painter);
    drawTaskNames(painter);
    painter->setClipRect(rect.adjusted(0, 0, 1, 1));
    drawZeros(painter);
    drawReference(painter);
    painter->setAntialiasing(true);
    drawMarks(painter);
    painter->restore();
}

}  // namespace jumplora
