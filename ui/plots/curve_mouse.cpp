// SPDX-License-Identifier: GPL-3.0-or-later
// What a person does to the curves with the mouse.
#include "plots/curve_canvas.h"

#include <algorithm>
#include <cmath>

namespace jumplora {

int CurveCanvas::legendAt(const QPointF& place) const {
    const auto found = std::find_if(m_legend.begin(), m_legend.end(),
                                    [&](const Hit& hit) { return hit.rect.contains(place); });
    return found == m_legend.end() ? -1 : found->curve;
}

int CurveCanvas::markAt(const QPointF& place) const {
    const double reach = m_style.px(10);
    for (std::size_t i = 0; i < m_model.marks.size(); ++i) {
        const PlotMark& mark = m_model.marks[i];
        QPointF at = pixelOf(mark.x, mark.y);
        if (mark.shape == PlotMark::Shape::Tick) at.setY(axisRect()->rect().bottom());
        if (QLineF(at + QPointF(0, mark.shape == PlotMark::Shape::Tick ? 0 : reach / 2), place).length() <
            reach)
            return static_cast<int>(i);
    }
    return -1;
}

void CurveCanvas::resizeEvent(QResizeEvent* event) {
    QCustomPlot::resizeEvent(event);
    xAxis->ticker()->setTickCount(std::max(3, width() / std::max(1, qRound(m_style.px(110)))));
    if (m_plot != nullptr) m_plot->requestDraw();
}

void CurveCanvas::showEvent(QShowEvent* event) {
    QCustomPlot::showEvent(event);
    // QCustomPlot 2.1.0 does not follow a changing pixel ratio by itself.
    if (bufferDevicePixelRatio() != devicePixelRatioF()) setBufferDevicePixelRatio(devicePixelRatioF());
}

void CurveCanvas::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton) {
        event->ignore();
        return;
    }
    m_pressed = m_last = event->position();
    m_moved = false;
    m_panning = legendAt(event->position()) < 0;
    if (m_panning && event->modifiers().testFlag(Qt::ShiftModifier))
        m_rectangle = QRectF(m_pressed, QSizeF());
}

void CurveCanvas::mouseMoveEvent(QMouseEvent* event) {
    const QPointF place = event->position();
    if (event->buttons().testFlag(Qt::LeftButton) && m_panning) {
        constexpr int kDragDistance = 4;
        m_moved = m_moved || (place - m_pressed).manhattanLength() >= kDragDistance;
        if (m_rectangle) {
            m_rectangle = QRectF(m_pressed, place).normalized();
            update();
        } else if (m_moved) {
            const double shift = xAxis->pixelToCoord(m_last.x()) - xAxis->pixelToCoord(place.x());
            m_plot->group()->setRange(m_model.lower + shift, m_model.upper + shift);
            m_last = place;
        }
        return;
    }
    const bool inside = axisRect()->rect().contains(place.toPoint());
    m_plot->group()->setCrosshair(inside ? std::optional(xAt(place.x())) : std::nullopt);
    setCursor(legendAt(place) >= 0 ? Qt::PointingHandCursor : Qt::ArrowCursor);
}

void CurveCanvas::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton) return;
    if (m_rectangle && m_moved) {
        const QRectF chosen = m_rectangle->intersected(axisRect()->rect());
        const double low = yAxis->pixelToCoord(chosen.bottom());
        const double high = yAxis->pixelToCoord(chosen.top());
        m_rectangle.reset();
        m_plot->chooseRectangle(xAt(chosen.left()), xAt(chosen.right()), low, high);
    } else if (!m_moved) {
        const int curve = legendAt(event->position());
        if (curve >= 0)
            m_plot->setCurveVisible(curve, !m_plot->isCurveVisible(curve));
        else if (const int mark = markAt(event->position()); mark >= 0)
            Q_EMIT m_plot->markClicked(mark);
    }
    m_rectangle.reset();
    m_panning = false;
}

void CurveCanvas::mouseDoubleClickEvent(QMouseEvent* event) {
    const int curve = legendAt(event->position());
    // The first click of the two has already hidden or shown it.
    if (curve >= 0)
        m_plot->isolate(curve);
    else
        m_plot->fit();
}

void CurveCanvas::wheelEvent(QWheelEvent* event) {
    const bool zoom = event->modifiers().testFlag(Qt::ControlModifier) || m_plot->wheelZooms();
    if (!zoom) {
        event->ignore();  // the page scrolls
        return;
    }
    constexpr double kPerNotch = 0.8;
    const double notches = event->angleDelta().y() / 120.0;
    const double factor = std::pow(kPerNotch, notches);
    if (event->modifiers().testFlag(Qt::ShiftModifier))
        m_plot->zoomY(factor, event->position().y());
    else
        m_plot->zoomX(factor, xAt(event->position().x()));
    event->accept();
}

void CurveCanvas::leaveEvent(QEvent* event) {
    if (m_plot != nullptr) m_plot->group()->setCrosshair(std::nullopt);
    QCustomPlot::leaveEvent(event);
}

bool CurveCanvas::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip && m_plot != nullptr) {
        auto* help = static_cast<QHelpEvent*>(event);
        const int mark = markAt(help->pos());
        const int curve = legendAt(help->pos());
        if (mark >= 0)
            QToolTip::showText(help->globalPos(), m_model.marks[static_cast<std::size_t>(mark)].toolTip,
                               this);
        else if (curve >= 0)
            QToolTip::showText(help->globalPos(),
                               CurvePlot::tr("%1: click hides or shows, double click shows it alone")
                                   .arg(m_model.curves[static_cast<std::size_t>(curve)].info.name),
                               this);
        else
            QToolTip::hideText();
        return true;
    }
    return QCustomPlot::event(event);
}

}  // namespace jumplora
