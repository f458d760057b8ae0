// SPDX-License-Identifier: Apache-2.0
#include "data/task_import.h"

#include "base/error.h"
#include "base/file.h"
#include "data/scoring.h"
#include "data/table_file.h"

#include <algorithm>
#include <map>
#include <set>

namespace jumplora {
namespace {

constexpr std::size_t kEvery = 5;  // of how many rows one is kept for testing

struct Splits {
    std::vector<TextLabel> train;
    std::vector<TextLabel> test;
};

Splits readSplits(const TaskImport& import) {
    const auto rows = readTable(import.train, import.textColumn, import.labelColumn);
    if (!import.test.empty()) return {rows, readTable(import.test, import.textColumn, import.labelColumn)};
    Splits splits;
    for (std::size_t i = 0; i < rows.size(); ++i)
        (i % kEvery == kEvery - 1 ? splits.test : splits.train).push_back(rows[i]);
    return splits;
}

void checkName(const std::string& name) {
    const bool plain = std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
               c == '_';
    });
    if (name.empty() || !plain || name.front() == '-')
        fail(ErrorKind::Input, "\"{}\" cannot name a task: use letters, digits, - and _", name);
}

Json rowsJson(const std::vector<TextLabel>& rows) {
    Json list = Json::array();
    for (const TextLabel& row : rows) list.push_back({{"sentence", row.text}, {"label", row.label}});
    return list;
}

std::vector<std::pair<std::string, std::int64_t>> countLabels(const Splits& splits) {
    std::map<std::string, std::int64_t> counts;
    for (const auto* rows : {&splits.train, &splits.test})
        for (const TextLabel& row : *rows) ++counts[row.label];
    std::vector<std::pair<std::string, std::int64_t>> labels(counts.begin(), counts.end());
    std::stable_sort(labels.begin(), labels.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    return labels;
}

ImportReport report(const TaskImport& import, const Splits& splits) {
    ImportReport result;
    result.trainRows = static_cast<std::int64_t>(splits.train.size());
    result.testRows = static_cast<std::int64_t>(splits.test.size());
    if (splits.train.empty() || splits.test.empty())
        fail(ErrorKind::Input, "{}: {} training and {} test rows; both are needed", import.train.string(),
             splits.train.size(), splits.test.size());
    result.labels = countLabels(splits);
    result.options = import.options;
    if (result.options.empty())
        for (const auto& [label, count] : result.labels) result.options.push_back(label);
    std::set<std::string> trained;
    for (const TextLabel& row : splits.train) trained.insert(row.text);
    for (const TextLabel& row : splits.test) result.inBoth += trained.contains(row.text) ? 1 : 0;
    for (const auto& [label, count] : result.labels)
        if (!isOption(label, result.options)) result.outside += count;
    TaskInfo task;
    task.name = import.name;
    task.instruction = import.instruction;
    task.options = result.options;
    constexpr std::size_t kShown = 10;
    for (std::size_t i = 0; i < std::min(kShown, splits.train.size()); ++i)
        result.first.push_back(
            {renderPrompt(task, splits.train[i].text), splits.train[i].label, static_cast<std::int64_t>(i)});
    return result;
}

}  // namespace

ImportReport inspectImport(const TaskImport& import) { return report(import, readSplits(import)); }

std::filesystem::path addImportedTask(const TaskImport& import, const std::filesystem::path& folder) {
    checkName(import.name);
    const Splits splits = readSplits(import);
    const ImportReport checked = report(import, splits);
    auto file = folder / "my_files.json";
    Json tasks = std::filesystem::exists(file) ? readJsonFile(file) : Json::array();
    if (!tasks.is_array()) fail(ErrorKind::Format, "{}: expected a list of tasks", file.string());
    makeFolder(folder / import.name);
    const std::pair<const char*, const std::vector<TextLabel>*> files[] = {{"train.json", &splits.train},
                                                                           {"test.json", &splits.test}};
    for (const auto& [name, rows] : files)
        writeFileAtomically(folder / import.name / name, rowsJson(*rows).dump(1) + "\n");
    Json kept = Json::array();
    for (const Json& task : tasks)
        if (!task.is_object() || task.value("task_name", Json()) != import.name) kept.push_back(task);
    kept.push_back({{"task_name", import.name},
                    {"train_file", import.name + "/train.json"},
                    {"validation_file", import.name + "/test.json"},
                    {"instruction", import.instruction},
                    {"options", checked.options},
                    {"text_key", "sentence"},
                    {"label_key", "label"}});
    writeFileAtomically(file, kept.dump(2) + "\n");
    return file;
}

}  // namespace jumplora
