// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "parts/page.h"
#include "runs/run_views.h"
#include "session/window_context.h"

#include <QTimer>
#include <memory>
#include <vector>

class QLabel;
class QSplitter;
class QToolButton;
class QUndoStack;

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
    [[nodiscard]] QUndoStack* undoStack() override { return m_undo; }

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
    void buildMenus();
    void take(std::shared_ptr<const RunData> data, bool whole);
    void applyFilter();
    void readCurves();
    void applyColumns();
    void applyView(const SavedView& view);
    void viewEdited();
    void saveView();
    void storeViews();
    void showState();
    void showCounts();
    void showDetail();
    void arrange();
    void headerMenu(int column, const QPoint& place);
    void sortBy(int column, bool second);
    void setDefaultWidths();
    // Commands on runs, one step to undo each.
    void edit(const QString& text, std::function<void(Store&)> redo, std::function<void(Store&)> undo);
    void archive(bool archived);
    void tag();
    void setTags(const QStringList& ids, const QStringList& add, const QStringList& remove);
    void setNote(const QString& id, const QString& before, const QString& after);
    void deleteFiles();
    void openRun(const QString& id);
    void compare();
    void showResults();
    void duplicate();
    void rerun(bool otherSeeds);
    void exportTable();
    void importFolder();
    void rescan();
    void tell(Notice::Kind kind, const QString& sentence, const QString& actionText = {},
              std::function<void()> action = {}, int seconds = 0);
    [[nodiscard]] std::vector<const RunRow*> chosenRows() const;

    WindowContext& m_context;
    QUndoStack* m_undo;
    RunTableModel* m_model;
    FilterEdit* m_filter = nullptr;
    QLabel* m_count = nullptr;
    QLabel* m_problem = nullptr;
    QToolButton* m_viewMenu = nullptr;
    QToolButton* m_groupMenu = nullptr;
    QToolButton* m_columnButton = nullptr;
    PinnedTable* m_table = nullptr;
    StateStack* m_state = nullptr;
    RunDetail* m_detail = nullptr;
    QSplitter* m_splitter = nullptr;
    QLabel* m_marks = nullptr;
    QTimer m_reloadTimer;
    QTimer m_filterTimer;
    std::vector<SavedView> m_views;  // built in first
    SavedView m_view;                // the chosen one as it was saved
    SavedView m_now;                 // as it is
    bool m_loaded = false;
    bool m_active = false;
    bool m_stale = true;
    int m_generation = 0;
    int m_unread = 0;
    std::map<QString, int> m_widths;
};

}  // namespace jumplora
