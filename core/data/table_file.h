// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace jumplora {

struct TextLabel {
    std::string text;
    std::string label;
};

// Rows of a data file: a JSON list of objects (or an object with the list under "Instances" or "data"),
// JSONL, CSV or TSV with a header line (RFC 4180 quoting). Numbers and booleans are taken as text. Throws
// Error(Format) with file, line and column, and names the columns that exist when one is missing.
std::vector<TextLabel> readTable(const std::filesystem::path& file, const std::string& textColumn,
                                 const std::string& labelColumn);

// Names of the columns of such a file, in the order of the first row. Throws as readTable does.
std::vector<std::string> tableColumns(const std::filesystem::path& file);

// Every record of a CSV (TSV by extension) file, of whatever width. Throws as readTable does.
std::vector<std::vector<std::string>> readRecords(const std::filesystem::path& file);

}  // namespace jumplora
