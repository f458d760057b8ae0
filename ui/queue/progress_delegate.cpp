// SPDX-License-Identifier: GPL-3.0-or-later
#include "queue/progress_delegate.h"

#include "queue/queue_model.h"
#include "theme/theme.h"

#include <QPainter>

namespace jumplora {

void ProgressDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                             const QModelIndex& index) const {
    const double share = index.data(QueueModel::ShareRole).toDouble();
    if (share < 0) {
        QStyledItemDelegate::paint(painter, option, index);
        return;
    }
    painter->save();
    if (option.state.testFlag(QStyle::State_Selected))
        painter->fillRect(option.rect, m_theme.colour(Role::Selected));
    const QString text = index.data().toString();
    const int textWidth = option.fontMetrics.horizontalAdvance(QStringLiteral("100 %"));
    constexpr int kBarHeight = 8;
    QRectF bar = option.rect.adjusted(metrics::kGrid, 0, -textWidth - 2 * metrics::kGrid, 0);
    bar = QRectF(bar.left(), bar.center().y() - kBarHeight / 2.0, bar.width(), kBarHeight);
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(m_theme.colour(Role::Border));
    painter->setBrush(m_theme.colour(Role::Raised));
    painter->drawRoundedRect(bar, 3, 3);
    painter->setPen(Qt::NoPen);
    painter->setBrush(m_theme.colour(Role::Accent));
    if (share > 0)
        painter->drawRoundedRect(QRectF(bar.left(), bar.top(), bar.width() * share, kBarHeight), 3, 3);
    painter->setPen(option.palette.color(QPalette::Text));
    painter->drawText(option.rect.adjusted(0, 0, -metrics::kGrid, 0), Qt::AlignRight | Qt::AlignVCenter,
                      text);
    painter->restore();
}

}  // namespace jumplora
