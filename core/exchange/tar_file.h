// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/file.h"

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace jumplora {

// Archives in the ustar format of POSIX.1-1988, regular files only: what `tar xf` unpacks and `tar cf
// --format=ustar` writes.
class TarWriter {
  public:
    explicit TarWriter(const std::filesystem::path& file) : m_file(file) {}
    // `time`: seconds since 1970. Throws Error(Input) for a name that ustar cannot hold (more than 100 bytes,
    // or 255 with a slash in the right place) or a file of 8 GiB or more.
    void add(const std::string& name, std::string_view content, std::int64_t time);
    void addFile(const std::string& name, const std::filesystem::path& from);
    // Makes the archive durable under its name.
    void commit();

  private:
    void add(const std::string& name, std::span<const std::byte> content, std::int64_t time);
    AtomicFile m_file;
};

struct TarEntry {
    std::string name;
    std::span<const std::byte> content;  // valid as long as the TarReader
};

// Reads nothing but headers until a content is asked for. Throws Error(Format) for anything that is not a
// plain archive of regular files and folders: links and devices, names that are absolute, climb ("..") or
// have control characters, two entries of one name, sizes beyond the file, damaged checksums, a missing end.
class TarReader {
  public:
    explicit TarReader(const std::filesystem::path& file);
    [[nodiscard]] const std::vector<TarEntry>& entries() const { return m_entries; }
    [[nodiscard]] const TarEntry* find(std::string_view name) const;

  private:
    MappedFile m_file;
    std::vector<TarEntry> m_entries;
};

}  // namespace jumplora
