// SPDX-License-Identifier: Apache-2.0
#include "data/task_check.h"

#include "base/error.h"
#include "data/scoring.h"
#include "data/text_metrics.h"
#include "text/utf8.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <unordered_map>

namespace jumplora {
namespace {

using Counts = std::map<std::string, std::int64_t>;
// Prompts without regard to case and white space, as hashes, with the label of the first row.
using Prompts = std::unordered_map<std::string, std::string>;

std::vector<std::pair<std::string, std::int64_t>> mostFrequent(const Counts& counts, std::size_t limit) {
    std::vector<std::pair<std::string, std::int64_t>> sorted(counts.begin(), counts.end());
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    if (sorted.size() > limit) sorted.resize(limit);
    return sorted;
}

LengthQuantiles quantiles(std::vector<std::int64_t> lengths) {
    if (lengths.empty()) return {};
    std::sort(lengths.begin(), lengths.end());
    // The smallest length that this share of the rows does not exceed.
    const auto at = [&](double share) {
        const double rank = std::ceil(share * static_cast<double>(lengths.size()));
        return lengths[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
    };
    return {lengths.front(), at(0.5), at(0.9), at(0.99), lengths.back()};
}

class Checker {
  public:
    Checker(const Suite& suite, const TaskCheckOptions& options) : m_suite(suite), m_options(options) {}

    SuiteCheck check(const std::function<void(const std::string&)>& progress) {
        m_result.lengthUnit = m_options.tokenizer != nullptr ? "tokens" : "characters";
        m_result.options = m_options;
        for (std::size_t i = 0; i < m_suite.tasks().size(); ++i) {
            if (progress) progress(m_suite.tasks()[i].name);
            checkTask(i);
        }
        return std::move(m_result);
    }

  private:
    void checkTask(std::size_t index) {
        const TaskInfo& info = m_suite.tasks()[index];
        m_result.tasks.emplace_back();
        TaskCheck& task = m_result.tasks.back();
        task.name = info.name;
        task.metric = info.metric;
        task.options = info.options;
        std::array<Prompts, 3> prompts;
        constexpr std::array kSplits = {Split::Train, Split::Dev, Split::Test};
        for (std::size_t s = 0; s < kSplits.size(); ++s)
            task.splits[s] = checkSplit(index, kSplits[s], prompts[s]);
        constexpr std::array<std::pair<std::size_t, std::size_t>, 3> kPairs = {{{0, 2}, {0, 1}, {1, 2}}};
        for (const auto& [a, b] : kPairs) compare(task, kSplits[a], prompts[a], index, kSplits[b]);
        for (const SplitCheck& split : task.splits) judge(task, split);
        for (const SharedRows& shared : task.shared)
            find(false, task.name, "{} of {} {} rows stand in the {} split too", shared.rows,
                 task.splits[static_cast<std::size_t>(shared.second)].rows, splitName(shared.second),
                 shared.first == Split::Train ? "training" : splitName(shared.first));
    }

    [[nodiscard]] std::int64_t length(const std::string& text) const {
        return static_cast<std::int64_t>(m_options.tokenizer != nullptr
                                             ? m_options.tokenizer->encode(text).size()
                                             : codePoints(text).size());
    }

    SplitCheck checkSplit(std::size_t index, Split split, Prompts& prompts) {
        const TaskInfo& info = m_suite.tasks()[index];
        SplitCheck result;
        result.split = split;
        std::vector<Example> examples;
        try {
            examples = m_suite.load(index, split, {});
        } catch (const Error& error) {
            result.problem = error.what();
            return result;
        }
        result.rows = static_cast<std::int64_t>(examples.size());
        Counts labels;
        Counts outside;
        std::vector<std::int64_t> promptLengths;
        std::vector<std::int64_t> labelLengths;
        const std::int64_t target = info.maxTargetLength.value_or(m_options.maxTargetLength);
        std::int64_t tokens = 0;
        std::int64_t lost = 0;
        for (const Example& example : examples) {
            ++labels[example.label];
            result.emptyLabels += normaliseAnswer(example.label).empty() ? 1 : 0;
            if (!info.options.empty() && !isOption(example.label, info.options)) ++outside[example.label];
            const auto [known, isNew] = prompts.try_emplace(normaliseAnswer(example.prompt), example.label);
            result.repeated += isNew ? 0 : 1;
            result.conflicting += isNew || exactMatch(known->second, example.label) ? 0 : 1;
            promptLengths.push_back(length(example.prompt));
            labelLengths.push_back(length(example.label));
            if (m_options.tokenizer == nullptr) continue;
            tokens += promptLengths.back();
            const std::int64_t over = promptLengths.back() - m_options.maxSourceLength;
            result.promptsCut += over > 0 ? 1 : 0;
            lost += std::max<std::int64_t>(over, 0);
            result.labelsCut += labelLengths.back() > target ? 1 : 0;
        }
        constexpr std::size_t kLabels = 50;
        constexpr std::size_t kOutside = 10;
        result.distinctLabels = static_cast<std::int64_t>(labels.size());
        result.labels = mostFrequent(labels, kLabels);
        for (const auto& [label, count] : outside) result.outside += count;
        result.outsideLabels = mostFrequent(outside, kOutside);
        result.promptLengths = quantiles(std::move(promptLengths));
        result.labelLengths = quantiles(std::move(labelLengths));
        result.tokensCut = tokens > 0 ? static_cast<double>(lost) / static_cast<double>(tokens) : 0;
        return result;
    }

    void compare(TaskCheck& task, Split first, const Prompts& prompts, std::size_t index, Split second) {
        if (prompts.empty() || !task.splits[static_cast<std::size_t>(second)].problem.empty()) return;
        std::int64_t rows = 0;
        for (const Example& example : m_suite.load(index, second, {}))
            rows += prompts.contains(normaliseAnswer(example.prompt)) ? 1 : 0;
        if (rows > 0) task.shared.push_back({first, second, rows});
    }

    void judge(const TaskCheck& task, const SplitCheck& split) {
        const char* name = splitName(split.split);
        if (!split.problem.empty()) {
            // A task needs no dev split unless one is evaluated.
            find(split.split != Split::Dev, task.name, "{} split: {}", name, split.problem);
            return;
        }
        if (split.outside > 0)
            find(false, task.name,
                 "{} of {} {} rows carry a label that is no option ({}); they always count as wrong",
                 split.outside, split.rows, name, describe(split.outsideLabels));
        if (split.emptyLabels > 0)
            find(false, task.name, "{} of {} {} rows have an empty label", split.emptyLabels, split.rows,
                 name);
        if (split.conflicting > 0)
            find(false, task.name, "{} {} rows repeat an earlier prompt with another label",
                 split.conflicting, name);
        if (split.promptsCut > 0)
            find(
                false, task.name,
                "{} of {} {} prompts are longer than {} tokens and lose their {}; {:.1f} % of all tokens are "
                "cut off",
                split.promptsCut, split.rows, name, m_options.maxSourceLength,
                m_suite.tasks()[m_suite.find(task.name, "task")].truncationSide == TruncationSide::Left
                    ? "beginning"
                    : "end",
                100 * split.tokensCut);
        if (split.labelsCut > 0)
            find(false, task.name, "{} of {} {} labels are longer than {} tokens and are cut",
                 split.labelsCut, split.rows, name,
                 m_suite.tasks()[m_suite.find(task.name, "task")].maxTargetLength.value_or(
                     m_options.maxTargetLength));
    }

    static std::string describe(const std::vector<std::pair<std::string, std::int64_t>>& labels) {
        constexpr std::size_t kShown = 3;
        constexpr std::size_t kLongest = 40;
        std::string text;
        for (std::size_t i = 0; i < std::min(kShown, labels.size()); ++i) {
            std::string label = labels[i].first;
            if (label.size() > kLongest) label = repairUtf8(label.substr(0, kLongest)) + "...";
            text += fmt::format("{}\"{}\" {}", i == 0 ? "" : ", ", label, labels[i].second);
        }
        return labels.size() > kShown ? text + ", ..." : text;
    }

    template <typename... Args>
    void find(bool error, const std::string& task, fmt::format_string<Args...> format, Args&&... args) {
        m_result.findings.push_back({error, task, fmt::format(format, std::forward<Args>(args)...)});
    }

    const Suite& m_suite;
    TaskCheckOptions m_options;
    SuiteCheck m_result;
};

Json labelsJson(const std::vector<std::pair<std::string, std::int64_t>>& labels) {
    Json list = Json::array();
    for (const auto& [label, rows] : labels) list.push_back({{"label", label}, {"rows", rows}});
    return list;
}

Json lengthsJson(const LengthQuantiles& lengths) {
    return {{"minimum", lengths.minimum},
            {"median", lengths.median},
            {"q90", lengths.q90},
            {"q99", lengths.q99},
            {"maximum", lengths.maximum}};
}

Json splitJson(const SplitCheck& split, bool tokens) {
    if (!split.problem.empty()) return {{"problem", split.problem}};
    Json json = {{"rows", split.rows},
                 {"distinct_labels", split.distinctLabels},
                 {"labels", labelsJson(split.labels)},
                 {"outside_options", split.outside},
                 {"outside_labels", labelsJson(split.outsideLabels)},
                 {"empty_labels", split.emptyLabels},
                 {"repeated", split.repeated},
                 {"conflicting", split.conflicting},
                 {"prompt_lengths", lengthsJson(split.promptLengths)},
                 {"label_lengths", lengthsJson(split.labelLengths)}};
    if (!tokens) return json;
    json["prompts_cut"] = split.promptsCut;
    json["labels_cut"] = split.labelsCut;
    json["share_of_tokens_cut"] = split.tokensCut;
    return json;
}

}  // namespace

bool SuiteCheck::hasErrors() const {
    return std::any_of(findings.begin(), findings.end(), [](const CheckFinding& f) { return f.error; });
}

SuiteCheck checkSuite(const Suite& suite, const TaskCheckOptions& options,
                      const std::function<void(const std::string&)>& progress) {
    return Checker(suite, options).check(progress);
}

Json toJson(const SuiteCheck& check) {
    const bool tokens = check.options.tokenizer != nullptr;
    Json tasks = Json::array();
    for (const TaskCheck& task : check.tasks) {
        Json json = {{"name", task.name},
                     {"metric", task.metric},
                     {"options", task.options},
                     {"splits", Json::object()},
                     {"shared", Json::array()}};
        for (const SplitCheck& split : task.splits)
            json["splits"][splitName(split.split)] = splitJson(split, tokens);
        for (const SharedRows& shared : task.shared)
            json["shared"].push_back({{"first", splitName(shared.first)},
                                      {"second", splitName(shared.second)},
                                      {"rows", shared.rows}});
        tasks.push_back(std::move(json));
    }
    Json findings = Json::array();
    for (const CheckFinding& finding : check.findings)
        findings.push_back({{"severity", finding.error ? "error" : "warning"},
                            {"task", finding.task},
                            {"message", finding.message}});
    Json json = {{"format", "jumplora-task-check/1"}, {"length_unit", check.lengthUnit}};
    if (tokens) {
        json["max_source_length"] = check.options.maxSourceLength;
        json["max_target_length"] = check.options.maxTargetLength;
    }
    json["tasks"] = tasks;
    json["findings"] = findings;
    return json;
}

}  // namespace jumplora
