// SPDX-License-Identifier: Apache-2.0
#include "peft/output_folder.h"

#include "base/error.h"
#include "base/file.h"

namespace jumplora {

void makeOutputFolder(const std::filesystem::path& folder) {
    std::error_code ignored;
    if (std::filesystem::exists(folder) && !std::filesystem::is_empty(folder, ignored))
        fail(ErrorKind::Input, "{}: is not empty; give a new folder to write to", folder.string());
    makeFolder(folder);
}

}  // namespace jumplora
