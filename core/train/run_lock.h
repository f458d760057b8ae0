// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "train/run_directory.h"

#include <optional>

namespace jumplora {

// One program at a time may write to a run. The system gives the lock back when the process ends, however it
// ends.
class RunLock {
  public:
    // Throws Error(State) when another program, or another part of this one, holds the run; Error(Io) when
    // the folder cannot be written.
    explicit RunLock(const RunDirectory& directory);
    ~RunLock();
    RunLock(const RunLock&) = delete;
    RunLock& operator=(const RunLock&) = delete;

  private:
    int m_descriptor = -1;
};

// Whether a program works on this run now, as its lock says; whose number is in state.json does not matter,
// the system gives numbers out again. A run without a lock file (a copy of one) is nobody's. None when the
// lock cannot be asked.
std::optional<bool> runIsHeld(const RunDirectory& directory);

// Removes half-written files that a killed program left in the run's folder.
void removeTemporaryFiles(const RunDirectory& directory);

}  // namespace jumplora
