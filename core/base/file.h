// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace jumplora {

// Whole content of a regular file. Throws Error(Io) with path and reason.
std::string readFile(const std::filesystem::path& path);

// Writes to a temporary name in the same folder, syncs, renames, syncs the folder: after a crash or a full
// disk either the old or the new content is there. Throws Error(Io) with path, reason and free space; the old
// file is then untouched and the temporary one removed.
void writeFileAtomically(const std::filesystem::path& path, std::string_view content);

// As above; a bool-returning writer gets a file descriptor-backed sink and streams pieces into it.
class AtomicFile {
  public:
    explicit AtomicFile(std::filesystem::path path);
    ~AtomicFile();
    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;
    void write(std::string_view piece);
    void write(std::span<const std::byte> piece);
    // Makes the content durable under its final name.
    void commit();

  private:
    std::filesystem::path m_path;
    std::filesystem::path m_temporary;
    int m_descriptor = -1;
};

// Creates a folder and its parents. Throws Error(Io).
void makeFolder(const std::filesystem::path& path);

// Read-only memory map of a whole regular file.
class MappedFile {
  public:
    // Throws Error(Io).
    explicit MappedFile(const std::filesystem::path& path);
    ~MappedFile();
    MappedFile(MappedFile&& other) noexcept;
    MappedFile& operator=(MappedFile&&) = delete;
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;
    [[nodiscard]] std::span<const std::byte> bytes() const { return {m_data, m_size}; }

  private:
    const std::byte* m_data = nullptr;
    std::size_t m_size = 0;
};

// 16 hexadecimal digits of XXH3-64 of the content: provenance, not security.
std::string contentHash(std::string_view content);
std::string fileHash(const std::filesystem::path& path);

}  // namespace jumplora
