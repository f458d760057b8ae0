// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QLayout>
#include <QList>

namespace jumplora {

// A line of controls that goes on in a next line where the width ends, as with big text. What is left of a
// line goes to its stretches, else to the widgets that want to expand.
class WrapLayout : public QLayout {
  public:
    explicit WrapLayout(QWidget* parent = nullptr);
    ~WrapLayout() override;
    void addStretch();

    void addItem(QLayoutItem* item) override { m_items.append(item); }
    [[nodiscard]] int count() const override { return static_cast<int>(m_items.size()); }
    [[nodiscard]] QLayoutItem* itemAt(int index) const override { return m_items.value(index); }
    QLayoutItem* takeAt(int index) override;
    [[nodiscard]] Qt::Orientations expandingDirections() const override { return Qt::Horizontal; }
    [[nodiscard]] bool hasHeightForWidth() const override { return true; }
    [[nodiscard]] int heightForWidth(int width) const override;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSize() const override;
    void setGeometry(const QRect& rect) override;

  private:
    // Height below `rect`'s top; places the items when `apply`.
    int arrange(const QRect& rect, bool apply) const;
    static void place(const QList<QLayoutItem*>& line, const QRect& rect, int height, int spacing);
    QList<QLayoutItem*> m_items;
};

}  // namespace jumplora
