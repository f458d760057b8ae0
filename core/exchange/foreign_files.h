// SPDX-License-Identifier: Apache-2.0
#pragma once
// Internal to the exchange room: what the readers of other programs' results share.
#include "exchange/foreign_results.h"

namespace jumplora {

std::string lower(std::string text);                             // ASCII letters
std::optional<std::int64_t> wholeNumber(std::string_view text);  // not negative

// Column of a task, from 1, whatever the case of its letters; 0 when there is none.
std::int64_t columnOf(const std::vector<std::string>& tasks, const std::string& name);

EvaluationCell cellAt(std::int64_t row, std::int64_t column, const std::string& metric, double score);
void requireCells(const ForeignResults& results);
void checkCount(std::size_t tasks, const std::string& where);

// "3-agnews" -> (3, "agnews").
std::optional<std::pair<std::int64_t, std::string>> numberedName(const std::string& name);

// "results-2-0-C-STANCE.json" -> (2, 0, "C-STANCE").
struct TraceName {
    std::int64_t round = 0;
    std::int64_t task = 0;
    std::string name;
};
std::optional<TraceName> traceName(const std::string& file);

std::vector<std::filesystem::path> entriesOf(const std::filesystem::path& folder);  // sorted
bool isFile(const std::filesystem::path& path);

}  // namespace jumplora
