// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "theme/theme.h"

#include <QStyledItemDelegate>

namespace jumplora {

// Draws states as icon, word and colour, the expander of groups, and members a little to the right.
class RunTableDelegate : public QStyledItemDelegate {
    Q_OBJECT

  public:
    explicit RunTableDelegate(const Theme& theme, QObject* parent = nullptr)
        : QStyledItemDelegate(parent), m_theme(theme) {}
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
    // Whether a place lies on the sign that folds and opens a group.
    [[nodiscard]] bool isExpander(const QModelIndex& index, const QRect& cell, const QPoint& place) const;

  private:
    [[nodiscard]] bool isColumn(const QModelIndex& index, const char* key) const;
    void paintState(QPainter& painter, const QStyleOptionViewItem& option, const QModelIndex& index) const;
    const Theme& m_theme;
};

}  // namespace jumplora
