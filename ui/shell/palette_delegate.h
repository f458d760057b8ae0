// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QStyledItemDelegate>

namespace jumplora {

class Theme;

// A line of the palette: icon, text, detail in muted text, shortcut at the right.
class PaletteDelegate : public QStyledItemDelegate {
    Q_OBJECT

  public:
    explicit PaletteDelegate(const Theme& theme, QObject* parent = nullptr);
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;

  private:
    const Theme& m_theme;
};

}  // namespace jumplora
