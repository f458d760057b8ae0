// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/window_actions.h"

#include "parts/actions.h"

#include <QAction>
#include <QCoreApplication>
#include <QMenu>
#include <QMenuBar>
#include <QSet>
#include <array>

namespace jumplora {
namespace {

QString tr(const char* text) { return QCoreApplication::translate("WindowActions", text); }

struct MenuInfo {
    const char* prefix;  // of action ids
    const char* title;
    std::vector<const char*> order;  // first; "-" is a line, unknown ids are skipped
};

const std::vector<MenuInfo>& menus() {
    static const std::vector<MenuInfo> kMenus = {
        {"file",
         QT_TRANSLATE_NOOP("WindowActions", "&File"),
         {"spec.new", "spec.tryBuiltIn", "spec.open", "spec.save", "spec.saveAs", "-", "setup.import",
          "runs.import", "-", "figure.export", "results.report", "-", "file.quit"}},
        {"edit",
         QT_TRANSLATE_NOOP("WindowActions", "&Edit"),
         {"edit.undo", "edit.redo", "-", "figure.copy", "figure.copyVector", "figure.table", "-",
          "setup.find", "runs.find", "edit.settings"}},
        {"run",
         QT_TRANSLATE_NOOP("WindowActions", "&Run"),
         {"run.start", "run.enqueue", "-", "run.pause", "run.stop", "run.stopAfterTask", "run.checkpoint",
          "-", "queue.holdAll", "queue.resumeAll", "runs.note"}},
        {"view",
         QT_TRANSLATE_NOOP("WindowActions", "&View"),
         {"view.setup",
          "view.live",
          "view.queue",
          "view.runs",
          "view.adapters",
          "view.results",
          "-",
          "view.back",
          "view.forward",
          "view.palette",
          "-",
          "view.themeSystem",
          "view.themeLight",
          "view.themeDark",
          "view.themeContrast",
          "-",
          "view.larger",
          "view.smaller",
          "view.usual",
          "-",
          "view.fullScreen",
          "view.resetLayout"}},
        {"help",
         QT_TRANSLATE_NOOP("WindowActions", "&Help"),
         {"help.context", "help.contents", "help.shortcuts"}},
    };
    return kMenus;
}

void fill(QMenu& menu, const MenuInfo& info, const ActionRegistry& actions) {
    menu.clear();
    QSet<QString> done;
    for (const char* id : info.order) {
        if (QLatin1String(id) == QLatin1String("-")) {
            menu.addSeparator();
            continue;
        }
        QAction* action = actions.action(QLatin1String(id));
        if (action == nullptr) continue;
        menu.addAction(action);
        done.insert(QLatin1String(id));
    }
    const QString prefix = QLatin1String(info.prefix) + QLatin1Char('.');
    for (const ActionInfo& each : actions.all())
        if (each.id.startsWith(prefix) && !done.contains(each.id)) menu.addAction(actions.action(each.id));
}

void addPlaces(ActionRegistry& actions) {
    struct Place {
        const char* id;
        const char* word;
        const char* tooltip;
        const char* icon;
    };
    const std::array<Place, 6> all = {{
        {"view.setup", QT_TRANSLATE_NOOP("WindowActions", "Set-up"),
         QT_TRANSLATE_NOOP("WindowActions", "Put an experiment together and start it"), "setup"},
        {"view.live", QT_TRANSLATE_NOOP("WindowActions", "Live"),
         QT_TRANSLATE_NOOP("WindowActions", "Watch a run"), "live"},
        {"view.queue", QT_TRANSLATE_NOOP("WindowActions", "Queue"),
         QT_TRANSLATE_NOOP("WindowActions", "Runs that wait and runs that are on"), "queue"},
        {"view.runs", QT_TRANSLATE_NOOP("WindowActions", "Runs"),
         QT_TRANSLATE_NOOP("WindowActions", "All stored runs: filter, group, compare"), "runs"},
        {"view.adapters", QT_TRANSLATE_NOOP("WindowActions", "Adapters"),
         QT_TRANSLATE_NOOP("WindowActions", "Look into the gate and the adapters of a task"), "adapters"},
        {"view.results", QT_TRANSLATE_NOOP("WindowActions", "Results"),
         QT_TRANSLATE_NOOP("WindowActions", "Metrics, matrices and published numbers"), "results"},
    }};
    int number = 0;
    for (const Place& place : all) {
        ++number;
        QAction* action = actions.add({.id = QLatin1String(place.id),
                                       .text = tr("Show %1").arg(tr(place.word)),
                                       .tooltip = tr(place.tooltip),
                                       .icon = QLatin1String(place.icon),
                                       .shortcuts = {QKeySequence(Qt::CTRL | (Qt::Key_0 + number))}});
        action->setIconText(tr(place.word));
    }
}

void addRunActions(ActionRegistry& actions) {
    actions.add({.id = QStringLiteral("run.pause"),
                 .text = tr("Pause"),
                 .tooltip = tr("Pause the run after its present step, or go on with it"),
                 .icon = QStringLiteral("pause"),
                 .shortcuts = {Qt::Key_F8}});
    actions.add({.id = QStringLiteral("run.stop"),
                 .text = tr("Stop"),
                 .tooltip = tr("Stop the run after its present step; it can be resumed"),
                 .icon = QStringLiteral("stop"),
                 .shortcuts = {Qt::SHIFT | Qt::Key_F8}});
    actions.add({.id = QStringLiteral("run.stopAfterTask"),
                 .text = tr("Stop after this task"),
                 .tooltip = tr("Let the run finish and evaluate its present task, then stop"),
                 .icon = QStringLiteral("stop-task")});
    actions.add({.id = QStringLiteral("run.checkpoint"),
                 .text = tr("Write a checkpoint now"),
                 .tooltip = tr("Write all state of the run to its folder after the present step"),
                 .icon = QStringLiteral("checkpoint"),
                 .shortcuts = {Qt::CTRL | Qt::SHIFT | Qt::Key_K}});
}

void addViewActions(ActionRegistry& actions) {
    actions.add({.id = QStringLiteral("view.back"),
                 .text = tr("Back"),
                 .tooltip = tr("Show the page that was shown before"),
                 .icon = QStringLiteral("back"),
                 .shortcuts = {Qt::ALT | Qt::Key_Left}});
    actions.add({.id = QStringLiteral("view.forward"),
                 .text = tr("Forward"),
                 .tooltip = tr("Show the page that Back came from"),
                 .icon = QStringLiteral("forward"),
                 .shortcuts = {Qt::ALT | Qt::Key_Right}});
    actions.add({.id = QStringLiteral("view.palette"),
                 .text = tr("Command palette…"),
                 .tooltip = tr("Find any action, page, setting, run or help topic by a few letters"),
                 .icon = QStringLiteral("command"),
                 .shortcuts = {Qt::CTRL | Qt::Key_K}});
    const std::array<std::pair<const char*, QString>, 4> themes = {
        {{"view.themeSystem", tr("Theme: as the system")},
         {"view.themeLight", tr("Theme: light")},
         {"view.themeDark", tr("Theme: dark")},
         {"view.themeContrast", tr("Theme: high contrast")}}};
    for (const auto& [id, text] : themes)
        actions.add({.id = QLatin1String(id),
                     .text = text,
                     .tooltip = tr("Change the colours of the window; exports are always light"),
                     .icon = QStringLiteral("theme"),
                     .checkable = true});
    actions.add({.id = QStringLiteral("view.larger"),
                 .text = tr("Larger text"),
                 .tooltip = tr("Make all text of the window larger"),
                 .icon = QStringLiteral("text-size"),
                 .shortcuts = {Qt::CTRL | Qt::Key_Plus, Qt::CTRL | Qt::Key_Equal}});
    actions.add({.id = QStringLiteral("view.smaller"),
                 .text = tr("Smaller text"),
                 .tooltip = tr("Make all text of the window smaller"),
                 .icon = QStringLiteral("text-size"),
                 .shortcuts = {Qt::CTRL | Qt::Key_Minus}});
    actions.add({.id = QStringLiteral("view.usual"),
                 .text = tr("Usual text size"),
                 .tooltip = tr("Show text at 100 %"),
                 .icon = QStringLiteral("text-size"),
                 .shortcuts = {Qt::CTRL | Qt::Key_0}});
    actions.add({.id = QStringLiteral("view.fullScreen"),
                 .text = tr("Full screen"),
                 .tooltip = tr("Use the whole screen, or go back to a window"),
                 .icon = QStringLiteral("fullscreen"),
                 .shortcuts = {Qt::Key_F11},
                 .checkable = true});
    actions.add({.id = QStringLiteral("view.resetLayout"),
                 .text = tr("Reset layout"),
                 .tooltip = tr("Forget sizes, columns and the order of cards"),
                 .icon = QStringLiteral("reset")});
}

void addRest(ActionRegistry& actions) {
    actions.add({.id = QStringLiteral("file.quit"),
                 .text = tr("Quit"),
                 .tooltip = tr("Close the window; asks what happens to runs that are on"),
                 .icon = QStringLiteral("quit"),
                 .shortcuts = {Qt::CTRL | Qt::Key_Q}});
    actions.add({.id = QStringLiteral("edit.undo"),
                 .text = tr("Undo"),
                 .tooltip = tr("Take back the last change on this page"),
                 .icon = QStringLiteral("undo"),
                 .shortcuts = {Qt::CTRL | Qt::Key_Z}});
    actions.add({.id = QStringLiteral("edit.redo"),
                 .text = tr("Redo"),
                 .tooltip = tr("Do again what was taken back"),
                 .icon = QStringLiteral("redo"),
                 .shortcuts = {Qt::CTRL | Qt::SHIFT | Qt::Key_Z, Qt::CTRL | Qt::Key_Y}});
    QAction* settings = actions.add({.id = QStringLiteral("edit.settings"),
                                     .text = tr("Settings"),
                                     .tooltip = tr("Theme, text size, folders, what closing does"),
                                     .icon = QStringLiteral("settings"),
                                     .shortcuts = {Qt::CTRL | Qt::Key_Comma}});
    settings->setIconText(tr("Settings"));
    actions.add({.id = QStringLiteral("help.context"),
                 .text = tr("Help on this"),
                 .tooltip = tr("Open the documentation at what has the focus"),
                 .icon = QStringLiteral("help"),
                 .shortcuts = {Qt::Key_F1}});
    actions.add({.id = QStringLiteral("help.contents"),
                 .text = tr("Documentation"),
                 .tooltip = tr("Open the documentation of the window"),
                 .icon = QStringLiteral("file")});
    actions.add({.id = QStringLiteral("help.shortcuts"),
                 .text = tr("Shortcuts"),
                 .tooltip = tr("List every shortcut"),
                 .icon = QStringLiteral("keyboard"),
                 .shortcuts = {Qt::CTRL | Qt::Key_Question}});
}

}  // namespace

const std::vector<PlaceInfo>& places() {
    static const std::vector<PlaceInfo> kPlaces = {
        {"setupPage", "view.setup"}, {"livePage", "view.live"},         {"queuePage", "view.queue"},
        {"runsPage", "view.runs"},   {"adaptersPage", "view.adapters"}, {"resultsPage", "view.results"}};
    return kPlaces;
}

void addWindowActions(ActionRegistry& actions) {
    addPlaces(actions);
    addRunActions(actions);
    addViewActions(actions);
    addRest(actions);
}

void addMenus(QMenuBar& bar, const ActionRegistry& actions) {
    for (const MenuInfo& info : menus()) {
        QMenu* menu = bar.addMenu(tr(info.title));
        menu->setObjectName(QLatin1String(info.prefix) + QStringLiteral("Menu"));
        QObject::connect(menu, &QMenu::aboutToShow, menu,
                         [menu, &info, &actions] { fill(*menu, info, actions); });
        // Once now, so that the menu is there for assistive tools before it was ever opened.
        fill(*menu, info, actions);
    }
}

}  // namespace jumplora
