// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QKeySequence>
#include <QList>
#include <QObject>
#include <QString>
#include <functional>

class QAction;
class QToolButton;
class QWidget;

namespace jumplora {

enum class ActionScope {
    Window,  // its shortcut works everywhere
    Page,    // while the focus is on its page
    Widget,  // while the focus is inside its widget (a list, a figure)
};

// What an action is. Menus, buttons, the command palette and the page of shortcuts are made from these.
struct ActionInfo {
    QString id;       // "run.pause"; also the QAction's object name
    QString text;     // a verb, translated, without mnemonic
    QString tooltip;  // one sentence
    QString icon = {};
    QString page = {};  // object name of the page it belongs to ("runsPage"); empty: whole window
    QList<QKeySequence> shortcuts = {};
    ActionScope scope = ActionScope::Window;
    bool checkable = false;
};

// Every action of the window, registered once. GUI thread only.
class ActionRegistry : public QObject {
    Q_OBJECT

  public:
    using QObject::QObject;

    // Registers and returns the action. `place` is the widget in which its shortcut works; a window action
    // needs none (the main window adds it to itself). The action belongs to the registry. An id that exists
    // already is an error in the program (Q_ASSERT) and returns the existing action.
    QAction* add(const ActionInfo& info, QWidget* place = nullptr, std::function<void()> triggered = {});

    [[nodiscard]] QAction* action(const QString& id) const;  // nullptr when unknown
    [[nodiscard]] const ActionInfo* info(const QString& id) const;
    [[nodiscard]] const QList<ActionInfo>& all() const { return m_infos; }  // in order of registration

    // Enables, or disables with a reason that palette and tooltip show.
    void setEnabled(const QString& id, bool enabled, const QString& reason = {});
    [[nodiscard]] QString reason(const QString& id) const;

    // A button for an action: icon and text, or icon alone (its text becomes the accessible name).
    QToolButton* button(const QString& id, QWidget* parent, bool iconOnly = false) const;

  Q_SIGNALS:
    void added(QAction* action);

  private:
    QList<ActionInfo> m_infos;
    QList<QAction*> m_actions;
};

}  // namespace jumplora
