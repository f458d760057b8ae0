// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "exchange/run_export.h"
#include "store/store.h"
#include "train/run_directory.h"

#include <CLI/CLI.hpp>

#include <memory>
#include <string>
#include <vector>

namespace jumplora::cli {

// Where runs are looked for.
struct RunPlace {
    std::string runs;  // --runs: folder of the runs
    std::string db;    // --db: file of the index
};
void addPlaceOptions(CLI::App& command, RunPlace& place);

inline constexpr const char* kRunHelp = "Run: folder, id, unique beginning of an id, name, or \"latest\"";

// Folder of the runs: --runs, else runs/ in the data folder.
std::filesystem::path runsFolder(const std::string& option);

// File of the index: --db, else the one in the data folder.
std::filesystem::path indexFile(const std::string& option);

// The index. Runs in the folder of the runs that it does not know yet are added first; with --db alone the
// file is taken as it is. A file that cannot be written is opened for reading.
std::shared_ptr<Store> openIndex(const RunPlace& place);

// A run with the index that knows it: a folder is read into an index of its own in memory, so that any run
// can be looked at without becoming part of the list.
struct FoundRun {
    std::shared_ptr<Store> store;
    RunRow row;
    [[nodiscard]] RunDirectory directory() const;  // throws Error(State) when its files are gone
    [[nodiscard]] ExportRun forExport() const { return readExportRun(*store, row); }
};

// By folder, id, "latest", name or unique beginning of an id. Throws Error(Input) listing what fits, or with
// the nearest name.
FoundRun findStored(const std::string& name, const RunPlace& place);
std::vector<FoundRun> findStored(const std::vector<std::string>& names, const RunPlace& place);
RunDirectory findRun(const std::string& name, const std::string& runsOption,
                     const std::string& dbOption = {});

// Runs of the list, newest first; with --runs only those below that folder.
std::vector<RunRow> listRows(const Store& store, const RunPlace& place, RunFilter filter);

}  // namespace jumplora::cli
