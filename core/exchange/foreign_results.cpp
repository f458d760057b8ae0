// SPDX-License-Identifier: Apache-2.0
#include "exchange/foreign_results.h"

#include "base/error.h"
#include "base/file.h"
#include "data/answer_metric.h"
#include "exchange/foreign_files.h"
#include "exchange/score_scale.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <set>

namespace jumplora {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBeginning = std::size_t{64} << 10U;  // bytes by which a file is recognised

// Steps of O-LoRA's outputs in their order; (number, task, file).
struct OLoraStep {
    std::int64_t number = 0;
    std::string task;
    fs::path file;
};
std::vector<OLoraStep> oLoraSteps(const fs::path& folder) {
    std::vector<OLoraStep> steps;
    for (const fs::path& entry : entriesOf(folder)) {
        const auto name = numberedName(entry.filename().string());
        if (name && isFile(entry / "all_results.json"))
            steps.push_back({name->first, name->second, entry / "all_results.json"});
    }
    std::stable_sort(steps.begin(), steps.end(),
                     [](const OLoraStep& a, const OLoraStep& b) { return a.number < b.number; });
    return steps;
}

// The reference says which λ a task had; a threshold in its log means that the gate was on.
void readSettings(const Json& step, ForeignResults& results) {
    for (const auto& [key, value] : step.items()) {
        const std::string name = lower(key);
        if (name.find("jumplora") != std::string::npos || name.find("threshold") != std::string::npos)
            results.gate = "jumprelu";
        if (name != "ella_lambda" || !value.is_number()) continue;
        if (results.method != "ella") results.method = value.get<double>() > 0 ? "ella" : "inclora";
    }
}

// Number of rows of an evaluation, where it is told.
std::int64_t rowsOf(const Json& result, const std::string& where) {
    for (const char* key : {"num_examples", "num_samples", "total"})
        if (result.contains(key) && result[key].is_number_integer())
            return std::max<std::int64_t>(requireInteger(result, key, where), 0);
    return 0;
}

}  // namespace

std::optional<ForeignKind> recogniseResults(const fs::path& path) {
    std::error_code ignored;
    const std::string name = path.filename().string();
    if (fs::is_directory(path, ignored)) {
        if (isFile(path / "continual_eval.json")) return ForeignKind::ContinualEval;
        if (!oLoraSteps(path).empty()) return ForeignKind::OLora;
        const auto entries = entriesOf(path);
        const bool trace = std::any_of(entries.begin(), entries.end(), [](const fs::path& entry) {
            return traceName(entry.filename().string()).has_value() && isFile(entry);
        });
        return trace ? std::optional(ForeignKind::Trace) : std::nullopt;
    }
    if (!isFile(path)) return std::nullopt;
    const std::string extension = path.extension().string();
    if (extension == ".csv" || extension == ".tsv") return ForeignKind::Csv;
    if (traceName(name)) return ForeignKind::Trace;
    if (name == "all_results.json" && numberedName(path.parent_path().filename().string()))
        return ForeignKind::OLora;
    if (extension != ".json") return std::nullopt;
    if (name.find("continual_eval") != std::string::npos) return ForeignKind::ContinualEval;
    // Renamed by its owner. Its beginning tells; a task's rows may be large.
    std::ifstream stream(path, std::ios::binary);
    std::string start(kBeginning, '\0');
    stream.read(start.data(), static_cast<std::streamsize>(start.size()));
    start.resize(static_cast<std::size_t>(stream.gcount()));
    const std::size_t first = start.find_first_not_of(" \t\r\n");
    if (first != std::string::npos && start[first] == '[' &&
        start.find("\"after_training_task\"") != std::string::npos)
        return ForeignKind::ContinualEval;
    return std::nullopt;
}

