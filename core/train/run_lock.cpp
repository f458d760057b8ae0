// SPDX-License-Identifier: Apache-2.0
#include "train/run_lock.h"

#include "base/error.h"
#include "train/run_state.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace jumplora {
namespace {

std::filesystem::path lockFile(const RunDirectory& directory) { return directory.path() / "lock"; }

struct flock wholeFile() {
    struct flock range {};
    range.l_type = F_WRLCK;
    range.l_whence = SEEK_SET;
    return range;
}

std::string holder(const RunDirectory& directory) {
    try {
        return fmt::format(" (process {})", readState(directory).pid);
    } catch (const Error&) {
        return {};
    }
}

}  // namespace

RunLock::RunLock(const RunDirectory& directory) {
    const std::string path = lockFile(directory).string();
    m_descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (m_descriptor < 0)
        fail(errno == ENOSPC || errno == EDQUOT ? ErrorKind::Resource : ErrorKind::Io,
             "{}: cannot write: {}. A run needs a folder that may be written.", path, std::strerror(errno));
    // Belongs to the open file, not to the process: two runs in one process exclude each other as well.
    struct flock range = wholeFile();
    if (::fcntl(m_descriptor, F_OFD_SETLK, &range) == 0) return;
    const int code = errno;
    ::close(m_descriptor);
    if (code == EAGAIN || code == EACCES)
        fail(ErrorKind::State,
             "{}: another program{} is working on this run. Wait until it ends, or stop it first.",
             directory.path().string(), holder(directory));
    fail(ErrorKind::Io, "{}: cannot lock: {}.", path, std::strerror(code));
}

RunLock::~RunLock() { ::close(m_descriptor); }

std::optional<bool> runIsHeld(const RunDirectory& directory) {
    const int descriptor = ::open(lockFile(directory).c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return errno == ENOENT ? std::optional(false) : std::nullopt;
    struct flock range = wholeFile();
    const bool asked = ::fcntl(descriptor, F_OFD_GETLK, &range) == 0;
    ::close(descriptor);
    return asked ? std::optional(range.l_type != F_UNLCK) : std::nullopt;
}

void removeTemporaryFiles(const RunDirectory& directory) {
    for (const char* folder : {"", "adapters", "predictions"}) {
        std::error_code ignored;
        for (const auto& entry : std::filesystem::directory_iterator(directory.path() / folder, ignored)) {
            if (entry.path().filename().string().find(".tmp-") != std::string::npos)
                std::filesystem::remove(entry.path(), ignored);
        }
    }
}

}  // namespace jumplora
