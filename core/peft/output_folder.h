// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>

namespace jumplora {

// Makes a folder for an export. Throws Error(Input) when it has content already: nothing is overwritten, and
// files of two exports never lie side by side.
void makeOutputFolder(const std::filesystem::path& folder);

}  // namespace jumplora
