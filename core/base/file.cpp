// SPDX-License-Identifier: Apache-2.0
#include "base/file.h"

#include "base/error.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xxhash.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <vector>

namespace jumplora {
namespace {

[[noreturn]] void failSystem(const std::filesystem::path& path, const char* what, int code) {
    std::string hint;
    if (code == ENOSPC || code == EDQUOT) {
        hint = " Free some space or choose another folder.";
    } else if (code == EACCES || code == EROFS || code == EPERM) {
        hint = " Choose a folder you may use.";
    }
    fail(code == ENOSPC || code == EDQUOT ? ErrorKind::Resource : ErrorKind::Io, "{}: cannot {}: {}.{}",
         path.string(), what, std::strerror(code), hint);
}

void syncFolder(const std::filesystem::path& folder) {
    const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return;
    ::fsync(descriptor);
    ::close(descriptor);
}

// A regular file, open for reading; closed with the object.
class InputFile {
  public:
    explicit InputFile(const std::filesystem::path& path)
        : m_path(path), m_descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
        if (m_descriptor < 0) failSystem(path, "open", errno);
        struct stat info {};
        if (::fstat(m_descriptor, &info) != 0 || !S_ISREG(info.st_mode)) {
            ::close(m_descriptor);
            fail(ErrorKind::Io, "{}: is not a regular file", path.string());
        }
        m_size = static_cast<std::size_t>(info.st_size);
    }
    ~InputFile() { ::close(m_descriptor); }
    InputFile(const InputFile&) = delete;
    InputFile& operator=(const InputFile&) = delete;

    [[nodiscard]] std::size_t size() const { return m_size; }
    // The next bytes, at most `size`; 0 at the end.
    std::size_t read(char* to, std::size_t size) const {
        for (;;) {
            const ssize_t n = ::read(m_descriptor, to, size);
            if (n >= 0) return static_cast<std::size_t>(n);
            if (errno != EINTR) failSystem(m_path, "read", errno);
        }
    }

  private:
    const std::filesystem::path& m_path;
    int m_descriptor;
    std::size_t m_size = 0;
};

}  // namespace

std::string readFile(const std::filesystem::path& path) {
    const InputFile file(path);
    std::string content(file.size(), '\0');
    std::size_t done = 0;
    while (done < content.size()) {
        const std::size_t n = file.read(content.data() + done, content.size() - done);
        if (n == 0) break;
        done += n;
    }
    content.resize(done);
    return content;
}

AtomicFile::AtomicFile(std::filesystem::path path) : m_path(std::move(path)) {
    m_temporary = m_path;
    m_temporary += ".tmp-" + std::to_string(::getpid());
    m_descriptor = ::open(m_temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (m_descriptor < 0) failSystem(m_path, "write", errno);
}

AtomicFile::~AtomicFile() {
    if (m_descriptor >= 0) {
        ::close(m_descriptor);
        ::unlink(m_temporary.c_str());
    }
}

void AtomicFile::write(std::span<const std::byte> piece) {
    std::size_t done = 0;
    while (done < piece.size()) {
        const ssize_t n = ::write(m_descriptor, piece.data() + done, piece.size() - done);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) failSystem(m_path, "write", errno);
        done += static_cast<std::size_t>(n);
    }
}

void AtomicFile::write(std::string_view piece) {
    write(std::as_bytes(std::span(piece.data(), piece.size())));
}

void AtomicFile::commit() {
    if (::fsync(m_descriptor) != 0) failSystem(m_path, "write", errno);
    const int closed = ::close(m_descriptor);
    m_descriptor = -1;
    if (closed != 0 || ::rename(m_temporary.c_str(), m_path.c_str()) != 0) {
        const int code = errno;
        ::unlink(m_temporary.c_str());
        failSystem(m_path, "write", code);
    }
    syncFolder(m_path.has_parent_path() ? m_path.parent_path() : std::filesystem::path("."));
}

void writeFileAtomically(const std::filesystem::path& path, std::string_view content) {
    AtomicFile file(path);
    file.write(content);
    file.commit();
}

void makeFolder(const std::filesystem::path& path) {
    std::error_code code;
    std::filesystem::create_directories(path, code);
    if (code) failSystem(path, "create the folder", code.value());
}

MappedFile::MappedFile(const std::filesystem::path& path) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) failSystem(path, "open", errno);
    struct stat info {};
    if (::fstat(descriptor, &info) != 0 || !S_ISREG(info.st_mode)) {
        ::close(descriptor);
        fail(ErrorKind::Io, "{}: is not a regular file", path.string());
    }
    m_size = static_cast<std::size_t>(info.st_size);
    if (m_size > 0) {
        void* address = ::mmap(nullptr, m_size, PROT_READ, MAP_PRIVATE, descriptor, 0);
        const int code = errno;
        ::close(descriptor);
        if (address == MAP_FAILED) failSystem(path, "map", code);
        m_data = static_cast<const std::byte*>(address);
    } else {
        ::close(descriptor);
    }
}

MappedFile::MappedFile(MappedFile&& other) noexcept : m_data(other.m_data), m_size(other.m_size) {
    other.m_data = nullptr;
    other.m_size = 0;
}

MappedFile::~MappedFile() {
    if (m_data != nullptr) ::munmap(const_cast<std::byte*>(m_data), m_size);
}

std::string contentHash(std::string_view content) {
    return fmt::format("{:016x}", XXH3_64bits(content.data(), content.size()));
}

std::string fileHash(const std::filesystem::path& path) {
    // Piece by piece: a map of a large file would count as memory of this process.
    const InputFile file(path);
    const std::unique_ptr<XXH3_state_t, XXH_errorcode (*)(XXH3_state_t*)> state(XXH3_createState(),
                                                                                XXH3_freeState);
    XXH3_64bits_reset(state.get());
    std::vector<char> piece(std::size_t{1} << 20U);
    while (const std::size_t n = file.read(piece.data(), piece.size()))
        XXH3_64bits_update(state.get(), piece.data(), n);
    return fmt::format("{:016x}", XXH3_64bits_digest(state.get()));
}

}  // namespace jumplora
