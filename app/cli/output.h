// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "exchange/table.h"

#include <CLI/CLI.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace jumplora::cli {

void print(const std::string& text);  // to standard output
void note(const std::string& text);   // a line to standard error

// Indented, damaged UTF-8 replaced, with a line feed.
std::string pretty(const Json& json);

// To the file, atomically; to standard output when the name is empty.
void writeOutput(const std::string& file, const std::string& content);

// Allowed names; a wrong one is refused with the nearest.
CLI::Validator oneOf(const std::vector<std::string>& names);

// --format, --json, -o and LaTeX's caption and label, for commands that print tables.
struct TableOutput {
    std::string format;  // as given
    bool json = false;
    std::string file;
    LatexOptions latex;
    // What was asked for, else by the ending of the file, else `standard`.
    [[nodiscard]] std::string chosen(const std::string& standard = "text") const;
    [[nodiscard]] std::string render(const Table& table, const std::string& standard = "text") const;
    // Several tables one after another; JSON becomes an object with `names` as keys.
    void write(const std::vector<Table>& tables, const std::vector<std::string>& names,
               const std::string& standard = "text") const;
};
void addTableOptions(CLI::App& command, TableOutput& output);

}  // namespace jumplora::cli
