// SPDX-License-Identifier: Apache-2.0
#include "exchange/run_export.h"

#include "base/error.h"
#include "data/task.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace jumplora {
namespace {

// What a number of a paper depends on most, shown beside it.
constexpr std::array<const char*, 8> kSettings = {"optimizer.type",   "optimizer.lr", "train.batch_size",
                                                  "train.accumulate", "train.epochs", "suite.max_samples",
                                                  "adapter.rank",     "adapter.alpha"};

std::string unquoted(const std::string& json) {
    return json.size() >= 2 && json.front() == '"' && json.back() == '"' ? json.substr(1, json.size() - 2)
                                                                         : json;
}

// "order1-seed1", "order1-seed2" -> "order1".
std::string commonName(const std::vector<ExportRun>& runs, const std::vector<std::size_t>& members) {
    std::string stem = runs[members.front()].row.name;
    for (const std::size_t member : members) {
        const std::string& name = runs[member].row.name;
        const auto [end, ignored] = std::mismatch(stem.begin(), stem.end(), name.begin(), name.end());
        stem.erase(end, stem.end());
    }
    if (stem == runs[members.front()].row.name) return stem;
    const auto strip = [&](const char* characters) {
        stem.erase(std::min(stem.size(), stem.find_last_not_of(characters) + 1));
    };
    strip("0123456789");
    strip("-_ .");
    for (const char* ending : {"-seed", "_seed", " seed", "-s", "_s"})
        if (stem.ends_with(ending)) stem.resize(stem.size() - std::string(ending).size());
    return stem.empty() ? runs[members.front()].row.method : stem;
}

// Of two runs of one seed the finished one counts, then the newer one.
bool counts(const RunRow& a, const RunRow& b) {
    const bool aDone = a.state == "finished";
    const bool bDone = b.state == "finished";
    return aDone != bDone ? aDone : a.created > b.created;
}

void separateRepeats(const std::vector<ExportRun>& runs, SeedGroup& group) {
    std::stable_sort(group.runs.begin(), group.runs.end(), [&](std::size_t a, std::size_t b) {
        const RunRow& first = runs[a].row;
        const RunRow& second = runs[b].row;
        return first.seed != second.seed ? first.seed < second.seed : counts(first, second);
    });
    std::vector<std::size_t> kept;
    for (const std::size_t member : group.runs) {
        const bool repeat = !kept.empty() && runs[kept.back()].row.seed == runs[member].row.seed;
        (repeat ? group.repeats : kept).push_back(member);
    }
    group.runs = kept;
}

void makeUnique(const std::vector<ExportRun>& runs, std::vector<SeedGroup>& groups) {
    std::map<std::string, int> count;
    for (const SeedGroup& group : groups) ++count[group.label];
    for (SeedGroup& group : groups)
        if (count[group.label] > 1) group.label = runs[group.runs.front()].row.id;
}

std::vector<double> scoresByName(const ExportRun& run, const ExportRun& other, bool diagonal) {
    std::vector<double> scores;
    const auto& names = other.matrix.taskNames();
    for (const std::string& task : run.matrix.taskNames()) {
        const auto found = std::find(names.begin(), names.end(), task);
        const std::int64_t column = found - names.begin() + 1;
        const auto score = found == names.end()
                               ? std::nullopt
                               : other.matrix.at(diagonal ? column : other.matrix.tasks(), column);
        if (!score)
            fail(ErrorKind::Input, "run {} has no score of task \"{}\" that run {} could be compared with",
                 other.row.id, task, run.row.id);
        scores.push_back(*score);
    }
    return scores;
}

}  // namespace

std::string ExportRun::specText(const std::string& key) const {
    const auto found =
        std::find_if(spec.begin(), spec.end(), [&](const SpecValue& v) { return v.key == key; });
    return found == spec.end() ? "" : unquoted(found->json);
}

ExportRun readExportRun(const Store& store, const RunRow& row) {
    ExportRun run;
    run.row = row;
    run.spec = store.spec(row.id);
    run.split = run.specText("evaluation.split");
    run.matrix = AccuracyMatrix(row.tasks);
    for (const EvaluationCell& cell : store.cells(row.id)) {
        if (run.split.empty()) run.split = cell.split;
        if (cell.split == run.split) run.matrix.set(cell.afterTask, cell.task, matrixCell(cell));
    }
    return run;
}

std::vector<SeedGroup> groupSeeds(const std::vector<ExportRun>& runs, bool together) {
    std::vector<SeedGroup> groups;
    std::map<std::string, std::size_t> places;
    std::set<std::string> seen;
    for (std::size_t i = 0; i < runs.size(); ++i) {
        const RunRow& row = runs[i].row;
        if (!seen.insert(row.id).second) continue;
        const std::string key = together && !row.groupHash.empty() ? row.groupHash : "run " + row.id;
        const auto [place, isNew] = places.try_emplace(key, groups.size());
        if (isNew) groups.emplace_back();
        groups[place->second].runs.push_back(i);
    }
    for (SeedGroup& group : groups) {
        separateRepeats(runs, group);
        group.label = commonName(runs, group.runs);
    }
    makeUnique(runs, groups);
    return groups;
}

std::vector<std::string> provenanceComments(const std::vector<ExportRun>& runs,
                                            const std::vector<SeedGroup>& groups) {
    std::vector<std::string> comments;
    for (const SeedGroup& group : groups) {
        for (const std::size_t member : group.runs) {
            const ExportRun& run = runs[member];
            std::string text =
                fmt::format("run {}, seed {}, spec {}, method {}, gate {}, backbone {}, tasks {}, split {}",
                            run.row.id, run.row.seed, run.row.specHash, run.row.method, run.row.gate,
                            run.row.backbone, run.row.suite, run.split);
            for (const char* key : kSettings) {
                const std::string value = run.specText(key);
                if (!value.empty() && value != "null") text += fmt::format(", {} {}", key, value);
            }
            if (run.row.state != "finished") text += fmt::format("; not finished: {}", run.row.state);
            if (run.row.lineageKind == "import") text += "; computed by another program and imported";
            comments.push_back(text);
        }
        for (const std::size_t member : group.repeats)
            comments.push_back(fmt::format("run {} repeats seed {} and is not counted", runs[member].row.id,
                                           runs[member].row.seed));
    }
    return comments;
}

std::vector<double> diagonalScores(const ExportRun& run, const ExportRun& other) {
    return scoresByName(run, other, true);
}

std::vector<double> finalScores(const ExportRun& run, const ExportRun& other) {
    return scoresByName(run, other, false);
}

std::vector<double> guessingScores(const ExportRun& run) {
    std::vector<double> scores;
    try {
        const auto suite = openSuite(run.row.suite, run.specText("suite.root"));
        for (std::string name : run.matrix.taskNames()) {
            // The second "yahoo" of a sequence is "yahoo (2)".
            if (name.ends_with(')')) name.resize(name.rfind(" ("));
            const auto& options = suite->tasks()[suite->find(name, "suite.order")].options;
            if (options.empty()) return {};
            scores.push_back(1.0 / static_cast<double>(options.size()));
        }
    } catch (const Error&) {
        return {};
    }
    return scores;
}

}  // namespace jumplora
