// SPDX-License-Identifier: Apache-2.0
#include "runner/child_run.h"

#include "base/error.h"
#include "base/file.h"
#include "train/run_state.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

extern char** environ;

namespace jumplora {
namespace {

// How often the system has killed a process of this control group for want of memory; 0 where that cannot be
// told.
std::int64_t oomKills() {
    std::ifstream group("/proc/self/cgroup");
    std::string line;
    while (std::getline(group, line)) {
        if (!line.starts_with("0::")) continue;
        std::ifstream events("/sys/fs/cgroup" + line.substr(3) + "/memory.events");
        std::string key;
        std::int64_t value = 0;
        while (events >> key >> value) {
            if (key == "oom_kill") return value;
        }
    }
    return 0;
}

std::string lastLines(const std::filesystem::path& file) {
    constexpr std::streamoff kBytes = 4000;
    std::ifstream stream(file, std::ios::binary | std::ios::ate);
    if (!stream) return {};
    const std::streamoff size = stream.tellg();
    stream.seekg(std::max<std::streamoff>(0, size - kBytes));
    std::ostringstream text;
    text << stream.rdbuf();
    return text.str();
}

// A child of this program that has ended and that nobody has asked yet, as after its first watcher went away;
// leaves it to be asked.
bool hasExited(pid_t pid) {
    siginfo_t info{};
    return ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
           info.si_pid == pid;
}

// Closes what it holds when the scope ends.
struct SpawnSettings {
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    SpawnSettings() {
        posix_spawn_file_actions_init(&files);
        posix_spawnattr_init(&attributes);
    }
    ~SpawnSettings() {
        posix_spawn_file_actions_destroy(&files);
        posix_spawnattr_destroy(&attributes);
    }
    SpawnSettings(const SpawnSettings&) = delete;
    SpawnSettings& operator=(const SpawnSettings&) = delete;
};

}  // namespace

ChildRun::ChildRun(const std::filesystem::path& program, const std::vector<std::string>& arguments,
                   std::filesystem::path logFile)
    : m_oomKills(oomKills()), m_logFile(std::move(logFile)) {
    makeFolder(m_logFile.parent_path());
    SpawnSettings settings;
    posix_spawn_file_actions_addopen(&settings.files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&settings.files, STDOUT_FILENO, m_logFile.c_str(),
                                     O_WRONLY | O_CREAT | O_APPEND, 0644);
    posix_spawn_file_actions_adddup2(&settings.files, STDOUT_FILENO, STDERR_FILENO);
    // A session of its own: Ctrl+C in the terminal of the window is not meant for it.
    posix_spawnattr_setflags(&settings.attributes, POSIX_SPAWN_SETSID);
    std::vector<std::string> words = {program.string()};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> pointers;
    pointers.reserve(words.size() + 1);
    for (std::string& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    const int code = ::posix_spawn(&m_pid, program.c_str(), &settings.files, &settings.attributes,
                                   pointers.data(), environ);
    if (code != 0) fail(ErrorKind::Io, "{}: cannot be started: {}.", program.string(), std::strerror(code));
}

ChildRun::ChildRun(std::int64_t pid, std::filesystem::path logFile)
    : m_pid(static_cast<pid_t>(pid)), m_own(false), m_logFile(std::move(logFile)) {}

bool ChildRun::isCommandLine(std::int64_t pid) {
    if (pid <= 0) return false;
    // Not its short name, which is "exe" after it has started itself again (base/blas.h).
    std::error_code error;
    const auto program = std::filesystem::read_symlink(fmt::format("/proc/{}/exe", pid), error);
    return !error && (program.filename() == "jumplora" || program.filename() == "jumplora (deleted)");
}

std::optional<ChildEnd> ChildRun::ended() {
    if (m_end) return m_end;
    ChildEnd end;
    if (m_own) {
        int status = 0;
        if (::waitpid(m_pid, &status, WNOHANG) != m_pid) return {};
        if (WIFSIGNALED(status)) {
            end.signal = WTERMSIG(status);
        } else {
            end.exitCode = WEXITSTATUS(status);
        }
        end.outOfMemory = end.signal == SIGKILL && oomKills() > m_oomKills;
    } else if (processIsAlive(m_pid) && !hasExited(m_pid)) {
        return {};
    }
    end.log = lastLines(m_logFile);
    m_end = end;
    return m_end;
}

bool ChildRun::send(ChildCommand command) const { return !m_end && ::kill(m_pid, signalOf(command)) == 0; }

bool ChildRun::kill() const { return !m_end && ::kill(m_pid, SIGKILL) == 0; }

int signalOf(ChildCommand command) {
    switch (command) {
        case ChildCommand::Pause:
            return SIGINT;
        case ChildCommand::Stop:
            return SIGQUIT;
        case ChildCommand::StopAfterTask:
            return SIGUSR1;
        default:
            return SIGUSR2;
    }
}

std::string describe(const ChildEnd& end) {
    if (end.outOfMemory)
        return "The run's process was ended by the system (memory exhausted). Resume with a smaller batch, "
               "or "
               "close other programs.";
    if (end.signal != 0)
        return fmt::format(
            "The run's process was ended by signal {} ({}). Resume goes on from the last checkpoint.",
            end.signal, ::strsignal(end.signal));
    return fmt::format("The run's process ended with code {}.", end.exitCode);
}

}  // namespace jumplora
