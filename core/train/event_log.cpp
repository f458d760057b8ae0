// SPDX-License-Identifier: Apache-2.0
#include "train/event_log.h"

#include "base/error.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>

namespace jumplora {
namespace {

double secondsSince1970() {
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

[[noreturn]] void failWriting(const std::filesystem::path& file, int code) {
    fail(code == ENOSPC || code == EDQUOT ? ErrorKind::Resource : ErrorKind::Io, "{}: cannot write: {}.{}",
         file.string(), std::strerror(code),
         code == ENOSPC || code == EDQUOT ? " Free some space, then resume the run." : "");
}

}  // namespace

EventLog::EventLog(const std::filesystem::path& file, std::int64_t keepBytes,
                   std::vector<EventListener*> listeners)
    : m_file(file), m_bytes(keepBytes), m_listeners(std::move(listeners)) {
    m_descriptor = ::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    if (m_descriptor < 0) failWriting(file, errno);
    if (::ftruncate(m_descriptor, keepBytes) != 0 || ::lseek(m_descriptor, 0, SEEK_END) != keepBytes) {
        const int code = errno;
        ::close(m_descriptor);
        failWriting(file, code);
    }
}

EventLog::~EventLog() { ::close(m_descriptor); }

void EventLog::emit(EventPayload payload) {
    const Event event{secondsSince1970(), std::move(payload)};
    const std::string line =
        toJson(event).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
    std::size_t done = 0;
    while (done < line.size()) {
        const ssize_t n = ::write(m_descriptor, line.data() + done, line.size() - done);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) failWriting(m_file, errno);
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
