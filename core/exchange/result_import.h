// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "exchange/foreign_results.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace jumplora {

// What other programs' files do not say. Empty: as far as it can be told from the files and their names.
struct ImportSettings {
    std::string name;
    std::optional<std::int64_t> seed;
    std::string method;    // "unknown" when nothing tells
    std::string gate;      // "unknown" when nothing tells
    std::string backbone;  // "unknown" when nothing tells
    ScoreScale scale = ScoreScale::ByLargest;
};

struct ImportedRun {
    std::filesystem::path directory;
    std::string id;
    std::string format;  // continual_eval, olora, trace, csv, run, bundle
    bool isNew = false;  // false: was there already, nothing was written
    std::vector<std::string> notes;
};

// Name of the tag that imported runs carry; run.json says {"lineage": {"kind": "import"}} as well.
inline constexpr const char* kImportedTag = "imported";

// Writes results as a run directory below `runsFolder`, from which the index is made like from any other:
// spec.json (what is known), run.json, events.jsonl, state.json, result.json, labels.json and predictions.
// The name of the directory follows from the results and settings: importing them again changes nothing.
ImportedRun writeImportedRun(const ForeignResults& results, const ImportSettings& settings,
                             const std::filesystem::path& runsFolder);

// Everything below a path that can be brought in: run directories of another workbench (copied), bundles
// (unpacked) and other programs' results. Folders are searched four levels deep. Results that cannot be read
// become problems, one sentence each. Throws Error(Input) when nothing is recognised.
struct ImportOutcome {
    std::vector<ImportedRun> runs;
    std::vector<std::string> problems;
};
ImportOutcome importPath(const std::filesystem::path& path, const ImportSettings& settings,
                         const std::filesystem::path& runsFolder);

}  // namespace jumplora
