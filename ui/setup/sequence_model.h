// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "setup/spec_document.h"
#include "train/run_plan.h"

#include <QAbstractTableModel>
#include <map>
#include <optional>

namespace jumplora {

// The sequence of the document as rows of a table, with rows and steps of the plan.
class SequenceModel : public QAbstractTableModel {
    Q_OBJECT

  public:
    enum Column { Number, Task, Rows, Steps, Overrides, ColumnCount };

    explicit SequenceModel(SpecDocument& document, QObject* parent = nullptr);
    // None: not known yet. Joint training has one stage for all rows.
    void setPlan(const std::optional<RunPlan>& plan);
    // Sentences by row of the sequence, such as a task that its suite does not have.
    void setProblems(const std::map<int, QString>& problems);

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    [[nodiscard]] Qt::ItemFlags flags(const QModelIndex& index) const override;

  private:
    [[nodiscard]] QString text(int row, int column) const;
    [[nodiscard]] const PlannedStage* stage(int row) const;

    SpecDocument& m_document;
    std::optional<RunPlan> m_plan;
    std::map<int, QString> m_problems;
    std::vector<Json> m_rows;  // as shown
    std::vector<QString> m_names;
};

// "λ 1e4, 2 epochs": what a row of the sequence does not inherit.
QString overridesText(const SpecDocument& document, const Json& row);

}  // namespace jumplora
