// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"
#include "data/answer_metric.h"
#include "data/task.h"
#include "exchange/foreign_files.h"

#include <algorithm>
#include <array>
#include <map>

namespace jumplora {

namespace fs = std::filesystem;

namespace {

// A key of TRACE's "eval" with what it stands for and the number that means 1.
struct TraceScore {
    const char* key;
    const char* metric;
    double whole;
};
// The first one that is there is the task's main metric.
constexpr std::array<TraceScore, 4> kTraceScores = {{{"accuracy", "accuracy", 1},
                                                     {"similarity", "edit_similarity", 100},
                                                     {"sari", "sari", 100},
                                                     {"rouge-L", "rouge_l", 1}}};

// TRACE stores SARI as [{"sari": 40.1}].
std::optional<double> traceValue(const Json& eval, const TraceScore& score, const std::string& where) {
    const auto found = eval.find(score.key);
    if (found == eval.end()) return std::nullopt;
    const Json* value = &*found;
    if (value->is_array() && value->size() == 1) value = &(*value)[0];
    if (value->is_object() && value->contains(score.key)) value = &(*value)[score.key];
    const double number = value->is_number() ? value->get<double>() : -1;
    if (!(number >= 0 && number <= score.whole))
        fail(ErrorKind::Format, "{}: \"{}\" is {}, expected a number from 0 to {}", where, score.key,
             describeType(*value), score.whole);
    return number / score.whole;
}

std::vector<std::string> texts(const Json& json, const char* key, const std::string& where) {
    std::vector<std::string> result;
    if (!json.contains(key)) return result;
    if (!json[key].is_array())
        fail(ErrorKind::Format, "{}: \"{}\" must be a list, found {}", where, key, describeType(json[key]));
    for (const Json& item : json[key]) {
        if (!item.is_string())
            fail(ErrorKind::Format, "{}: \"{}\" must hold strings, found {}", where, key, describeType(item));
        result.push_back(item.get<std::string>());
    }
    return result;
}

// Metric and part of a TRACE task as the suite of the program has them, by name.
TaskInfo traceTask(const std::string& name) {
    TaskInfo task;
    task.name = name;
    task.metric = "accuracy";
    const auto suite = openSuite("trace", "");
    for (const TaskInfo& known : suite->tasks())
        if (lower(known.name) == lower(name)) task = known;
    return task;
}

void readTraceCell(const fs::path& file, const TraceName& name, ForeignResults& results) {
    const std::string where = file.string();
    const Json json = readJsonFile(file);
    const Json& eval = requireMember(json, "eval", where);
    if (!eval.is_object())
        fail(ErrorKind::Format, "{}: \"eval\" must be an object, found {}", where, describeType(eval));
    TaskInfo task = traceTask(name.name);
    std::optional<double> score;
    for (const TraceScore& known : kTraceScores) {
        if (score) break;
        score = traceValue(eval, known, where);
        if (!score) continue;
        if (task.metric != known.metric) task.answer = "whole";
        task.metric = known.metric;
    }
    const auto prompts = texts(json, "prompts", where);
    const auto outputs = texts(json, "results", where);
    const auto labels = texts(json, "labels", where);
    std::vector<Prediction> answers;
    if (!outputs.empty()) {
        if (outputs.size() != labels.size() || (!prompts.empty() && prompts.size() != outputs.size()))
            fail(ErrorKind::Format, "{}: {} prompts, {} results and {} labels do not belong together", where,
                 prompts.size(), outputs.size(), labels.size());
        for (std::size_t i = 0; i < outputs.size(); ++i) {
            answers.push_back({prompts.empty() ? "" : prompts[i], labels[i], outputs[i]});
            scorePrediction(task, answers.back());
        }
    }
    if (!score && answers.empty()) {
        results.notes.push_back(where + ": has neither a score nor answers to compute one from");
        return;
    }
    const Score counted = scoreOf(answers);
    if (!score)
        results.notes.push_back(fmt::format("{}: has no score; {} was computed from its answers", where,
                                            answerMetricLabel(task.metric)));
    EvaluationCell cell = cellAt(name.round + 1, name.task + 1, task.metric, score.value_or(counted.mean()));
    cell.correct = counted.correct;
    cell.total = counted.total;
    cell.withinOptions = counted.withinOptions;
    results.cells.push_back(cell);
    if (!answers.empty())
        results.answers.emplace_back(std::pair(cell.afterTask, cell.task), std::move(answers));
}

}  // namespace

ForeignResults readTraceResults(const fs::path& given) {
    const fs::path folder = isFile(given) ? given.parent_path() : given;
    ForeignResults results;
    results.format = "trace";
    results.source = folder;
    std::vector<std::pair<TraceName, fs::path>> files;
    std::map<std::int64_t, std::string> names;
    for (const fs::path& entry : entriesOf(folder)) {
        const auto name = traceName(entry.filename().string());
        if (!name || !isFile(entry)) continue;
        const auto [known, isNew] = names.try_emplace(name->task, name->name);
        if (known->second != name->name)
            fail(ErrorKind::Format, "{}: task {} is \"{}\" in one file and \"{}\" in another",
                 folder.string(), name->task, known->second, name->name);
        files.emplace_back(*name, entry);
    }
    for (const auto& [number, name] : names) {
        if (number != static_cast<std::int64_t>(results.tasks.size()))
            fail(ErrorKind::Format, "{}: there are results of task {} but none of task {}", folder.string(),
                 number, results.tasks.size());
        results.tasks.push_back(name);
    }
    checkCount(results.tasks.size(), folder.string());
    std::sort(files.begin(), files.end(), [](const auto& a, const auto& b) {
        return std::pair(a.first.round, a.first.task) < std::pair(b.first.round, b.first.task);
    });
    for (const auto& [name, file] : files) {
        if (name.round >= static_cast<std::int64_t>(results.tasks.size()))
            fail(ErrorKind::Format, "{}: is of round {}, but there are {} tasks", file.string(), name.round,
                 results.tasks.size());
        readTraceCell(file, name, results);
    }
    requireCells(results);
    return results;
}

}  // namespace jumplora
