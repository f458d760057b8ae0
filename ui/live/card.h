// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "plots/figure.h"

#include <QFrame>

class QHBoxLayout;
class QLabel;
class QToolButton;
class QVBoxLayout;

namespace jumplora {

class CardHeader;

// One card of a dashboard: a header that can be dragged, focused and operated by keys, and what it shows.
class Card : public QFrame {
    Q_OBJECT

  public:
    Card(const Theme& theme, const QString& name, const QString& title, QWidget* parent = nullptr);

    [[nodiscard]] const QString& title() const { return m_title; }
    // Sign and words before the title, as "▲ penalty above 10 × CE"; empty: none.
    void setWarning(const QString& warning);
    // In the header, before the buttons.
    void addControl(QWidget* control);
    [[nodiscard]] CardHeader* header() const { return m_header; }
    [[nodiscard]] bool isMaximised() const { return m_maximised; }
    void setMaximised(bool maximised);
    // What a screen reader says of the card.
    [[nodiscard]] virtual QString summary() const;
    [[nodiscard]] const Theme& theme() const { return m_theme; }

  Q_SIGNALS:
    void maximiseWanted();
    void hideWanted();
    void moveWanted(int columns, int rows);  // by keys: one place left, right, up, down
    void spanWanted(int columns, int rows);  // by keys: so many more or fewer
    void dragged(const QPoint& global);
    void dropped(const QPoint& global);
    void dragCancelled();

  protected:
    // The first figure gives the card its menu.
    void addFigure(Figure* figure, int stretch = 1);
    void addBody(QWidget* body, int stretch = 1);
    [[nodiscard]] QVBoxLayout* body() const { return m_body; }
    // Called after the size class of the card has changed.
    virtual void maximisedChanged() {}
    void setMenuFigure(Figure* figure) { m_menuFigure = figure; }

  private:
    friend class CardHeader;
    void showMenu();
    const Theme& m_theme;
    QString m_title;
    QString m_warning;
    CardHeader* m_header;
    QVBoxLayout* m_body;
    Figure* m_menuFigure = nullptr;
    QList<Figure*> m_figures;
    bool m_maximised = false;
};

// Title line of a card.
class CardHeader : public QFrame {
    Q_OBJECT

  public:
    explicit CardHeader(Card& card);
    void setText(const QString& text);
    void addControl(QWidget* control);
    void setMaximised(bool maximised);

  protected:
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

  private:
    QToolButton* makeButton(const QString& sign, const QString& name, const QString& toolTip);
    Card& m_card;
    QHBoxLayout* m_row;
    QLabel* m_title;
    QToolButton* m_maximise;
    QPoint m_pressed;
    bool m_dragging = false;
};

}  // namespace jumplora
