// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace jumplora {

struct ZipEntry {
    std::string name;
    std::span<const std::byte> data;  // points into the archive
};

// Entries of a zip archive that stores them as they are, sorted by name; zip64 too. Nothing is ever unpacked.
// The central directory is held against the local headers and the file's size: every entry lies in the file,
// none overlaps another. Throws Error(Format) naming `where` and the entry, also for compressed and encrypted
// ones. Source: APPNOTE.TXT 6.3.
std::vector<ZipEntry> readStoredZip(std::span<const std::byte> archive, const std::string& where);

// Whether bytes begin as a zip archive does.
bool isZip(std::span<const std::byte> bytes);

}  // namespace jumplora
