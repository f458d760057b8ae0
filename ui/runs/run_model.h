// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "store/store_types.h"

#include <QAbstractTableModel>
#include <vector>

namespace jumplora {

// The stored runs as rows of a table. Holds plain values; whoever loads them does so elsewhere.
class RunModel : public QAbstractTableModel {
    Q_OBJECT

  public:
    enum Column {
        State,
        Name,
        Method,
        Gate,
        Seed,
        Tasks,
        Steps,
        Oa,
        Bwt,
        Density,
        Created,
        Message,
        ColumnCount
    };

    using QAbstractTableModel::QAbstractTableModel;
    void setRuns(std::vector<RunRow> runs);
    [[nodiscard]] const RunRow& run(int row) const { return m_runs[static_cast<std::size_t>(row)]; }

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  private:
    std::vector<RunRow> m_runs;
};

}  // namespace jumplora
