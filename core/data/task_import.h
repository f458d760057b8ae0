// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "data/task.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace jumplora {

// A task made from a user's own rows.
struct TaskImport {
    std::string name;
    std::string instruction;
    std::vector<std::string> options;  // empty: the labels of the rows, most frequent first
    std::filesystem::path train;       // JSON, JSONL, CSV or TSV
    std::filesystem::path test;        // empty: every fifth row of `train` is kept for testing
    std::string textColumn;
    std::string labelColumn;
};

struct ImportReport {
    std::int64_t trainRows = 0;
    std::int64_t testRows = 0;
    std::vector<std::pair<std::string, std::int64_t>> labels;  // of all rows, most frequent first
    std::int64_t outside = 0;                                  // rows whose label is no option
    std::int64_t inBoth = 0;                                   // test rows whose text is also trained on
    std::vector<std::string> options;                          // as the task will have them
    std::vector<Example> first;                                // up to ten rendered rows
};

// Reads everything and changes nothing. Throws Error(Format) with file, line and column for damaged files,
// Error(Input) for a task that could not be learned (no rows, no name).
ImportReport inspectImport(const TaskImport& import);

// Writes the rows below `folder`/<name> and adds the task to `folder`/my_files.json, a task file in the
// reference's format; a task of that name is replaced. Returns the task file. Throws Error.
std::filesystem::path addImportedTask(const TaskImport& import, const std::filesystem::path& folder);

}  // namespace jumplora
