// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/palette_delegate.h"

#include "shell/palette_model.h"
#include "theme/theme.h"

#include <QIcon>
#include <QPainter>

namespace jumplora {

PaletteDelegate::PaletteDelegate(const Theme& theme, QObject* parent)
    : QStyledItemDelegate(parent), m_theme(theme) {}

void PaletteDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                            const QModelIndex& index) const {
    painter->save();
    const bool selected = option.state.testFlag(QStyle::State_Selected);
    if (selected) painter->fillRect(option.rect, m_theme.colour(Role::Selected));
    QRect rest = option.rect.adjusted(metrics::kGrid, 0, -metrics::kGrid, 0);
    const bool enabled = index.data(PaletteModel::EnabledRole).toBool();
    const QColor muted = m_theme.colour(Role::MutedText);
    const QRect iconRect(rest.left(), rest.center().y() - metrics::kSmallIcon / 2, metrics::kSmallIcon,
                         metrics::kSmallIcon);
    index.data(Qt::DecorationRole)
        .value<QIcon>()
        .paint(painter, iconRect, Qt::AlignCenter, enabled ? QIcon::Normal : QIcon::Disabled);
    rest.setLeft(iconRect.right() + metrics::kGrid);

    painter->setFont(option.font);
    const QString shortcut = index.data(PaletteModel::ShortcutRole).toString();
    painter->setPen(muted);
    painter->drawText(rest, Qt::AlignRight | Qt::AlignVCenter, shortcut);
    rest.setRight(rest.right() - option.fontMetrics.horizontalAdvance(shortcut) - metrics::kPageMargin);

    const QString text = option.fontMetrics.elidedText(index.data().toString(), Qt::ElideRight, rest.width());
    painter->setPen(enabled ? m_theme.colour(Role::Text) : muted);
    painter->drawText(rest, Qt::AlignLeft | Qt::AlignVCenter, text);
    rest.setLeft(rest.left() + option.fontMetrics.horizontalAdvance(text) + metrics::kPageMargin);
    painter->setPen(muted);
    painter->drawText(rest, Qt::AlignLeft | Qt::AlignVCenter,
                      option.fontMetrics.elidedText(index.data(PaletteModel::DetailRole).toString(),
                                                    Qt::ElideRight, std::max(0, rest.width())));
    painter->restore();
}

QSize PaletteDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const {
    Q_UNUSED(index);
    return {0, std::max(m_theme.scaled(metrics::kTableRow), option.fontMetrics.height() + metrics::kGrid)};
}

}  // namespace jumplora
