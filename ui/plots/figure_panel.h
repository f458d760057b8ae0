// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "plots/figure.h"

#include <QFrame>

class QHBoxLayout;
class QToolButton;

namespace jumplora {

// A card around a figure: its title, room for controls, and the ⋯ menu.
class FigurePanel : public QFrame {
    Q_OBJECT

  public:
    explicit FigurePanel(Figure* figure, QWidget* parent = nullptr);
    // Between title and menu.
    void addControl(QWidget* control);
    // Below the title, above the figure.
    void addBelowTitle(QWidget* widget);
    [[nodiscard]] Figure* figure() const { return m_figure; }

  private:
    Figure* m_figure;
    QHBoxLayout* m_head;
    QLabel* m_title;
    QToolButton* m_menu;
};

}  // namespace jumplora
