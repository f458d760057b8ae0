// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "train/run_directory.h"

#include <string>

namespace jumplora::cli {

// Folder of the runs: --runs, else runs/ in the data folder.
std::filesystem::path runsFolder(const std::string& option);

// A run by folder, id, or unique beginning of an id. Throws Error(Input) listing what fits.
RunDirectory findRun(const std::string& name, const std::string& runsOption);

}  // namespace jumplora::cli
