// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "setup/suite_catalog.h"

#include <QAbstractItemModel>

namespace jumplora {

// Suites with their tasks as a tree: name, rows or tasks, labels.
class TaskPaletteModel : public QAbstractItemModel {
    Q_OBJECT

  public:
    enum Column { Name, Rows, Labels, ColumnCount };
    // Text that a search looks in: task, labels, suite.
    static constexpr int kSearchRole = Qt::UserRole + 1;

    explicit TaskPaletteModel(SuiteCatalog& catalog, QObject* parent = nullptr);
    // Null for a suite's own row.
    [[nodiscard]] const CatalogTask* task(const QModelIndex& index) const;
    [[nodiscard]] const CatalogSuite* suite(const QModelIndex& index) const;
    [[nodiscard]] QModelIndex indexOf(const SuiteName& suite, const QString& task) const;

    [[nodiscard]] QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    [[nodiscard]] QModelIndex parent(const QModelIndex& child) const override;
    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    [[nodiscard]] Qt::ItemFlags flags(const QModelIndex& index) const override;
    [[nodiscard]] QStringList mimeTypes() const override;
    [[nodiscard]] QMimeData* mimeData(const QModelIndexList& indexes) const override;

  private:
    [[nodiscard]] QVariant suiteData(const CatalogSuite& suite, int column, int role) const;
    [[nodiscard]] QVariant taskData(const CatalogSuite& suite, const CatalogTask& task, int column,
                                    int role) const;

    SuiteCatalog& m_catalog;
    std::vector<CatalogSuite> m_suites;  // as shown
};

}  // namespace jumplora
