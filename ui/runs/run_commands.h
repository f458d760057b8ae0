// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "exchange/result_import.h"
#include "session/window_context.h"
#include "store/store_types.h"

#include <QUndoStack>
#include <functional>
#include <vector>

namespace jumplora {

// What can be done with chosen runs. A change of the index is one step to undo; what fails is told in a
// notice.
class RunCommands : public QObject {
    Q_OBJECT

  public:
    using Chosen = std::function<std::vector<const RunRow*>()>;
    // `chosen` names the runs that a command is for; `window` is below the dialogs.
    RunCommands(WindowContext& context, Chosen chosen, QWidget* window);

    [[nodiscard]] QUndoStack* undoStack() { return &m_undo; }
    void archive(bool archived);
    void tag();
    void setNote(const QString& id, const QString& before, const QString& after);
    void rename(const QString& id, const QString& before, const QString& after);
    void deleteFiles();
    void resume();
    // Opens the settings of the first chosen run on the set-up page.
    void duplicate();
    void rerun(bool otherSeeds);
    // Asks what to bring in; `path` is proposed.
    void import(const QString& path = {});
    // Adapter, model, event files or a bundle of the first chosen run.
    void takeOut();
    void rescan();
    void tell(Notice::Kind kind, const QString& sentence, const QString& actionText = {},
              std::function<void()> action = {}, int seconds = 0);

  Q_SIGNALS:
    void notice(const jumplora::Notice& notice);
    void changed();    // the index is another one now
    void leftTable();  // the chosen runs went to the archive or came back

  private:
    void bringIn(const QString& path, const ImportSettings& settings);
    void edit(const QString& text, std::function<void(Store&)> redo, std::function<void(Store&)> undo);
    void setTags(const QStringList& ids, const QStringList& add, const QStringList& remove);

    WindowContext& m_context;
    Chosen m_chosen;
    QWidget* m_window;
    QUndoStack m_undo;
};

}  // namespace jumplora
