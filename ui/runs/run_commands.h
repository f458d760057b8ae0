// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "session/jobs.h"

#include <QUndoCommand>
#include <functional>

namespace jumplora {

// A change of the index that can be taken back. Both directions run on the writing worker; `done` follows
// each.
class StoreCommand : public QUndoCommand {
  public:
    using Change = std::function<void(Store&)>;
    StoreCommand(const QString& text, Jobs& jobs, QObject* receiver, Change redo, Change undo,
                 std::function<void()> done)
        : QUndoCommand(text),
          m_jobs(jobs),
          m_receiver(receiver),
          m_redo(std::move(redo)),
          m_undo(std::move(undo)),
          m_done(std::move(done)) {}
    void redo() override { m_jobs.write(m_receiver, m_redo, m_done); }
    void undo() override { m_jobs.write(m_receiver, m_undo, m_done); }

  private:
    Jobs& m_jobs;
    QObject* m_receiver;
    Change m_redo;
    Change m_undo;
    std::function<void()> m_done;
};

}  // namespace jumplora
