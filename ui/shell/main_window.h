// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "session/window_context.h"

#include <QMainWindow>
#include <QPointer>
#include <QUndoGroup>
#include <map>
#include <vector>

class QStackedWidget;

namespace jumplora {

class CloseFlow;
class CommandPalette;
class NavRail;
class NoticeStrip;
class Page;
class PageHeader;
class RunBar;
class Workbench;

// Arranges the pages with rail, header, notices and run bar, and leads from one to another.
class MainWindow : public QMainWindow, private Navigator {
    Q_OBJECT

  public:
    explicit MainWindow(Workbench& workbench);
    ~MainWindow() override;

    [[nodiscard]] WindowContext& context() { return m_context; }
    [[nodiscard]] Page* currentPage() const { return m_current; }
    [[nodiscard]] Page* page(const QString& name) const;
    void showPage(const QString& name) override;
    void showPage(const QString& name, const PageRequest& request) override;
    void showNotice(const Notice& notice) override;
    void showHelp(const QString& topic) override;

  protected:
    void closeEvent(QCloseEvent* event) override;
    void changeEvent(QEvent* event) override;
    // A model's folder, an experiment, tasks, rows, results, a bundle: wherever in the window it is dropped.
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

  private:
    void build();
    void addPages();
    void connectActions();
    void connectViewActions();
    void connectServices();
    void connectUndo();
    void onAction(const char* id, const std::function<void()>& call);
    void enter(Page* page);
    void goInHistory(int direction);
    void updateHistoryActions();
    void updateTitle();
    void updateThemeActions();
    void showContextHelp();
    void onRunState(const RunStatus& status);
    void offerResume();
    void restoreLayout();
    void saveLayout();
    [[nodiscard]] bool isDrawing() const { return isVisible() && !isMinimized(); }

    Workbench& m_workbench;
    WindowContext m_context;
    NavRail* m_rail = nullptr;
    PageHeader* m_header = nullptr;
    QStackedWidget* m_stack = nullptr;
    NoticeStrip* m_notices = nullptr;
    RunBar* m_runBar = nullptr;
    CommandPalette* m_palette = nullptr;
    CloseFlow* m_closeFlow = nullptr;
    std::vector<Page*> m_pages;
    Page* m_current = nullptr;
    std::map<Page*, QPointer<QWidget>> m_focus;  // each page keeps its own
    std::vector<QString> m_history;
    std::size_t m_historyPlace = 0;
    QUndoGroup m_undo;
    bool m_mayClose = false;
};

}  // namespace jumplora