ForeignResults readContinualEval(const fs::path& given, ScoreScale scale) {
    std::error_code ignored;
    const fs::path file = fs::is_directory(given, ignored) ? given / "continual_eval.json" : given;
    const Json json = readJsonFile(file);
    const std::string start = file.string();
    if (!json.is_array())
        fail(ErrorKind::Format, "{}: expected a list of steps, found {}", start, describeType(json));
    checkCount(json.size(), start);
    ForeignResults results;
    results.format = "continual_eval";
    results.source = file;
    std::vector<std::pair<std::int64_t, const Json*>> steps;
    for (std::size_t i = 0; i < json.size(); ++i) {
        const std::string where = fmt::format("{}: step {}", start, i + 1);
        (void)requireString(json[i], "after_training_task", where);
        const auto number = json[i].contains("task_index") ? requireInteger(json[i], "task_index", where)
                                                           : static_cast<std::int64_t>(i);
        steps.emplace_back(number, &json[i]);
    }
    std::stable_sort(steps.begin(), steps.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    for (const auto& [number, step] : steps) {
        const auto name = (*step)["after_training_task"].get<std::string>();
        // The reference tells tasks apart by their names alone.
        if (columnOf(results.tasks, name) > 0)
            fail(ErrorKind::Format, "{}: task \"{}\" is learned twice; its scores cannot be told apart",
                 start, name);
        results.tasks.push_back(name);
    }
    ScaledScores scores(scale);
    for (std::size_t row = 0; row < steps.size(); ++row) {
        const std::string where = fmt::format("{}: task {}", start, row + 1);
        const Json& step = *steps[row].second;
        readSettings(step, results);
        const Json& seen = requireMember(step, "seen_task_results", where);
        if (!seen.is_array())
            fail(ErrorKind::Format, "{}: \"seen_task_results\" must be a list, found {}", where,
                 describeType(seen));
        for (const Json& result : seen) {
            const std::string name = requireString(result, "task_name", where);
            const std::int64_t column = columnOf(results.tasks, name);
            if (column == 0) fail(ErrorKind::Format, "{}: \"{}\" is scored but never learned", where, name);
            if (!result.contains("exact_match") || result["exact_match"].is_null()) continue;
            const double score = requireNumber(result, "exact_match", where);
            scores.add(score, fmt::format("{}, {}", where, name));
            results.cells.push_back(cellAt(static_cast<std::int64_t>(row) + 1, column, kExactMatch, score));
            results.cells.back().total = rowsOf(result, where);
        }
    }
    scores.apply(results);
    requireCells(results);
    return results;
}

ForeignResults readOLoraResults(const fs::path& given, ScoreScale scale) {
    const fs::path folder =
        given.filename() == "all_results.json" ? given.parent_path().parent_path() : given;
    ForeignResults results;
    results.format = "olora";
    results.source = folder;
    const auto steps = oLoraSteps(folder);
    checkCount(steps.size(), folder.string());
    for (const OLoraStep& step : steps) {
        if (columnOf(results.tasks, step.task) > 0)
            fail(ErrorKind::Format, "{}: there are two steps of task \"{}\"", folder.string(), step.task);
        results.tasks.push_back(step.task);
    }
    ScaledScores scores(scale);
    constexpr std::array<std::pair<const char*, const char*>, 3> kKeys = {
        {{"predict_exact_match_for_", kExactMatch},
         {"predict_eval_rougeL_for_", "rouge_l_google"},
         {"predict_rougeL_for_", "rouge_l_google"}}};
    for (std::size_t row = 0; row < steps.size(); ++row) {
        const std::string where = steps[row].file.string();
        const Json json = readJsonFile(steps[row].file);
        if (!json.is_object())
            fail(ErrorKind::Format, "{}: expected an object, found {}", where, describeType(json));
        std::set<std::int64_t> done;
        for (const auto& [prefix, metric] : kKeys) {
            for (const auto& [key, value] : json.items()) {
                if (!key.starts_with(prefix) || value.is_null()) continue;
                // Scores of task types ("…_for_TC") stand between those of tasks.
                const std::int64_t column =
                    columnOf(results.tasks, key.substr(std::string_view(prefix).size()));
                if (column == 0 || done.contains(column)) continue;
                const double score = requireNumber(json, key, where);
                scores.add(score, fmt::format("{}, {}", where, key));
                results.cells.push_back(cellAt(static_cast<std::int64_t>(row) + 1, column, metric, score));
                done.insert(column);
            }
        }
        if (done.empty())
            results.notes.push_back(
                fmt::format("{}: has no score of a task of the sequence; was it run with "
                            "--do_predict?",
                            where));
    }
    scores.apply(results);
    requireCells(results);
    return results;
}

ForeignResults readForeignResults(const fs::path& path, ForeignKind kind, ScoreScale scale) {
    switch (kind) {
        case ForeignKind::ContinualEval:
            return readContinualEval(path, scale);
        case ForeignKind::OLora:
            return readOLoraResults(path, scale);
        case ForeignKind::Trace:
            return readTraceResults(path);
        case ForeignKind::Csv:
            return readMatrixCsv(path, scale);
    }
    return {};
}

}  // namespace jumplora
