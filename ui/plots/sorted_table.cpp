// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/sorted_table.h"

#include "plots/table_model.h"

namespace jumplora {

QString sortArrow(bool descending, int place) {
    // An en space: the arrow does not touch the title.
    return QChar(0x2002) + (descending ? QStringLiteral("▾") : QStringLiteral("▴")) +
           (place > 0 ? QString::number(place) : QString());
}

SortedTable::SortedTable(QObject* parent) : QSortFilterProxyModel(parent) {
    setSortRole(TableModel::kSortRole);
}

void SortedTable::sort(int column, Qt::SortOrder order) {
    QSortFilterProxyModel::sort(column, order);
    if (columnCount() > 0) Q_EMIT headerDataChanged(Qt::Horizontal, 0, columnCount() - 1);
}

QVariant SortedTable::headerData(int section, Qt::Orientation orientation, int role) const {
    QVariant title = QSortFilterProxyModel::headerData(section, orientation, role);
    if (role != Qt::DisplayRole || orientation != Qt::Horizontal || section != sortColumn()) return title;
    return title.toString() + sortArrow(sortOrder() == Qt::DescendingOrder);
}

}  // namespace jumplora
