// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/heat_map.h"

#include "plots/heat_map_canvas.h"

#include <QAccessible>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <cmath>

namespace jumplora {

HeatMapCanvas::HeatMapCanvas(HeatMap& map) : QWidget(&map), m_map(map) {
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setAttribute(Qt::WA_OpaquePaintEvent);
}

void HeatMapCanvas::refresh() {
    const FigureStyle style = FigureStyle::screen(m_map.theme());
    const double ratio = devicePixelRatioF();
    if (m_picture.size() != size() * ratio) m_picture = QPixmap(size() * ratio);
    m_picture.setDevicePixelRatio(ratio);
    m_picture.fill(style.colour(Role::Card));
    const double margin = style.px(3);  // for the focus ring
    m_layout = layoutHeatMap(m_map.data(), QRectF(rect()).adjusted(margin, margin, -margin, -margin), style);
    QPainter painter(&m_picture);
    paintHeatMap(painter, m_map.data(), m_layout, style);
    update();
}

void HeatMapCanvas::paintEvent(QPaintEvent* /*event*/) {
    QPainter painter(this);
    const Colours& colours = m_map.theme().colours();
    if (m_picture.isNull()) {
        painter.fillRect(rect(), colours.colour(Role::Card));
        return;
    }
    painter.drawPixmap(0, 0, m_picture);
    const auto outline = [&](QPoint cell, const QColor& colour, double width, double grow) {
        if (cell.x() < 0 || cell.x() >= m_map.data().columns || cell.y() >= m_map.data().rows) return;
        QPen pen(colour, width);
        pen.setJoinStyle(Qt::MiterJoin);
        painter.setPen(pen);
        painter.setBrush(Qt::NoBrush);
        painter.drawRect(
            heatCellRect(m_map.data(), m_layout, cell.y(), cell.x()).adjusted(-grow, -grow, grow, grow));
    };
    outline(m_map.m_chosen, colours.colour(Role::Card), 4, 1);
    outline(m_map.m_chosen, colours.colour(Role::Accent), 2, 1);
    outline(m_hovered, colours.colour(Role::Text), 1, 0.5);
    if (!hasFocus()) return;
    // A gap between cell and ring, so that it shows on every colour.
    outline(m_map.m_cursor, colours.colour(Role::Card), 3, 1);
    outline(m_map.m_cursor, colours.colour(Role::Accent), 2, 2);
}

void HeatMapCanvas::resizeEvent(QResizeEvent* /*event*/) { m_map.requestDraw(); }

void HeatMapCanvas::hover(QPoint cell) {
    if (cell == m_hovered) return;
    m_hovered = cell;
    update();
    Q_EMIT m_map.cellHovered(cell.y(), cell.x());
}

void HeatMapCanvas::mouseMoveEvent(QMouseEvent* event) { hover(m_map.cellAt(event->position())); }

void HeatMapCanvas::leaveEvent(QEvent* event) {
    hover({-1, -1});
    QWidget::leaveEvent(event);
}

void HeatMapCanvas::mousePressEvent(QMouseEvent* event) {
    const QPoint cell = m_map.cellAt(event->position());
    if (event->button() != Qt::LeftButton || cell.x() < 0) {
        event->ignore();
        return;
    }
    m_map.setCursorCell(cell.y(), cell.x());
    Q_EMIT m_map.cellClicked(cell.y(), cell.x());
}

void HeatMapCanvas::mouseDoubleClickEvent(QMouseEvent* event) {
    const QPoint cell = m_map.cellAt(event->position());
    if (cell.x() >= 0) Q_EMIT m_map.cellActivated(cell.y(), cell.x());
}

void HeatMapCanvas::keyPressEvent(QKeyEvent* event) {
    const HeatMapData& data = m_map.data();
    QPoint cell = m_map.cursor();
    const bool control = event->modifiers().testFlag(Qt::ControlModifier);
    switch (data.rows == 0 ? 0 : event->key()) {
        case Qt::Key_Left:
            cell.rx() -= 1;
            break;
        case Qt::Key_Right:
            cell.rx() += 1;
            break;
        case Qt::Key_Up:
            cell.ry() -= 1;
            break;
        case Qt::Key_Down:
            cell.ry() += 1;
            break;
        case Qt::Key_Home:
            cell = {0, control ? 0 : cell.y()};
            break;
        case Qt::Key_End:
            cell = {data.columns - 1, control ? data.rows - 1 : cell.y()};
            break;
        case Qt::Key_Return:
        case Qt::Key_Enter:
            if (!control && cell.x() >= 0) {
                Q_EMIT m_map.cellActivated(cell.y(), cell.x());
                return;
            }
            [[fallthrough]];
        default:
            event->ignore();  // the figure's own keys
            return;
    }
    // Moving a card is not for the map.
    if (control && event->key() != Qt::Key_Home && event->key() != Qt::Key_End) {
        event->ignore();
        return;
    }
    m_map.setCursorCell(std::clamp(cell.y(), 0, data.rows - 1), std::clamp(cell.x(), 0, data.columns - 1));
}

bool HeatMapCanvas::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        auto* help = static_cast<QHelpEvent*>(event);
        const QPoint cell = m_map.cellAt(help->pos());
        if (cell.x() >= 0)
            QToolTip::showText(help->globalPos(), m_map.cellDescription(cell.y(), cell.x()), this);
        else
            QToolTip::hideText();
        return true;
    }
    return QWidget::event(event);
}

