// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <sys/types.h>

#include <string>
#include <vector>

namespace jumplora::testing {

// A program that a test starts and may kill.
class ChildProcess {
  public:
    ChildProcess(const std::string& program, const std::vector<std::string>& arguments);
    // Kills and waits when it is still there.
    ~ChildProcess();
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

    [[nodiscard]] pid_t id() const { return m_id; }
    // True while it runs.
    bool alive();
    void kill();
    // Waits for the end: the exit status, or minus the signal's number.
    int wait();

  private:
    pid_t m_id = -1;
    bool m_ended = false;
    int m_result = 0;
};

}  // namespace jumplora::testing
