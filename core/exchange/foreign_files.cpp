// SPDX-License-Identifier: Apache-2.0
#include "exchange/foreign_files.h"

#include "base/error.h"

#include <algorithm>
#include <charconv>

namespace jumplora {

namespace fs = std::filesystem;

constexpr std::size_t kMostTasks = 1000;  // of a sequence; more is damage

std::string lower(std::string text) {
    for (char& c : text)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return text;
}

std::optional<std::int64_t> wholeNumber(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || text.empty() || value < 0)
        return std::nullopt;
    return value;
}

std::int64_t columnOf(const std::vector<std::string>& tasks, const std::string& name) {
    const auto same = [&](const std::string& task) { return lower(task) == lower(name); };
    const auto found = std::find_if(tasks.begin(), tasks.end(), same);
    return found == tasks.end() ? 0 : found - tasks.begin() + 1;
}

void requireCells(const ForeignResults& results) {
    if (results.cells.empty())
        fail(ErrorKind::Input, "{}: holds no score that could be brought in", results.source.string());
}

void checkCount(std::size_t tasks, const std::string& where) {
    if (tasks > kMostTasks)
        fail(ErrorKind::Format, "{}: {} tasks are more than any sequence has", where, tasks);
}

EvaluationCell cellAt(std::int64_t row, std::int64_t column, const std::string& metric, double score) {
    EvaluationCell cell;
    cell.afterTask = row;
    cell.task = column;
    cell.split = "test";
    cell.metric = metric;
    cell.score = score;
    return cell;
}

std::optional<std::pair<std::int64_t, std::string>> numberedName(const std::string& name) {
    const auto dash = name.find('-');
    if (dash == std::string::npos || dash + 1 == name.size()) return std::nullopt;
    const auto number = wholeNumber(std::string_view(name).substr(0, dash));
    if (!number) return std::nullopt;
    return std::pair(*number, name.substr(dash + 1));
}

std::optional<TraceName> traceName(const std::string& file) {
    constexpr std::string_view kStart = "results-";
    constexpr std::string_view kEnd = ".json";
    if (!file.starts_with(kStart) || !file.ends_with(kEnd) || file.size() <= kStart.size() + kEnd.size())
        return std::nullopt;
    const auto round = numberedName(file.substr(kStart.size(), file.size() - kStart.size() - kEnd.size()));
    const auto task = round ? numberedName(round->second) : std::nullopt;
    if (!task) return std::nullopt;
    return TraceName{round->first, task->first, task->second};
}

std::vector<fs::path> entriesOf(const fs::path& folder) {
    std::vector<fs::path> entries;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error))
        entries.push_back(entry->path());
    std::sort(entries.begin(), entries.end());
    return entries;
}

bool isFile(const fs::path& path) {
    std::error_code ignored;
    return fs::is_regular_file(path, ignored);
}

}  // namespace jumplora
