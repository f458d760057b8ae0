// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "store/store.h"

#include <functional>

namespace jumplora {

struct IndexReport {
    std::int64_t found = 0;             // run directories
    std::int64_t imported = 0;          // read
    std::int64_t unchanged = 0;         // as indexed before, not read again
    std::vector<std::string> problems;  // one sentence for each directory that could not be read
};

// Brings run directories into the index. Reading a directory again changes nothing; rows of steps that a
// resumed run took back disappear.
class Importer {
  public:
    explicit Importer(Store& store) : m_store(store) {}

    // Reads one run directory whole and returns the run's id. A damaged directory becomes (or keeps) a row in
    // state "failed" with the reason, then the reason is thrown as Error(Format) or Error(Io). A folder that
    // is no run directory: Error(Input), without a row.
    std::string indexRun(const std::filesystem::path& directory);

    // All run directories at most four levels below the folder, hidden folders left out. Directories whose
    // files have not changed since they were indexed are not read again unless `everything` is set.
    // `progress` (done, of) may return false to stop early. Throws Error(Input) when the folder does not
    // exist.
    IndexReport indexFolder(const std::filesystem::path& folder, bool everything = false,
                            const std::function<bool(std::int64_t, std::int64_t)>& progress = {});

  private:
    Store& m_store;
};

// True when the folder holds run.json or spec.json with events.jsonl.
bool isRunDirectory(const std::filesystem::path& directory);

// The id in run.json; "" when there is none that can be read.
std::string runIdOf(const std::filesystem::path& directory);

}  // namespace jumplora
