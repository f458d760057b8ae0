// SPDX-License-Identifier: Apache-2.0
#include "base/resources.h"

#include "base/error.h"

#include <unistd.h>

#include <cstdlib>
#include <fstream>

namespace jumplora {

std::filesystem::path resourceFolder() {
    if (const char* folder = std::getenv("JUMPLORA_RESOURCES")) return folder;
    std::error_code code;
    const auto program = std::filesystem::read_symlink("/proc/self/exe", code);
    auto installed = program.parent_path().parent_path() / "share" / "jumplora";
    if (std::filesystem::is_directory(installed / "builtin")) return installed;
    std::filesystem::path source = JUMPLORA_RESOURCE_DIR;
    if (std::filesystem::is_directory(source / "builtin")) return source;
    fail(ErrorKind::Io, "the program's resources are neither in {} nor in {}; set JUMPLORA_RESOURCES",
         installed.string(), source.string());
}

std::int64_t residentBytes() {
    std::ifstream statm("/proc/self/statm");
    std::int64_t total = 0;
    std::int64_t resident = 0;
    statm >> total >> resident;
    return resident * ::sysconf(_SC_PAGESIZE);
}

}  // namespace jumplora
