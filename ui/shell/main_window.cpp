// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/main_window.h"

#include "parts/page.h"
#include "plots/export_dialog.h"
#include "shell/close_flow.h"
#include "shell/command_palette.h"
#include "shell/desktop_notice.h"
#include "shell/look.h"
#include "shell/nav_rail.h"
#include "shell/notice_strip.h"
#include "shell/page_factory.h"
#include "shell/page_header.h"
#include "shell/run_bar.h"
#include "shell/window_actions.h"
#include "shell/workbench.h"

#include <QAction>
#include <QApplication>
#include <QCloseEvent>
#include <QHBoxLayout>
#include <QMenuBar>
#include <QMimeData>
#include <QStackedWidget>
#include <QVBoxLayout>
#include <algorithm>

namespace jumplora {
namespace {

constexpr int kUsualWidth = 1280;
constexpr int kUsualHeight = 800;
constexpr std::size_t kMostHistory = 100;

// The rail's place that lights up for a page.
QString placeOf(const QString& page) {
    return page == QLatin1String("comparePage") ? QStringLiteral("runsPage") : page;
}

}  // namespace

MainWindow::MainWindow(Workbench& workbench)
    : m_workbench(workbench),
      m_context{workbench.theme,
                workbench.actions,
                workbench.settings,
                workbench.jobs,
                workbench.session,
                workbench.queue,
                *this} {
    setObjectName(QStringLiteral("mainWindow"));
    setMinimumSize(metrics::kMinimumWidth, metrics::kMinimumHeight);
    setAcceptDrops(true);
    applyLook(m_context.settings, m_context.theme);
    ExportDialog::rememberIn(&m_context.settings);
    addWindowActions(m_context.actions);
    build();
    addPages();
    addMenus(*menuBar(), m_context.actions);
    connectActions();
    connectViewActions();
    connectUndo();
    connectServices();
    restoreLayout();
    updateTitle();
    offerResume();
}

MainWindow::~MainWindow() {
    // Pages use the services behind the window until their last moment.
    disconnect(&m_context.session, nullptr, this, nullptr);
    delete takeCentralWidget();
}

void MainWindow::build() {
    menuBar()->setObjectName(QStringLiteral("menuBar"));
    auto* central = new QWidget(this);
    m_rail = new NavRail(m_context, central);
    m_header = new PageHeader(m_context, central);
    m_stack = new QStackedWidget(central);
    m_stack->setObjectName(QStringLiteral("pageStack"));
    m_notices = new NoticeStrip(m_context, central);
    m_runBar = new RunBar(m_context, central);
    auto* column = new QVBoxLayout;
    column->setSpacing(0);
    column->addWidget(m_header);
    column->addWidget(m_stack, 1);
    column->addWidget(m_notices);
    auto* middle = new QHBoxLayout;
    middle->setSpacing(0);
    middle->addWidget(m_rail);
    middle->addLayout(column, 1);
    auto* layout = new QVBoxLayout(central);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(middle, 1);
    layout->addWidget(m_runBar);
    setCentralWidget(central);
    m_palette = new CommandPalette(m_context, central);
    m_closeFlow = new CloseFlow(m_context, this);
}

void MainWindow::addPages() {
    m_pages = makePages(m_context, m_stack);
    for (Page* page : m_pages) {
        m_stack->addWidget(page);
        if (QWidget* header = page->header()) {
            header->setParent(m_header);
            header->hide();
        }
        connect(page, &Page::notice, this, &MainWindow::showNotice);
        connect(page, &Page::badgeChanged, this, [this, page](const QString& text, const QString& meaning) {
            m_rail->setBadge(page->objectName(), text, meaning);
        });
    }
    for (const PlaceInfo& place : places())
        m_rail->addPlace(QLatin1String(place.page), QLatin1String(place.action));
    m_rail->addPlace(QStringLiteral("settingsPage"), QStringLiteral("edit.settings"), true);
}

void MainWindow::onAction(const char* id, const std::function<void()>& call) {
    connect(m_context.actions.action(QLatin1String(id)), &QAction::triggered, this, [call] { call(); });
}

void MainWindow::connectActions() {
    // Window actions work wherever the focus is, also while their menu was never opened.
    for (const ActionInfo& info : m_context.actions.all())
        if (info.scope == ActionScope::Window) addAction(m_context.actions.action(info.id));
    connect(&m_context.actions, &ActionRegistry::added, this, [this](QAction* action) {
        if (m_context.actions.info(action->objectName())->scope == ActionScope::Window) addAction(action);
    });
    onAction("run.pause", [this] { m_runBar->pauseOrResume(); });
    for (const char* id : {"run.stop", "run.stopAfterTask", "run.checkpoint"})
        onAction(id, [this, id] { m_runBar->command(QLatin1String(id)); });
    onAction("file.quit", [this] { close(); });
    onAction("help.context", [this] { showContextHelp(); });
    onAction("help.contents", [this] { showHelp(QStringLiteral("window.md")); });
    onAction("help.shortcuts", [this] { showPage(QStringLiteral("shortcutsPage")); });
}

void MainWindow::connectViewActions() {
    for (const PlaceInfo& place : places())
        onAction(place.action, [this, page = place.page] { showPage(QLatin1String(page)); });
    onAction("edit.settings", [this] { showPage(QStringLiteral("settingsPage")); });
    onAction("view.back", [this] { goInHistory(-1); });
    onAction("view.forward", [this] { goInHistory(1); });
    onAction("view.palette", [this] { m_palette->open(); });
    const std::pair<const char*, const char*> themes[] = {{"view.themeSystem", "system"},
                                                          {"view.themeLight", "light"},
                                                          {"view.themeDark", "dark"},
                                                          {"view.themeContrast", "contrast"}};
    for (const auto& [id, name] : themes) {
        onAction(id, [this, name = name] {
            m_context.settings.set(keys::kTheme, QLatin1String(name));
            updateThemeActions();
        });
    }
    onAction("view.larger", [this] { stepTextScale(m_context.settings, 1); });
    onAction("view.smaller", [this] { stepTextScale(m_context.settings, -1); });
    onAction("view.usual", [this] { stepTextScale(m_context.settings, 0); });
    onAction("view.fullScreen", [this] { setWindowState(windowState() ^ Qt::WindowFullScreen); });
    onAction("view.resetLayout", [this] {
        m_context.settings.resetLayout();
        resize(kUsualWidth, kUsualHeight);
    });
    updateThemeActions();
}

void MainWindow::connectUndo() {
    ActionRegistry& actions = m_context.actions;
    onAction("edit.undo", [this] { m_undo.undo(); });
    onAction("edit.redo", [this] { m_undo.redo(); });
    const auto update = [this, &actions] {
        const auto say = [&](const char* id, const QString& verb, const QString& what, bool can) {
            actions.action(QLatin1String(id))
                ->setText(what.isEmpty() ? verb : verb + QLatin1Char(' ') + what);
            actions.setEnabled(QLatin1String(id), can, tr("Nothing to take back on this page."));
        };
        say("edit.undo", tr("Undo"), m_undo.undoText(), m_undo.canUndo());
        say("edit.redo", tr("Redo"), m_undo.redoText(), m_undo.canRedo());
    };
    connect(&m_undo, &QUndoGroup::undoTextChanged, this, update);
    connect(&m_undo, &QUndoGroup::redoTextChanged, this, update);
    connect(&m_undo, &QUndoGroup::canUndoChanged, this, update);
    connect(&m_undo, &QUndoGroup::canRedoChanged, this, update);
    connect(&m_undo, &QUndoGroup::activeStackChanged, this, update);
    for (Page* page : m_pages)
        if (QUndoStack* stack = page->undoStack()) m_undo.addStack(stack);
    update();
}

void MainWindow::connectServices() {
    const auto problem = [this](const QString& sentence) {
        showNotice({.kind = Notice::Kind::Warning, .sentence = sentence});
    };
    connect(&m_context.session, &Session::problem, this, problem);
    connect(&m_context.jobs, &Jobs::problem, this, problem);
    connect(&m_context.queue, &RunQueue::problem, this, problem);
    connect(&m_context.session, &Session::runStateChanged, this, &MainWindow::onRunState);
    connect(m_runBar, &RunBar::updated, this, &MainWindow::updateTitle);
    connect(m_runBar, &RunBar::openRequested, this,
            [this](const QString& id) { showPage(QStringLiteral("livePage"), {.runs = {id}}); });
    connect(m_closeFlow, &CloseFlow::mayClose, this, [this] {
        m_mayClose = true;
        close();
    });
    connect(&m_context.settings, &Settings::changed, this, [this](const QString& key) {
        if (key == QLatin1String(keys::kTheme) || key == QLatin1String(keys::kTextScale)) {
            applyLook(m_context.settings, m_context.theme);
            updateThemeActions();
        }
        if (key == QLatin1String(keys::kRunsFolder))
            m_context.session.setRunsFolder(m_context.settings.get<QString>(keys::kRunsFolder).toStdString());
    });
}

Page* MainWindow::page(const QString& name) const {
    const auto found = std::find_if(m_pages.begin(), m_pages.end(),
                                    [&](const Page* each) { return each->objectName() == name; });
    return found == m_pages.end() ? nullptr : *found;
}

void MainWindow::showPage(const QString& name) {
    Page* wanted = page(name);
    if (wanted == nullptr || wanted == m_current) return;
    m_history.resize(m_history.empty() ? 0 : m_historyPlace + 1);
    m_history.push_back(name);
    if (m_history.size() > kMostHistory) m_history.erase(m_history.begin());
    m_historyPlace = m_history.size() - 1;
    enter(wanted);
}

void MainWindow::showPage(const QString& name, const PageRequest& request) {
    showPage(name);
    if (Page* wanted = page(name)) wanted->open(request);
}

void MainWindow::enter(Page* wanted) {
    if (m_current != nullptr) {
        QWidget* focus = QApplication::focusWidget();
        if (focus != nullptr && m_current->isAncestorOf(focus)) m_focus[m_current] = focus;
        m_current->deactivated();
    }
    m_current = wanted;
    m_palette->hide();
    m_header->setPage(wanted);
    m_stack->setCurrentWidget(wanted);
    m_rail->setCurrent(placeOf(wanted->objectName()));
    m_undo.setActiveStack(wanted->undoStack());
    m_context.settings.set(keys::kPage, wanted->objectName());
    wanted->activated();
    if (const QPointer<QWidget> focus = m_focus[wanted]; !focus.isNull()) focus->setFocus();
    updateHistoryActions();
}

void MainWindow::goInHistory(int direction) {
    const auto place = static_cast<std::ptrdiff_t>(m_historyPlace) + direction;
    if (place < 0 || place >= static_cast<std::ptrdiff_t>(m_history.size())) return;
    m_historyPlace = static_cast<std::size_t>(place);
    enter(page(m_history[m_historyPlace]));
}

void MainWindow::updateHistoryActions() {
    m_context.actions.setEnabled(QStringLiteral("view.back"), m_historyPlace > 0,
                                 tr("No page was shown before this one."));
    m_context.actions.setEnabled(QStringLiteral("view.forward"), m_historyPlace + 1 < m_history.size(),
                                 tr("This is the page that was shown last."));
}

void MainWindow::updateThemeActions() {
    const ThemeKind kind = m_context.theme.kind();
    const std::pair<const char*, ThemeKind> themes[] = {{"view.themeSystem", ThemeKind::System},
                                                        {"view.themeLight", ThemeKind::Light},
                                                        {"view.themeDark", ThemeKind::Dark},
                                                        {"view.themeContrast", ThemeKind::HighContrast}};
    for (const auto& [id, each] : themes)
        m_context.actions.action(QLatin1String(id))->setChecked(each == kind);
}

void MainWindow::showNotice(const Notice& notice) { m_notices->add(notice); }

void MainWindow::showHelp(const QString& topic) { showPage(QStringLiteral("helpPage"), {.text = topic}); }

// The nearest widget around the focus that names a place in the documentation, else the page's.
void MainWindow::showContextHelp() {
    for (QWidget* each = QApplication::focusWidget(); each != nullptr; each = each->parentWidget()) {
        const QString topic = each->property("helpTopic").toString();
        if (!topic.isEmpty()) {
            showHelp(topic);
            return;
        }
    }
    showHelp(m_current == nullptr ? QStringLiteral("window.md") : m_current->helpTopic());
}

void MainWindow::updateTitle() {
    const RunStatus* run = m_runBar->shown();
    QString title;
    if (run != nullptr && run->isActive() && run->task > 0) {
        title = tr("%1 % %2 · task %3/%4 %5 · ")
                    .arg(static_cast<int>(run->share() * 100))
                    .arg(run->name)
                    .arg(run->task)
                    .arg(run->tasks.size())
                    .arg(run->taskName());
    } else if (run != nullptr && run->state != QLatin1String("finished")) {
        title = QStringLiteral("%1 · %2 · ")
                    .arg(run->isActive() ? tr("Preparing") : m_context.theme.colours().state(run->state).word,
                         run->name);
    }
    const QString whole = title + QStringLiteral("JumpLoRA Workbench[*]");
    if (whole != windowTitle()) setWindowTitle(whole);
}

void MainWindow::onRunState(const RunStatus& status) {
    const bool running = m_context.session.oldestActive() != nullptr;
    m_rail->setBadge(QStringLiteral("livePage"), running ? QStringLiteral("▶") : QString(),
                     running ? tr("a run is on") : QString());
    if (status.isActive()) return;
    const QString word = m_context.theme.colours().state(status.state).word;
    const bool failed = status.state == QLatin1String("failed") || status.state == QLatin1String("lost");
    if (failed) {
        Notice notice{.kind = Notice::Kind::Error,
                      .sentence = QStringLiteral("%1: %2").arg(status.name, status.message),
                      .details = status.details};
        if (RunQueue::canResume(status)) {
            notice.actionText = tr("Resume");
            notice.action = [this, directory = status.directory] { m_context.queue.tryResume(directory); };
        }
        showNotice(notice);
    }
    if (!isActiveWindow() && m_context.settings.get<bool>(keys::kNotifyEnd, true)) {
        notifyDesktop(QStringLiteral("%1: %2").arg(word, status.name), status.message);
        QApplication::alert(this);
    }
}

// What an earlier window left paused, or what was lost with it.
void MainWindow::offerResume() {
    for (const QueueRow& row : m_context.queue.rows()) {
        if (row.state != QLatin1String("paused") && row.state != QLatin1String("lost")) continue;
        if (!RunQueue::canResume(row)) continue;
        const QString word = m_context.theme.colours().state(row.state).word.toLower();
        showNotice({.sentence = tr("%1 is %2. Resume goes on at its checkpoint.").arg(row.name, word),
                    .actionText = tr("Resume"),
                    .action = [this, directory = row.directory] { m_context.queue.tryResume(directory); },
                    .id = QStringLiteral("resume/") + row.runId});
    }
}

void MainWindow::restoreLayout() {
    resize(kUsualWidth, kUsualHeight);
    restoreGeometry(m_context.settings.get<QByteArray>(keys::kGeometry));
    const QString name = m_context.settings.get<QString>(keys::kPage, QStringLiteral("setupPage"));
    MainWindow::showPage(page(name) == nullptr ? QStringLiteral("setupPage") : name);
}

void MainWindow::saveLayout() {
    m_context.settings.set(keys::kGeometry, saveGeometry());
    m_context.settings.sync();
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    if (event->mimeData()->hasUrls()) event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
    event->acceptProposedAction();
    PageRequest request;
    for (const QUrl& url : event->mimeData()->urls())
        if (url.isLocalFile()) request.files += url.toLocalFile();
    if (!request.files.isEmpty()) showPage(QStringLiteral("setupPage"), request);
}

void MainWindow::closeEvent(QCloseEvent* event) {
    const bool pagesAgree = m_mayClose || std::all_of(m_pages.begin(), m_pages.end(),
                                                      [](Page* page) { return page->mayClose(); });
    if (!pagesAgree || (!m_mayClose && !m_closeFlow->request())) {
        event->ignore();
        return;
    }
    saveLayout();
    QMainWindow::closeEvent(event);
}

void MainWindow::changeEvent(QEvent* event) {
    QMainWindow::changeEvent(event);
    if (event->type() != QEvent::WindowStateChange || m_current == nullptr) return;
    if (isMinimized()) {
        m_current->deactivated();
    } else {
        m_current->activated();
    }
}

}  // namespace jumplora
