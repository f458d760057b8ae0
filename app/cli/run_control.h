// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "train/run_directory.h"

#include <string>

namespace jumplora::cli {

// Computes a prepared run in this process, with progress on standard error unless `quiet` and obeying the
// signals that `run` obeys; returns its state. Throws what the run throws.
std::string runInForeground(const RunDirectory& directory, const std::string& database, bool quiet);

}  // namespace jumplora::cli
