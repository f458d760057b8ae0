// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "base/json.h"
#include "parts/notice.h"

#include <QStringList>
#include <QWidget>

class QUndoStack;

namespace jumplora {

// What one page asks of another; members that do not matter stay empty.
struct PageRequest {
    QStringList runs = {};  // run ids
    int task = 0;           // from 1
    QString module = {};
    Json spec = {};          // a run specification, complete or not
    QString origin = {};     // where it comes from, for the eye: "order1-s1"
    QString text = {};       // a filter, a field, a topic
    QStringList files = {};  // to open or to bring in
};

// One page of the window. The shell shows title and header controls above it, its notices below it.
class Page : public QWidget {
    Q_OBJECT

  public:
    // `name` is the object name ("livePage"), `title` what the header says.
    Page(const QString& name, const QString& title, QWidget* parent = nullptr);

    [[nodiscard]] QString title() const { return m_title; }
    // Controls for the header's line, or nullptr. The shell takes it as a child.
    [[nodiscard]] QWidget* header() const { return m_header; }
    // Page of the documentation and place in it: "window.md#live".
    [[nodiscard]] virtual QString helpTopic() const { return QStringLiteral("window.md"); }

    // The page comes into sight (draw what arrived meanwhile) or leaves it (draw nothing from now on).
    virtual void activated() {}
    virtual void deactivated() {}
    // Another page, a notice or the command line asks this one to show something.
    virtual void open(const PageRequest& request) { Q_UNUSED(request); }
    // What Edit > Undo acts on while the page is shown; nullptr: nothing.
    [[nodiscard]] virtual QUndoStack* undoStack() { return nullptr; }
    // False keeps the window open (an unsaved spec that the user wants to save first).
    virtual bool mayClose() { return true; }

  Q_SIGNALS:
    void notice(const jumplora::Notice& notice);
    // For the rail: a short text ("3"), and what it means ("3 waiting"). Empty: no badge.
    void badgeChanged(const QString& text, const QString& meaning);
    void titleChanged();

  protected:
    void setTitle(const QString& title);
    void setHeader(QWidget* header) { m_header = header; }

  private:
    QString m_title;
    QWidget* m_header = nullptr;
};

}  // namespace jumplora
