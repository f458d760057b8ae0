// SPDX-License-Identifier: Apache-2.0
// Executes a prepared run and dies by SIGKILL at a chosen operation on a file.
//   mortal_run RUN             runs to the end and writes RUN.operations: one operation a line
//   mortal_run RUN N HALF      dies at operation N (from 1); a write puts half of its bytes there first if
//   HALF is 1 mortal_run RUN - EVENTS    dies by nobody's hand; stops for good after EVENTS events, until it
//   is killed
// The functions of the system that the engine uses to change files are defined here and so linked in their
// place.
#include "base/file.h"
#include "train/trainer.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string>
#include <string_view>

namespace {

std::string runFolder;   // NOLINT(cert-err58-cpp)
std::string operations;  // NOLINT(cert-err58-cpp)
long deathAt = 0;        // 0: never
bool halfWrite = false;
bool diskFills = false;
long count = 0;

[[noreturn]] void die() {
    kill(getpid(), SIGKILL);
    while (true) pause();
}

std::string nameOf(int descriptor) {
    char path[PATH_MAX];
    const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
    const ssize_t n = readlink(link.c_str(), path, sizeof path);
    return n > 0 ? std::string(path, static_cast<std::size_t>(n)) : std::string();
}

// Only what happens in the run's folder counts.
bool countOperation(const char* kind, const std::string& path, const std::string& detail = {}) {
    if (runFolder.empty() || path.rfind(runFolder + "/", 0) != 0) return false;
    ++count;
    std::string name = path.substr(runFolder.size() + 1);
    name = name.substr(0, name.find(".tmp-"));
    if (deathAt == 0) operations += std::string(kind) + " " + name + detail + "\n";
    return deathAt != 0 && count == deathAt && !diskFills;
}

bool diskIsFull() { return diskFills && count >= deathAt; }

// " step" for a line of the event log.
std::string eventType(const void* data, size_t size) {
    constexpr std::string_view kStart = R"({"type":")";
    const std::string_view text(static_cast<const char*>(data), size);
    if (text.substr(0, kStart.size()) != kStart) return {};
    const std::string_view type = text.substr(kStart.size(), text.substr(kStart.size()).find('"'));
    return " " + std::string(type);
}

}  // namespace

extern "C" {

ssize_t write(int descriptor, const void* data, size_t size) {
    if (countOperation("write", nameOf(descriptor), eventType(data, size))) {
        if (halfWrite) syscall(SYS_write, descriptor, data, size / 2);
        die();
    }
    if (diskIsFull() && nameOf(descriptor).rfind(runFolder + "/", 0) == 0) {
        // The last free bytes are still used.
        if (count == deathAt && size > 1) return syscall(SYS_write, descriptor, data, size / 2);
        errno = ENOSPC;
        return -1;
    }
    return syscall(SYS_write, descriptor, data, size);
}

int fsync(int descriptor) {
    if (countOperation("sync", nameOf(descriptor))) die();
    return static_cast<int>(syscall(SYS_fsync, descriptor));
}

int rename(const char* from, const char* to) noexcept {
    if (countOperation("rename", to)) {
        if (halfWrite) syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
        die();
    }
    return static_cast<int>(syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0));
}

int ftruncate(int descriptor, off_t length) noexcept {
    if (countOperation("truncate", nameOf(descriptor))) die();
    return static_cast<int>(syscall(SYS_ftruncate, descriptor, length));
}

int unlink(const char* path) noexcept {
    if (countOperation("unlink", path)) die();
    return static_cast<int>(syscall(SYS_unlinkat, AT_FDCWD, path, 0));
}

}  // extern "C"

namespace {

// Checkpoints within a task at steps that are the same in every run, whatever the clock says.
class Watcher : public jumplora::EventListener {
  public:
    Watcher(jumplora::RunControl& control, long sleepAfter) : m_control(control), m_sleepAfter(sleepAfter) {}
    void onEvent(const jumplora::Event& event) override {
        if (const auto* step = std::get_if<jumplora::StepMetrics>(&event.payload);
            step != nullptr && step->step % 3 == 0)
            m_control.checkpointNow = true;
        if (m_sleepAfter > 0 && ++m_events == m_sleepAfter) pause();
    }

  private:
    jumplora::RunControl& m_control;
    long m_sleepAfter;
    long m_events = 0;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) return 2;
    try {
        long sleepAfter = 0;
        if (argc > 3 && std::strcmp(argv[2], "-") == 0) {
            sleepAfter = std::strtol(argv[3], nullptr, 10);
        } else if (argc > 3) {
            deathAt = std::strtol(argv[2], nullptr, 10);
            halfWrite = std::strcmp(argv[3], "1") == 0;
            diskFills = std::strcmp(argv[3], "full") == 0;
        }
        runFolder = std::filesystem::canonical(argv[1]).string();
        const std::string folder = runFolder;
        jumplora::RunControl control;
        Watcher watcher(control, sleepAfter);
        const std::string state = executeRun(jumplora::RunDirectory(folder), {&watcher}, control);
        runFolder.clear();
        if (deathAt == 0) jumplora::writeFileAtomically(folder + ".operations", operations);
        return state == "finished" ? 0 : 1;
    } catch (const std::exception& e) {
        std::cerr << e.what() << "\n";
        return 1;
    }
}
