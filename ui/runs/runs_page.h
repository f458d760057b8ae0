// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "parts/page.h"
#include "runs/run_commands.h"
#include "runs/view_menus.h"
#include "session/window_context.h"

#include <QTimer>
#include <memory>
#include <vector>

class QLabel;
class QSplitter;

namespace jumplora {

class FilterEdit;
class PinnedTable;
class RunDetail;
class StateStack;

// Every stored run: filter, group, sort, mark; tags, notes, archive with undo; what is marked goes to other
// pages.
class RunsPage : public Page {
    Q_OBJECT

  public:
    explicit RunsPage(WindowContext& context, QWidget* parent = nullptr);
    ~RunsPage() override;

    [[nodiscard]] QString helpTopic() const override { return QStringLiteral("window.md#runs"); }
    void activated() override;
    void deactivated() override;
    // Shows runs (`runs`) or a filter (`text`).
    void open(const PageRequest& request) override;
    [[nodiscard]] QUndoStack* undoStack() override { return m_commands->undoStack(); }

    [[nodiscard]] RunTableModel& model() { return *m_model; }
    void reload();
    // Waits for nothing: the whole index has been read at least once.
    [[nodiscard]] bool isLoaded() const { return m_loaded; }
    // Marked runs, or those of the selected rows.
    [[nodiscard]] QStringList chosenRuns() const;

  Q_SIGNALS:
    void loaded();

  protected:
    void resizeEvent(QResizeEvent* event) override;

  private:
    void registerActions();
    QWidget* buildHeader();
    QWidget* buildBody();
    QWidget* buildBottom();
    void take(std::shared_ptr<const RunData> data, bool whole);
    void applyFilter();
    void readCurves();
    void applyColumns();
    void applyView(const SavedView& view);
    void saveView();
    void storeViews();
    void showState();
    void showCounts();
    void showDetail();
    void arrange();
    void sortBy(int column, bool second);
    void setDefaultWidths();
    void openRun(const QString& id);
    void rename();
    void compare();
    void showResults();
    void exportTable();
    [[nodiscard]] std::vector<const RunRow*> chosenRows() const;

    WindowContext& m_context;
    RunTableModel* m_model;
    RunCommands* m_commands;
    ViewMenus* m_menus = nullptr;
    FilterEdit* m_filter = nullptr;
    QLabel* m_count = nullptr;
    QLabel* m_problem = nullptr;
    PinnedTable* m_table = nullptr;
    StateStack* m_state = nullptr;
    RunDetail* m_detail = nullptr;
    QSplitter* m_splitter = nullptr;
    QLabel* m_marks = nullptr;
    QTimer m_reloadTimer;
    QTimer m_filterTimer;
    ViewState m_view;
    bool m_loaded = false;
    bool m_active = false;
    bool m_stale = true;
    int m_generation = 0;
    int m_unread = 0;
    std::map<QString, int> m_widths;
    QString m_wanted;  // a run to be shown once the index has been read
};

}  // namespace jumplora
