// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace jumplora {

// What can be asked of a running `jumplora run` or `jumplora resume`; each is a signal to its process.
enum class ChildCommand { Pause, Stop, StopAfterTask, CheckpointNow };

// How a child ended.
struct ChildEnd {
    int exitCode = 0;          // meaningful when signal is 0
    int signal = 0;            // number of the signal that ended it
    bool outOfMemory = false;  // the system took it away when memory was exhausted
    std::string log;           // the last lines it wrote to its standard output and error
};
// One sentence with what to do: "The run's process was ended by the system (memory exhausted). ..."
std::string describe(const ChildEnd& end);

// A run in a process of its own, in a session of its own, so that it outlives the program that started it.
// Its output goes to a file. Not copyable; destroying the object leaves the process running.
class ChildRun {
  public:
    // Starts `program` with `arguments`; its output goes to `logFile`. Throws Error(Io).
    ChildRun(const std::filesystem::path& program, const std::vector<std::string>& arguments,
             std::filesystem::path logFile);
    // A process that an earlier program started: its end is seen, its exit code is not.
    ChildRun(std::int64_t pid, std::filesystem::path logFile);

    // Whether the process is the command line of this program, so that it understands send(). A window with a
    // run on a thread of its own is not.
    static bool isCommandLine(std::int64_t pid);

    [[nodiscard]] std::int64_t pid() const { return m_pid; }
    // Nothing while it runs. For a process of an earlier program exitCode and signal are 0.
    [[nodiscard]] std::optional<ChildEnd> ended();
    // False when the process is gone.
    bool send(ChildCommand command) const;
    // Ends it at once.
    bool kill() const;

  private:
    pid_t m_pid = -1;
    bool m_own = true;
    std::int64_t m_oomKills = 0;  // counter of this process group before the start
    std::filesystem::path m_logFile;
    std::optional<ChildEnd> m_end;
};

// The number of the signal that means `command` (app/cli/run_commands.cpp).
int signalOf(ChildCommand command);

}  // namespace jumplora
