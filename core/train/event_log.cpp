// SPDX-License-Identifier: Apache-2.0
#include "train/event_log.h"

#include "base/error.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <ctime>

namespace jumplora {
namespace {

double secondsOf(clockid_t clock) {
    timespec now{};
    ::clock_gettime(clock, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// Goes on while the machine sleeps, and nobody sets it.
double secondsOfMachine() { return secondsOf(CLOCK_BOOTTIME); }

[[noreturn]] void failWriting(const std::filesystem::path& file, int code) {
    fail(code == ENOSPC || code == EDQUOT ? ErrorKind::Resource : ErrorKind::Io, "{}: cannot write: {}.{}",
         file.string(), std::strerror(code),
         code == ENOSPC || code == EDQUOT ? " Free some space, then resume the run." : "");
}

}  // namespace

EventLog::EventLog(const std::filesystem::path& file, std::int64_t keepBytes,
                   std::vector<EventListener*> listeners)
    : m_file(file),
      m_bytes(keepBytes),
      m_listeners(std::move(listeners)),
      m_machineStarted(secondsOf(CLOCK_REALTIME) - secondsOfMachine()) {
    m_descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (m_descriptor < 0) failWriting(file, errno);
    try {
        refuseOtherFile();
    } catch (const Error&) {
        ::close(m_descriptor);
        throw;
    }
    if (::ftruncate(m_descriptor, keepBytes) != 0 || ::lseek(m_descriptor, 0, SEEK_END) != keepBytes) {
        const int code = errno;
        ::close(m_descriptor);
        failWriting(file, code);
    }
}

// What the checkpoint knows of has to be there, up to the end of a line.
void EventLog::refuseOtherFile() const {
    if (m_bytes == 0) return;
    char last = 0;
    const ssize_t n = ::pread(m_descriptor, &last, 1, m_bytes - 1);
    if (n < 0) failWriting(m_file, errno);
    if (n == 1 && last == '\n') return;
    fail(ErrorKind::Format,
         "{}: the checkpoint knows of {} bytes of events, {}. Nothing was changed. Put the complete file "
         "back, "
         "or continue in a new run after the last finished task.",
         m_file.string(), m_bytes,
         n == 1 ? "but no event ends there" : fmt::format("the file has only {}", fileSize()));
}

std::int64_t EventLog::fileSize() const {
    std::error_code ignored;
    return static_cast<std::int64_t>(std::filesystem::file_size(m_file, ignored));
}

EventLog::~EventLog() { ::close(m_descriptor); }

void EventLog::emit(EventPayload payload) {
    const Event event{m_machineStarted + secondsOfMachine(), std::move(payload)};
    const std::string line =
        toJson(event).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
    std::size_t done = 0;
    while (done < line.size()) {
        const ssize_t n = ::write(m_descriptor, line.data() + done, line.size() - done);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) {
            const int code = errno;
            // A line that was cut by a full disk must not stay: later events would be glued to it.
            if (::ftruncate(m_descriptor, m_bytes) == 0) ::lseek(m_descriptor, m_bytes, SEEK_SET);
            failWriting(m_file, code);
        }
        done += static_cast<std::size_t>(n);
    }
    m_bytes += static_cast<std::int64_t>(line.size());
    for (EventListener* listener : m_listeners) listener->onEvent(event);
}

std::int64_t EventLog::sync() {
    if (::fsync(m_descriptor) != 0) failWriting(m_file, errno);
    return m_bytes;
}

}  // namespace jumplora
