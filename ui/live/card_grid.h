// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "live/card.h"

#include <QScrollArea>
#include <vector>

namespace jumplora {

// Cards in columns as wide as the page allows; rows of about 320 px that divide the page's height. Cards fill
// places in their order. Not docks: those take on the minimum width of their content, show no target before a
// drop and cannot be moved by keyboard.
class CardGrid : public QScrollArea {
    Q_OBJECT

  public:
    explicit CardGrid(const Theme& theme, QWidget* parent = nullptr);

    void addCard(Card* card, int columns = 1, int rows = 1);
    [[nodiscard]] QList<Card*> cards() const;  // in order, hidden ones too
    [[nodiscard]] QList<Card*> shownCards() const;
    [[nodiscard]] bool isShown(Card* card) const;
    void setShown(Card* card, bool shown);
    void move(Card* card, int place);
    void setSpan(Card* card, int columns, int rows);  // clamped to 1 … 2
    [[nodiscard]] QSize span(Card* card) const;
    void maximise(Card* card);  // nullptr: none
    [[nodiscard]] Card* maximised() const { return m_maximised; }
    // Moves the focus to the header of the next shown card.
    void focusNext(int direction);
    void scrollTo(Card* card);
    [[nodiscard]] int columnCount() const { return m_columns; }

    // Order, spans and hidden cards as text, and back. Cards that the text does not know keep their place at
    // the end; a text that is not understood changes nothing.
    [[nodiscard]] QString layoutText() const;
    void setLayoutText(const QString& text);
    void resetLayout();

  Q_SIGNALS:
    void layoutChanged();
    void cardHidden(jumplora::Card* card);

  protected:
    void resizeEvent(QResizeEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

  private:
    struct Place {
        Card* card;
        int columns;
        int rows;
        bool shown;
        QRect cells;  // in units of the grid
        int defaultColumns;
        int defaultRows;
        int defaultPlace;
    };
    void arrange();
    void changed();
    [[nodiscard]] int indexOf(const Card* card) const;
    [[nodiscard]] int placeAt(const QPoint& global) const;
    void showTarget(Card* card, const QPoint& global);
    void moveBy(Card* card, int columns, int rows);

    const Theme& m_theme;
    QWidget* m_canvas;
    QWidget* m_target;  // outline of the place a card would go to
    std::vector<Place> m_places;
    Card* m_maximised = nullptr;
    int m_columns = 1;
};

}  // namespace jumplora
