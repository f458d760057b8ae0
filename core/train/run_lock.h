// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "train/run_directory.h"

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

// True when this run was locked once and nobody holds it now. False when that cannot be told.
bool runIsUnlocked(const RunDirectory& directory);

// Removes half-written files that a killed program left in the run's folder.
void removeTemporaryFiles(const RunDirectory& directory);

}  // namespace jumplora
