// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "parts/page.h"

class QCheckBox;
class QLabel;
class QModelIndex;
class QSpinBox;
class QSplitter;
class QTableView;

namespace jumplora {

class QueueDetail;
class QueueModel;
class QueueTime;
class StateStack;
struct WindowContext;

// Runs that wait and runs that are on: order, holding, what happens after a failure.
class QueuePage : public Page {
    Q_OBJECT

  public:
    explicit QueuePage(WindowContext& context, QWidget* parent = nullptr);
    [[nodiscard]] QString helpTopic() const override { return QStringLiteral("window.md#queue"); }
    [[nodiscard]] QUndoStack* undoStack() override;
    void activated() override;
    void open(const PageRequest& request) override;

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void buildTable();
    void buildHeader();
    void addActions();
    void addRowActions();
    void connectAll();
    void refresh();
    void refreshDetail();
    void refreshMemory();
    void refreshTime();
    void restoreSelection();
    void updateActions();
    void moveBy(int rows);
    void removeRows();
    void copyRows() const;
    void openRun() const;
    void editAsNew() const;
    void showMenu(const QPoint& place);
    [[nodiscard]] QStringList selectedIds() const;

    WindowContext& m_context;
    QueueModel* m_model;
    QueueTime* m_time;
    QTableView* m_table;
    QueueDetail* m_detail = nullptr;
    QSplitter* m_splitter = nullptr;
    StateStack* m_states = nullptr;
    QCheckBox* m_continue = nullptr;
    QSpinBox* m_children = nullptr;
    QLabel* m_memory = nullptr;
    QLabel* m_allDone = nullptr;
    QStringList m_selected;
    QString m_currentId;
};

}  // namespace jumplora
