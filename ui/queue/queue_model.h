// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "session/run_queue.h"
#include "session/session.h"

#include <QAbstractTableModel>
#include <QTimer>

namespace jumplora {

class Theme;

// The rows of the queue with what their runs say at the moment. Rows can be dragged to another place.
class QueueModel : public QAbstractTableModel {
    Q_OBJECT

  public:
    enum Column { Place, Name, Method, Tasks, Seed, State, Where, Progress, Eta, Spec, Message, ColumnCount };
    enum Roles { ShareRole = Qt::UserRole + 1, RowIdRole };

    QueueModel(RunQueue& queue, const Session& session, const Theme& theme, QObject* parent = nullptr);

    [[nodiscard]] const QueueRow* row(int row) const;
    [[nodiscard]] int rowOf(const QString& id) const;

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    [[nodiscard]] Qt::ItemFlags flags(const QModelIndex& index) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;
    [[nodiscard]] Qt::DropActions supportedDropActions() const override { return Qt::MoveAction; }
    [[nodiscard]] QStringList mimeTypes() const override;
    [[nodiscard]] QMimeData* mimeData(const QModelIndexList& indexes) const override;
    bool dropMimeData(const QMimeData* data, Qt::DropAction action, int row, int column,
                      const QModelIndex& parent) override;

  Q_SIGNALS:
    // After rows came, went or moved: selections are to be set again.
    void rowsReplaced();

  private:
    void refresh();
    void refreshProgress();
    [[nodiscard]] QString text(const QueueRow& row, int place, int column) const;
    [[nodiscard]] QString placeText(const QueueRow& row) const;
    [[nodiscard]] QString progressText(const QueueRow& row) const;
    [[nodiscard]] QString stateText(const QueueRow& row) const;
    [[nodiscard]] const RunStatus* status(const QueueRow& row) const;
    [[nodiscard]] QString toolTip(const QueueRow& row, int column) const;

    RunQueue& m_queue;
    const Session& m_session;
    const Theme& m_theme;
    QStringList m_ids;
    std::vector<QueueRow> m_rows;  // as last shown: the queue may change between two signals
    QTimer m_progressTimer;
};

}  // namespace jumplora