HeatMap::HeatMap(const Theme& theme, const QString& name, const QString& title, QWidget* parent)
    : Figure(theme, name, title, parent), m_canvas(new HeatMapCanvas(*this)) {
    m_canvas->setObjectName(name + QStringLiteral("Canvas"));
    m_canvas->setAccessibleName(title);
    setPicture(m_canvas);
}

void HeatMap::setData(HeatMapData data) {
    m_data = std::move(data);
    const bool inside = m_cursor.x() >= 0 && m_cursor.x() < m_data.columns && m_cursor.y() < m_data.rows;
    if (!inside) m_cursor = hasData() ? QPoint(0, 0) : QPoint(-1, -1);
    requestDraw();
}

void HeatMap::setCursorCell(int row, int column) {
    if (row < 0 || column < 0 || row >= m_data.rows || column >= m_data.columns) return;
    if (m_cursor == QPoint(column, row)) return;
    m_cursor = {column, row};
    m_canvas->update();
    if (QAccessible::isActive()) {
        QAccessibleEvent focus(m_canvas, QAccessible::Focus);
        focus.setChild(row * m_data.columns + column);
        QAccessible::updateAccessibility(&focus);
    }
    Q_EMIT cursorMoved(row, column);
}

void HeatMap::setChosen(int row, int column) {
    m_chosen = {column, row};
    m_canvas->update();
}

QString HeatMap::cellDescription(int row, int column) const {
    if (m_data.describe) return m_data.describe(row, column);
    const HeatCell& cell = m_data.at(row, column);
    const QString names =
        QStringLiteral("%1, %2").arg(m_data.rowNames.value(row), m_data.columnNames.value(column));
    if (std::isnan(cell.value)) return tr("%1: no value").arg(names);
    const QString unit = QString::fromStdString(unitOf(m_data.quantity));
    return QStringLiteral("%1: %2 %3")
        .arg(names, QString::fromStdString(formatNumber(cell.value, m_data.quantity)), unit)
        .trimmed();
}

QPoint HeatMap::cellAt(const QPointF& place) const {
    const HeatMapLayout& layout = m_canvas->places();
    if (!hasData() || !layout.cells.contains(place)) return {-1, -1};
    const int column = static_cast<int>((place.x() - layout.cells.left()) / (layout.cellWidth + layout.gap));
    for (int row = 0; row < m_data.rows; ++row) {
        const QRectF rect = heatCellRect(m_data, layout, row, 0);
        if (place.y() >= rect.top() && place.y() < rect.bottom() + layout.gap)
            return {std::min(column, m_data.columns - 1), row};
    }
    return {-1, -1};
}

QRectF HeatMap::cellRect(int row, int column) const {
    return heatCellRect(m_data, m_canvas->places(), row, column);
}

void HeatMap::setSummary(const QString& summary) {
    if (summary == m_summary) return;
    m_summary = summary;
    Q_EMIT summaryChanged();
}

QString HeatMap::summary() const {
    return m_summary.isEmpty()
               ? tr("%1, %2 rows and %3 columns").arg(title()).arg(m_data.rows).arg(m_data.columns)
               : m_summary;
}

Table HeatMap::table() const {
    Table table;
    table.title = title().toStdString();
    table.columns.push_back({m_data.corner.isEmpty() ? "row" : m_data.corner.toStdString(), Quantity::Text});
    for (int column = 0; column < m_data.columns; ++column)
        table.columns.push_back({m_data.columnNames.value(column).toStdString(), m_data.quantity});
    for (int row = 0; row < m_data.rows; ++row) {
        std::vector<TableCell> cells = {TableCell::ofText(m_data.rowNames.value(row).toStdString())};
        for (int column = 0; column < m_data.columns; ++column)
            cells.push_back(TableCell::ofNumber(m_data.at(row, column).value));
        table.addRow(std::move(cells));
    }
    return table;
}

void HeatMap::paint(QPainter& painter, const QRectF& area, const FigureStyle& style) const {
    paintHeatMap(painter, m_data, layoutHeatMap(m_data, area, style), style);
}

double HeatMap::paperRatio() const {
    if (!hasData()) return Figure::paperRatio();
    // Matrices want square-ish cells, maps of many columns flat ones.
    constexpr double kFlattest = 0.3;
    const double cells =
        m_data.rows * m_data.largestCell.height() / (m_data.columns * m_data.largestCell.width());
    return std::clamp(cells * 0.75 + 0.12, kFlattest, 1.2);
}

void HeatMap::draw() {
    refreshParts();
    m_canvas->refresh();
}

void HeatMap::themeChanged() { m_canvas->refresh(); }

std::pair<int, int> HeatMap::tableCursor() const { return {std::max(m_cursor.y(), 0), m_cursor.x() + 1}; }

void HeatMap::setTableCursor(int row, int column) { setCursorCell(row, std::max(column - 1, 0)); }

}  // namespace jumplora
