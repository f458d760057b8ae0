// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <filesystem>

namespace jumplora {

// Folder with the program's own files: $JUMPLORA_RESOURCES, else share/jumplora beside an installed program,
// else the source tree's resources/. Throws Error(Io) naming what was tried.
std::filesystem::path resourceFolder();

// Resident memory of this process in bytes.
std::int64_t residentBytes();

}  // namespace jumplora
