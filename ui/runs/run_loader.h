// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "store/store_types.h"

#include <QString>
#include <filesystem>
#include <vector>

namespace jumplora {

// What reading the database gave: runs, newest first, or a sentence that says why not.
struct RunListing {
    std::vector<RunRow> runs;
    QString error;
};

// Reads the database; blocking, so never on the window's thread. A file that does not exist yet has no runs.
RunListing loadRuns(const std::filesystem::path& database);

}  // namespace jumplora
