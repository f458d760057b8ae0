// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "runner/child_run.h"
#include "runner/event_follower.h"
#include "session/jobs.h"
#include "train/run_directory.h"

#include <QString>
#include <memory>
#include <optional>

namespace jumplora {

// A run of another process: its events arrive by reading its log as it grows.
class FollowedRun {
  public:
    FollowedRun(QString id, RunDirectory directory, std::unique_ptr<ChildRun> process)
        : id(std::move(id)),
          directory(std::move(directory)),
          process(std::move(process)),
          follower(this->directory.eventsFile()) {}

    QString id;
    RunDirectory directory;
    std::unique_ptr<ChildRun> process;  // nullptr: its process is unknown
    EventFollower follower;             // used by one job at a time
    JobHandle reading;                  // the present one
    std::optional<ChildEnd> end;        // its process is gone, the rest of its log is being read
};

}  // namespace jumplora
