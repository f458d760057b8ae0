// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "runner/child_run.h"
#include "runner/event_follower.h"
#include "session/jobs.h"
#include "session/session.h"
#include "train/run_directory.h"
#include "train/run_state.h"

#include <QString>
#include <memory>
#include <optional>
#include <utility>

namespace jumplora {

// A run of another process: its events arrive by reading its log as it grows.
class FollowedRun {
  public:
    // What one look brought.
    struct Look {
        std::vector<Event> events;
        std::optional<RunState> state;  // of the run's folder, when it was asked for and could be read
        QString error;                  // the log could not be read
        bool complete = false;          // nothing of the log is left to read
    };

    FollowedRun(QString id, RunDirectory directory, std::unique_ptr<ChildRun> process, bool own)
        : id(std::move(id)),
          directory(std::move(directory)),
          process(std::move(process)),
          isOwn(own),
          m_follower(this->directory.eventsFile()) {}

    // On a worker, one at a time. The state is read before the log, so that a run that has ended has all its
    // events in it.
    Look look(bool withState);

    QString id;
    RunDirectory directory;
    std::unique_ptr<ChildRun> process;  // nullptr: unknown
    bool isOwn;                         // this program started it and sees how it ends
    JobHandle looking;                  // the present look
    std::optional<ChildEnd> end;        // its process is gone, the rest of its log is being read
    std::optional<RunCommand> pending;  // asked for before the process could listen

  private:
    EventFollower m_follower;
    bool m_broken = false;
};

}  // namespace jumplora
