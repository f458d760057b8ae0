// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "exchange/table.h"

#include <QAbstractTableModel>
#include <QString>

namespace jumplora {

// A table of numbers as every figure, page and export has it, for a table view. Texts are made for the cells
// that are looked at, with the window's one formatter; definitions and reasons are tooltips.
class TableModel : public QAbstractTableModel {
    Q_OBJECT

  public:
    // What sorting compares: the number itself, not its text.
    static constexpr int kSortRole = Qt::UserRole;
    explicit TableModel(QObject* parent = nullptr) : QAbstractTableModel(parent) {}
    void setTable(Table table);
    [[nodiscard]] const Table& table() const { return m_table; }

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation,
                                      int role = Qt::DisplayRole) const override;

  private:
    Table m_table;
    std::vector<std::vector<bool>> m_best;  // [column][row]
};

// As spreadsheets take it from the clipboard: a header line, then exact numbers, tabs between.
QString toTsv(const Table& table);

}  // namespace jumplora
