// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QSortFilterProxyModel>

namespace jumplora {

// Which way a column is sorted, as the end of its title: an arrow that a style draws over the header would
// lie on the text of narrow columns. `place` counts from 1 where several columns sort; 0 says no number.
QString sortArrow(bool descending, int place = 0);

// A table model sorted by its numbers, with the arrow in the header. Views on it hide their own sort
// indicator.
class SortedTable : public QSortFilterProxyModel {
  public:
    explicit SortedTable(QObject* parent = nullptr);
    void sort(int column, Qt::SortOrder order) override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
};

}  // namespace jumplora
