// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "plots/heat_map.h"

#include <QPixmap>

namespace jumplora {

// The picture of a heat map: a cached drawing, with cursor and focus above it.
class HeatMapCanvas : public QWidget {
    Q_OBJECT

  public:
    explicit HeatMapCanvas(HeatMap& map);
    [[nodiscard]] HeatMap& map() const { return m_map; }
    [[nodiscard]] const HeatMapLayout& places() const { return m_layout; }
    // Draws the cached picture anew.
    void refresh();

  protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void leaveEvent(QEvent* event) override;
    bool event(QEvent* event) override;

  private:
    void hover(QPoint cell);
    HeatMap& m_map;
    HeatMapLayout m_layout;
    QPixmap m_picture;
    QPoint m_hovered{-1, -1};
};

}  // namespace jumplora
