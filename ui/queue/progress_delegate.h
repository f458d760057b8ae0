// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QStyledItemDelegate>

namespace jumplora {

class Theme;

// A small bar with its number beside it, where a run is on.
class ProgressDelegate : public QStyledItemDelegate {
    Q_OBJECT

  public:
    explicit ProgressDelegate(const Theme& theme, QObject* parent = nullptr)
        : QStyledItemDelegate(parent), m_theme(theme) {}
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;

  private:
    const Theme& m_theme;
};

}  // namespace jumplora
