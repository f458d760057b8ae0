// SPDX-License-Identifier: GPL-3.0-or-later
// Places and drawing of a map; the same for the screen and for files.
#include "plots/curve_model.h"
#include "plots/heat_map.h"

#include <QPainter>
#include <algorithm>
#include <cmath>

namespace jumplora {
namespace {

constexpr double kBarWidth = 12;
constexpr double kBarDistance = 14;
constexpr double kBarLabels = 46;
constexpr double kGroupGap = 4;
constexpr int kMostNumberedCells = 24;  // rows or columns
constexpr int kPoolFrom = 4000;         // rows
constexpr int kVectorCells = 4096;
constexpr double kSmallestNumber = 7;  // points
constexpr double kSmallestInPrint = 6;
constexpr double kMutedFade = 0.55;

QString cellNumber(const HeatMapData& data, const HeatCell& cell) {
    if (!cell.text.isEmpty()) return cell.text;
    if (std::isnan(cell.value)) return {};
    return QString::fromStdString(formatNumber(cell.value, data.quantity));
}

// A text that shows how wide the numbers of a map are.
double widestNumber(const HeatMapData& data, const QFontMetricsF& metrics) {
    double width = 0;
    for (const HeatCell& cell : data.cells)
        width = std::max(width, metrics.horizontalAdvance(cellNumber(data, cell)));
    return width;
}

double numberSizeFor(const HeatMapData& data, double width, double height, const FigureStyle& style) {
    if (!data.numbers || std::max(data.rows, data.columns) > kMostNumberedCells) return 0;
    for (double points = style.matrixPoints;
         points >= std::min(style.print ? kSmallestInPrint : kSmallestNumber, style.matrixPoints);
         points -= 0.5) {
        const QFontMetricsF metrics(style.font(points));
        if (widestNumber(data, metrics) + style.px(style.print ? 1 : 4) <= width &&
            metrics.height() <= height)
            return points;
    }
    return 0;
}

QString barTick(const HeatMapData& data, double value) {
    constexpr int kDigits = 3;
    return QString::number(inUnit(value, data.quantity), 'g', kDigits).replace('-', QChar(0x2212));
}

std::vector<double> barTicks(const ColourMap& map) {
    std::vector<double> ticks;
    if (map.logarithmic()) {
        for (double exponent = std::ceil(std::log10(map.low()) - 1e-9);
             exponent <= std::log10(map.high()) + 1e-9; ++exponent)
            ticks.push_back(std::pow(10, exponent));
        return ticks;
    }
    constexpr int kParts = 4;
    for (int i = 0; i <= kParts; ++i) ticks.push_back(map.low() + (map.high() - map.low()) * i / kParts);
    return ticks;
}

void hatch(QPainter& painter, const QRectF& rect, const FigureStyle& style) {
    painter.fillRect(rect, style.colour(Role::Card));
    painter.save();
    painter.setClipRect(rect, Qt::IntersectClip);
    painter.setPen(QPen(style.colour(Role::Border), style.line(style.axisPoints) * 0.8));
    const double step = style.px(6);
    // Lines from a common origin, so that neighbouring cells hatch through.
    const double first = std::floor((rect.left() + rect.top()) / step) * step;
    for (double sum = first; sum <= rect.right() + rect.bottom(); sum += step)
        painter.drawLine(QPointF(sum - rect.top(), rect.top()), QPointF(sum - rect.bottom(), rect.bottom()));
    painter.restore();
}

QColor cellColour(const HeatMapData& data, const HeatCell& cell, const FigureStyle& style) {
    const QColor colour = data.map.at(cell.value);
    if (!cell.muted) return colour;
    const QColor card = style.colour(Role::Raised);
    const auto mix = [](int a, int b) { return qRound(a + (b - a) * kMutedFade); };
    return {mix(colour.red(), card.red()), mix(colour.green(), card.green()),
            mix(colour.blue(), card.blue())};
}

void paintCells(QPainter& painter, const HeatMapData& data, const HeatMapLayout& layout,
                const FigureStyle& style) {
    for (int row = 0; row < data.rows; row += layout.pooledRows) {
        for (int column = 0; column < data.columns; ++column) {
            const HeatCell* cell = &data.at(row, column);
            for (int r = row + 1; r < std::min(row + layout.pooledRows, data.rows); ++r) {
                const HeatCell& other = data.at(r, column);
                if (std::isnan(cell->value) || other.value > cell->value) cell = &other;
            }
            const QRectF rect = heatCellRect(data, layout, row, column);
            if (std::isnan(cell->value))
                hatch(painter, rect, style);
            else
                painter.fillRect(rect, cellColour(data, *cell, style));
            if (cell->dot) {
                painter.setPen(Qt::NoPen);
                painter.setBrush(textOn(cellColour(data, *cell, style)));
                const double radius = std::min(style.px(2), rect.width() / 4);
                painter.drawEllipse(rect.center(), radius, radius);
            }
        }
    }
}

void paintNumbers(QPainter& painter, const HeatMapData& data, const HeatMapLayout& layout,
                  const FigureStyle& style) {
    if (layout.numberSize <= 0) return;
    QFont font = style.font(layout.numberSize);
    for (int row = 0; row < data.rows; ++row) {
        font.setBold(row == data.markedRow);
        painter.setFont(font);
        for (int column = 0; column < data.columns; ++column) {
            const HeatCell& cell = data.at(row, column);
            const QString text = cellNumber(data, cell);
            if (text.isEmpty() || cell.dot) continue;  // the dot says zero
            const QRectF rect = heatCellRect(data, layout, row, column);
            if (std::isnan(cell.value)) {
                // Over the hatching a text needs its own ground.
                const QRectF ground = painter.fontMetrics().boundingRect(text);
                QRectF box(0, 0, ground.width() + style.px(6), ground.height());
                box.moveCenter(rect.center());
                painter.fillRect(box.intersected(rect), style.colour(Role::Card));
                painter.setPen(style.colour(Role::Text));
            } else {
                painter.setPen(textOn(cellColour(data, cell, style)));
            }
            painter.drawText(rect, Qt::AlignCenter, text);
        }
    }
}

void paintDiagonal(QPainter& painter, const HeatMapData& data, const HeatMapLayout& layout,
                   const FigureStyle& style) {
    if (!data.outlineDiagonal) return;
    const double width = style.line(1.5);
    painter.setBrush(Qt::NoBrush);
    QPen pen(style.colour(Role::Text), width);
    pen.setJoinStyle(Qt::MiterJoin);
    painter.setPen(pen);
    for (int t = 0; t < data.columns && t + data.diagonalOffset < data.rows; ++t)
        painter.drawRect(heatCellRect(data, layout, t + data.diagonalOffset, t)
                             .adjusted(width / 2, width / 2, -width / 2, -width / 2));
}

void paintNames(QPainter& painter, const HeatMapData& data, const HeatMapLayout& layout,
                const FigureStyle& style) {
    QFont font = style.font(style.smallPoints);
    const QFontMetricsF metrics(font);
    painter.setFont(font);
    painter.setPen(style.colour(Role::MutedText));
    // Not every name fits where cells are flat.
    const double rowHeight = layout.cellHeight + layout.gap;
    const int every = std::max(1, static_cast<int>(std::ceil(metrics.height() * 0.9 / rowHeight)));
    for (int row = 0; row < data.rows && row < data.rowNames.size(); row += every) {
        const QRectF cell = heatCellRect(data, layout, row, 0);
        font.setBold(row == data.markedRow);
        painter.setFont(font);
        painter.setPen(style.colour(row == data.markedRow ? Role::Text : Role::MutedText));
        const QString mark = row == data.markedRow ? QStringLiteral("▸ ") : QString();
        const QRectF place(cell.left() - layout.rowNameWidth, cell.center().y() - metrics.height() / 2,
                           layout.rowNameWidth - style.px(6), metrics.height());
        painter.drawText(
            place, Qt::AlignRight | Qt::AlignVCenter,
            QFontMetricsF(font).elidedText(mark + data.rowNames[row], Qt::ElideRight, place.width()));
    }
    font.setBold(false);
    painter.setFont(font);
    painter.setPen(style.colour(Role::MutedText));
    double used = -1e9;
    for (int column = 0; column < data.columns && column < data.columnLabels.size(); ++column) {
        const QRectF cell = heatCellRect(data, layout, 0, column);
        const QString text = metrics.elidedText(data.columnLabels[column], Qt::ElideRight,
                                                std::max(cell.width() + layout.gap, style.px(24)));
        const double half = metrics.horizontalAdvance(text) / 2;
        if (cell.center().x() - half < used) continue;
        used = cell.center().x() + half + style.px(3);
        painter.drawText(QRectF(cell.center().x() - half - 1, layout.cells.top() - layout.headerHeight,
                                2 * half + 2, layout.headerHeight - style.px(3)),
                         Qt::AlignHCenter | Qt::AlignBottom, text);
    }
    if (!data.corner.isEmpty())
        painter.drawText(
            QRectF(layout.cells.left() - layout.rowNameWidth, layout.cells.top() - layout.headerHeight,
                   layout.rowNameWidth - style.px(6), layout.headerHeight - style.px(3)),
            Qt::AlignRight | Qt::AlignBottom, data.corner);
    if (!data.columnCaption.isEmpty())
        painter.drawText(QRectF(layout.cells.left(), layout.cells.bottom() + style.px(2),
                                layout.cells.width(), metrics.height()),
                         Qt::AlignLeft | Qt::AlignTop, data.columnCaption);
}

void paintBar(QPainter& painter, const HeatMapData& data, const HeatMapLayout& layout,
              const FigureStyle& style) {
    const QRectF& bar = layout.bar;
    if (bar.height() < style.px(24)) return;
    QLinearGradient gradient(bar.bottomLeft(), bar.topLeft());
    const auto& stops = data.map.stops();
    for (std::size_t i = 0; i < stops.size(); ++i)
        gradient.setColorAt(static_cast<double>(i) / static_cast<double>(stops.size() - 1), stops[i]);
    painter.fillRect(bar, gradient);
    painter.setPen(QPen(style.colour(Role::Border), style.line(style.axisPoints)));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(bar);
    const QFontMetricsF metrics(style.font(style.smallPoints));
    painter.setFont(style.font(style.smallPoints));
    const auto placeOf = [&](double value) { return bar.bottom() - data.map.position(value) * bar.height(); };
    const std::vector<double> ticks = barTicks(data.map);
    const double room = bar.height() / static_cast<double>(std::max<std::size_t>(ticks.size() - 1, 1));
    const std::size_t every = room < metrics.height() ? 2 : 1;
    for (std::size_t i = 0; i < ticks.size(); i += every) {
        const double y = placeOf(ticks[i]);
        painter.setPen(QPen(style.colour(Role::Border), style.line(style.axisPoints)));
        painter.drawLine(QPointF(bar.right(), y), QPointF(bar.right() + style.px(3), y));
        painter.setPen(style.colour(Role::MutedText));
        QString text = barTick(data, ticks[i]);
        if (data.map.logarithmic() && i == 0) text.prepend(QStringLiteral("≤ "));
        painter.drawText(QRectF(bar.right() + style.px(5), y - metrics.height() / 2, style.px(kBarLabels),
                                metrics.height()),
                         Qt::AlignLeft | Qt::AlignVCenter, text);
    }
    const std::string unit = unitOf(data.quantity);
    if (!unit.empty()) {
        painter.setPen(style.colour(Role::MutedText));
        painter.drawText(QRectF(bar.left() - style.px(20), bar.top() - metrics.height() - style.px(3),
                                bar.width() + style.px(40), metrics.height()),
                         Qt::AlignHCenter | Qt::AlignBottom, QString::fromStdString(unit));
    }
    if (data.barMark) {
        const double y = placeOf(*data.barMark);
        painter.setPen(Qt::NoPen);
        painter.setBrush(style.colour(Role::Text));
        const double size = style.px(4);
        painter.drawPolygon(QPolygonF({QPointF(bar.left(), y), QPointF(bar.left() - 1.6 * size, y - size),
                                       QPointF(bar.left() - 1.6 * size, y + size)}));
    }
}

// More cells than a file should hold as rectangles.
void paintAsImage(QPainter& painter, const HeatMapData& data, const HeatMapLayout& layout,
                  const FigureStyle& style) {
    const int rows = (data.rows + layout.pooledRows - 1) / layout.pooledRows;
    QImage image(data.columns, rows, QImage::Format_RGB32);
    for (int row = 0; row < data.rows; ++row) {
        for (int column = 0; column < data.columns; ++column) {
            const HeatCell& cell = data.at(row, column);
            image.setPixelColor(
                column, row / layout.pooledRows,
                std::isnan(cell.value) ? style.colour(Role::Raised) : cellColour(data, cell, style));
        }
    }
    painter.setRenderHint(QPainter::SmoothPixmapTransform, false);
    painter.drawImage(layout.cells, image);
}

}  // namespace

HeatMapLayout layoutHeatMap(const HeatMapData& data, const QRectF& area, const FigureStyle& style) {
    HeatMapLayout layout;
    const QFontMetricsF metrics(style.font(style.smallPoints));
    QFont bold = style.font(style.smallPoints);
    bold.setBold(true);
    const QFontMetricsF boldMetrics(bold);
    double names = metrics.horizontalAdvance(data.corner);
    for (const QString& name : data.rowNames)
        names = std::max(names, boldMetrics.horizontalAdvance(QStringLiteral("▸ ") + name));
    layout.rowNameWidth = std::min(names + style.px(10), area.width() * 0.42);
    const bool header = !data.columnLabels.isEmpty() || !data.corner.isEmpty();
    // The unit stands above the bar even where there are no column labels.
    layout.headerHeight = metrics.height() + (header ? style.px(6) : style.px(4));
    const double caption = data.columnCaption.isEmpty() ? style.px(2) : metrics.height() + style.px(4);
    const double barSpace = style.px(kBarDistance + kBarWidth + kBarLabels);
    const double width = std::max(1.0, area.width() - layout.rowNameWidth - barSpace);
    const double height = std::max(1.0, area.height() - layout.headerHeight - caption);
    layout.pooledRows = data.rows > kPoolFrom ? static_cast<int>(std::ceil(data.rows / height)) : 1;
    const int rows = (data.rows + layout.pooledRows - 1) / layout.pooledRows;
    layout.groupGap = data.gapsBefore.empty() ? 0 : style.px(kGroupGap);
    const double gaps = layout.groupGap * static_cast<double>(data.gapsBefore.size());
    const double cellWidth = width / std::max(1, data.columns);
    const double cellHeight = (height - gaps) / std::max(1, rows);
    layout.gap = std::min(cellWidth, cellHeight) > style.px(8) ? style.px(1) : 0;
    // On paper the cells take the room that the width of a column gives them.
    const double most = style.print ? 1e9 : 1;
    layout.cellWidth = std::min(cellWidth, style.px(data.largestCell.width()) * most) - layout.gap;
    layout.cellHeight = std::min(cellHeight, style.px(data.largestCell.height()) * most) - layout.gap;
    layout.cellWidth = std::max(layout.cellWidth, 0.5);
    layout.cellHeight = std::max(layout.cellHeight, 0.5);
    layout.cells = QRectF(area.left() + layout.rowNameWidth, area.top() + layout.headerHeight,
                          (layout.cellWidth + layout.gap) * data.columns,
                          (layout.cellHeight + layout.gap) * rows + gaps);
    layout.numberSize = numberSizeFor(data, layout.cellWidth, layout.cellHeight, style);
    layout.bar =
        QRectF(layout.cells.right() + style.px(kBarDistance), layout.cells.top(), style.px(kBarWidth),
               std::clamp(layout.cells.height() - layout.gap, style.px(60),
                          std::max(style.px(60), std::min(height, style.px(260)))));
    return layout;
}

QRectF heatCellRect(const HeatMapData& data, const HeatMapLayout& layout, int row, int column) {
    const auto gaps = std::count_if(data.gapsBefore.begin(), data.gapsBefore.end(),
                                    [row](int before) { return before <= row; });
    return {layout.cells.left() + column * (layout.cellWidth + layout.gap),
            layout.cells.top() + (row / layout.pooledRows) * (layout.cellHeight + layout.gap) +
                static_cast<double>(gaps) * layout.groupGap,
            layout.cellWidth, layout.cellHeight};
}

void paintHeatMap(QPainter& painter, const HeatMapData& data, const HeatMapLayout& layout,
                  const FigureStyle& style) {
    if (data.rows == 0 || data.columns == 0) return;
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing, false);
    const int drawn = data.rows / layout.pooledRows * data.columns;
    if (drawn > kVectorCells)
        paintAsImage(painter, data, layout, style);
    else
        paintCells(painter, data, layout, style);
    painter.setRenderHint(QPainter::Antialiasing, true);
    paintNumbers(painter, data, layout, style);
    paintDiagonal(painter, data, layout, style);
    paintNames(painter, data, layout, style);
    paintBar(painter, data, layout, style);
    painter.restore();
}

}  // namespace jumplora
