// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "plots/figure.h"
#include "theme/colour_map.h"

#include <QPoint>
#include <functional>
#include <limits>
#include <optional>
#include <vector>

namespace jumplora {

struct HeatCell {
    double value = std::numeric_limits<double>::quiet_NaN();  // NaN: missing, hatched
    QString text = {};                                        // in the cell; empty: the value as a number
    bool muted = false;  // card colour in place of the map's, as for a diagonal that says nothing
    bool dot = false;    // exactly zero
};

// A map of numbers: accuracy matrix, gate map, overlap, difference.
struct HeatMapData {
    int rows = 0;
    int columns = 0;
    std::vector<HeatCell> cells;  // row by row
    QStringList rowNames;         // "3 yahoo"
    QStringList columnNames;      // "yahoo": for tooltip, table and speech
    QStringList columnLabels;     // "3": above the columns; empty: none
    QString corner;               // "after ↓ on →"
    QString columnCaption;        // below the map: "block 0 … 23"
    std::vector<int> gapsBefore;  // rows with 4 px above them
    ColourMap map = ColourMap::viridis();
    Quantity quantity = Quantity::Share;
    QString valueName;    // "accuracy": name of the colour bar
    bool numbers = true;  // in the cells, where there is room
    bool outlineDiagonal = false;
    int diagonalOffset = 0;              // cell (t + offset, t) is on the diagonal: 1 where row 0 is "before"
    int markedRow = -1;                  // ▸ and bold
    std::optional<double> barMark = {};  // at the colour bar: chance level
    QString barMarkName = {};
    QSizeF largestCell{56, 30};  // pixels at 100 %
    // Tooltip and spoken text of a cell; without one name, name and value.
    std::function<QString(int row, int column)> describe = {};

    [[nodiscard]] const HeatCell& at(int row, int column) const {
        return cells[static_cast<std::size_t>(row) * static_cast<std::size_t>(columns) +
                     static_cast<std::size_t>(column)];
    }
};

// Places of everything within an area.
struct HeatMapLayout {
    QRectF cells;  // all of them
    double cellWidth = 0;
    double cellHeight = 0;
    double gap = 0;  // between cells
    double groupGap = 0;
    double numberSize = 0;  // points; 0 = no numbers
    int pooledRows = 1;     // rows that are drawn as one, the largest value standing for them
    QRectF bar;             // colour bar
    double rowNameWidth = 0;
    double headerHeight = 0;
};

HeatMapLayout layoutHeatMap(const HeatMapData& data, const QRectF& area, const FigureStyle& style);
QRectF heatCellRect(const HeatMapData& data, const HeatMapLayout& layout, int row, int column);
void paintHeatMap(QPainter& painter, const HeatMapData& data, const HeatMapLayout& layout,
                  const FigureStyle& style);

// Colour is never alone: numbers in cells, hatching for missing ones, a bar with ticks and unit. The cursor
// (arrows, Home, End, Ctrl+Home, Ctrl+End) reads every cell without a mouse.
class HeatMap : public Figure {
    Q_OBJECT

  public:
    HeatMap(const Theme& theme, const QString& name, const QString& title, QWidget* parent = nullptr);

    void setData(HeatMapData data);
    [[nodiscard]] const HeatMapData& data() const { return m_data; }
    // (column, row); (−1, −1) without cells.
    [[nodiscard]] QPoint cursor() const { return m_cursor; }
    void setCursorCell(int row, int column);
    // A lasting outline beside the cursor: the module that a page shows.
    void setChosen(int row, int column);
    [[nodiscard]] QString cellDescription(int row, int column) const;
    // Cell at a place of the picture; (−1, −1) where there is none.
    [[nodiscard]] QPoint cellAt(const QPointF& place) const;
    [[nodiscard]] QRectF cellRect(int row, int column) const;
    void setSummary(const QString& summary);

    [[nodiscard]] bool hasData() const override { return m_data.rows > 0 && m_data.columns > 0; }
    [[nodiscard]] QString summary() const override;
    [[nodiscard]] Table table() const override;
    void paint(QPainter& painter, const QRectF& area, const FigureStyle& style) const override;
    [[nodiscard]] double paperRatio() const override;
    [[nodiscard]] int interval() const override { return 100; }
    void draw() override;

  Q_SIGNALS:
    void cellHovered(int row, int column);  // −1, −1: left
    void cellClicked(int row, int column);
    void cellActivated(int row, int column);  // double click, Enter
    void cursorMoved(int row, int column);

  protected:
    void themeChanged() override;
    [[nodiscard]] std::pair<int, int> tableCursor() const override;
    void setTableCursor(int row, int column) override;

  private:
    friend class HeatMapCanvas;
    HeatMapData m_data;
    QPoint m_cursor{-1, -1};
    QPoint m_chosen{-1, -1};
    QString m_summary;
    class HeatMapCanvas* m_canvas;
};

}  // namespace jumplora
