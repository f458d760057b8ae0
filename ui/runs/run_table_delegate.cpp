// SPDX-License-Identifier: GPL-3.0-or-later
#include "runs/run_table_delegate.h"

#include "runs/run_table_model.h"
#include "theme/icons.h"

#include <QApplication>
#include <QPainter>

namespace jumplora {
namespace {

constexpr int kExpander = 20;
constexpr int kPadding = 6;

const RunTableModel* modelOf(const QModelIndex& index) {
    return qobject_cast<const RunTableModel*>(index.model());
}

}  // namespace

bool RunTableDelegate::isColumn(const QModelIndex& index, const char* key) const {
    const RunTableModel* model = modelOf(index);
    return model != nullptr && index.column() > RunTableModel::kMarkColumn &&
           model->columns()[static_cast<std::size_t>(index.column() - 1)].key.name == QLatin1String(key);
}

bool RunTableDelegate::isExpander(const QModelIndex& index, const QRect& cell, const QPoint& place) const {
    if (!isColumn(index, "name") || !index.data(RunTableModel::IsGroupRole).toBool()) return false;
    return place.x() < cell.left() + m_theme.scaled(kExpander) + kPadding;
}

void RunTableDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                             const QModelIndex& index) const {
    if (option.rect.isEmpty()) return;
    QStyleOptionViewItem own = option;
    initStyleOption(&own, index);
    own.state &= ~QStyle::State_HasFocus;
    if (index.data(RunTableModel::IsGroupRole).toBool()) own.font.setBold(isColumn(index, "name"));
    if (isColumn(index, "state")) {
        own.text.clear();
        QApplication::style()->drawControl(QStyle::CE_ItemViewItem, &own, painter, own.widget);
        paintState(*painter, option, index);
        return;
    }
    if (!isColumn(index, "name")) {
        QApplication::style()->drawControl(QStyle::CE_ItemViewItem, &own, painter, own.widget);
        return;
    }
    const QString text = own.text;
    own.text.clear();
    QApplication::style()->drawControl(QStyle::CE_ItemViewItem, &own, painter, own.widget);
    int left = option.rect.left() + kPadding;
    const int size = m_theme.scaled(kExpander);
    if (index.data(RunTableModel::IsGroupRole).toBool()) {
        const QString name = index.data(RunTableModel::ExpandedRole).toBool() ? QStringLiteral("collapse")
                                                                              : QStringLiteral("expand");
        constexpr int kIcon = 14;
        const int side = m_theme.scaled(kIcon);
        icon(name).paint(painter, QRect(left, option.rect.center().y() - side / 2, side, side));
        left += size;
    } else if (index.data(RunTableModel::IsMemberRole).toBool()) {
        left += 2 * size;
    }
    const QRect box = option.rect.adjusted(left - option.rect.left(), 0, -kPadding, 0);
    painter->save();
    painter->setFont(own.font);
    painter->setPen(m_theme.colour(Role::Text));
    painter->drawText(box, Qt::AlignVCenter | Qt::AlignLeft,
                      QFontMetrics(own.font).elidedText(text, Qt::ElideRight, box.width()));
    painter->restore();
}

void RunTableDelegate::paintState(QPainter& painter, const QStyleOptionViewItem& option,
                                  const QModelIndex& index) const {
    const QString state = index.data(RunTableModel::StateRole).toString();
    const QString text = index.data(Qt::DisplayRole).toString();
    const bool selected = option.state.testFlag(QStyle::State_Selected);
    const bool group = index.data(RunTableModel::IsGroupRole).toBool();
    int left = option.rect.left() + kPadding;
    QString word = text;
    QColor colour = m_theme.colour(Role::Text);
    if (!state.isEmpty()) {
        const StateLook look = m_theme.colours().state(state);
        constexpr int kIcon = 16;
        const int size = m_theme.scaled(kIcon);
        icon(look.icon, look.colour)
            .paint(&painter, QRect(left, option.rect.center().y() - size / 2, size, size));
        left += size + 4;
        word = group ? QStringLiteral("%1 %2").arg(text, look.word.toLower()) : look.word;
        if (!selected) colour = look.colour;
    }
    painter.save();
    painter.setPen(colour);
    painter.setFont(option.font);
    const QRect box(left, option.rect.top(), option.rect.right() - left, option.rect.height());
    painter.drawText(box, Qt::AlignVCenter | Qt::AlignLeft,
                     QFontMetrics(option.font).elidedText(word, Qt::ElideRight, box.width()));
    painter.restore();
}

}  // namespace jumplora
