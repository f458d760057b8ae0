// SPDX-License-Identifier: GPL-3.0-or-later
#include "setup/task_facts.h"

#include "base/error.h"
#include "base/resources.h"
#include "data/encoding.h"
#include "data/scoring.h"
#include "text/tokenizer.h"

#include <algorithm>
#include <set>

namespace jumplora {
namespace {

std::vector<std::pair<std::string, std::int64_t>> byFrequency(const std::vector<Example>& examples) {
    std::map<std::string, std::int64_t> counts;
    for (const Example& example : examples) ++counts[example.label];
    std::vector<std::pair<std::string, std::int64_t>> sorted(counts.begin(), counts.end());
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    return sorted;
}

TaskFacts readFacts(const SuiteName& name, const std::string& task) {
    const auto suite = openSuite(name.tasks, name.root);
    const std::size_t index = suite->find(task, "suite.order");
    const TaskInfo& info = suite->tasks()[index];
    TaskFacts facts;
    std::set<std::string> training;
    for (const Split split : {Split::Train, Split::Test, Split::Dev}) {
        try {
            const auto examples = suite->load(index, split, std::nullopt);
            facts.rows[splitName(split)] = static_cast<std::int64_t>(examples.size());
            for (const Example& example : examples) {
                if (!info.options.empty() && !isOption(example.label, info.options))
                    ++facts.outside[splitName(split)];
                if (split == Split::Train) training.insert(example.prompt);
                if (split == Split::Test) facts.inBoth += training.contains(example.prompt) ? 1 : 0;
            }
            if (split == Split::Train) facts.labels = byFrequency(examples);
        } catch (const Error& error) {
            // Many tasks have no dev split; that is said when one is asked for.
            if (split != Split::Dev && facts.problem.isEmpty())
                facts.problem = QString::fromUtf8(error.what());
        }
    }
    return facts;
}

std::string modelFolder(const std::string& backbone) {
    return backbone == "builtin" ? (resourceFolder() / "builtin").string() : backbone;
}

}  // namespace

std::shared_ptr<const TaskFacts> FactsCache::facts(const SuiteName& suite, const std::string& task) {
    {
        const std::lock_guard lock(m_mutex);
        if (const auto found = m_facts.find({suite, task}); found != m_facts.end()) return found->second;
    }
    auto facts = std::make_shared<const TaskFacts>(readFacts(suite, task));
    const std::lock_guard lock(m_mutex);
    m_facts[{suite, task}] = facts;
    return facts;
}

std::int64_t FactsCache::rows(const SuiteName& suite, const std::string& task, const std::string& split) {
    const auto known = facts(suite, task);
    const auto found = known->rows.find(split);
    if (found != known->rows.end()) return found->second;
    // Says in the engine's words which file is missing.
    const auto opened = openSuite(suite.tasks, suite.root);
    return static_cast<std::int64_t>(
        opened->load(opened->find(task, "suite.order"), parseSplit(split), std::nullopt).size());
}

RowCounter FactsCache::counter(const SuiteName& suite) {
    return
        [this, suite](const std::string& task, const std::string& split) { return rows(suite, task, split); };
}

void FactsCache::forget(const SuiteName& suite) {
    const std::lock_guard lock(m_mutex);
    std::erase_if(m_facts, [&](const auto& entry) { return entry.first.first == suite; });
    std::erase_if(m_lengths, [&](const auto& entry) { return std::get<0>(entry.first) == suite; });
}

double FactsCache::meanTokens(const SuiteName& suite, const std::string& task, const std::string& backbone,
                              std::int64_t sourceLimit) {
    constexpr std::size_t kRows = 300;
    const std::tuple key(suite, task, backbone);
    std::vector<std::int64_t> lengths;
    {
        const std::lock_guard lock(m_mutex);
        if (const auto found = m_lengths.find(key); found != m_lengths.end()) lengths = found->second;
    }
    if (lengths.empty()) {
        lengths = sampleTask(suite, task, backbone, sourceLimit, kRows).lengths;
        const std::lock_guard lock(m_mutex);
        m_lengths[key] = lengths;
    }
    double sum = 0;
    for (const std::int64_t length : lengths) sum += static_cast<double>(std::min(length, sourceLimit));
    return lengths.empty() ? static_cast<double>(sourceLimit) : sum / static_cast<double>(lengths.size());
}

TaskSample sampleTask(const SuiteName& name, const std::string& task, const std::string& backbone,
                      std::int64_t sourceLimit, std::size_t most) {
    constexpr std::size_t kShownRows = 100;
    const auto suite = openSuite(name.tasks, name.root);
    const std::size_t index = suite->find(task, "suite.order");
    const TaskInfo& info = suite->tasks()[index];
    const auto examples = suite->load(index, Split::Train, std::nullopt);
    TaskSample sample;
    sample.limit = sourceLimit;
    for (std::size_t i = 0; i < std::min(kShownRows, examples.size()); ++i)
        sample.rows.push_back({QString::fromStdString(examples[i].prompt),
                               QString::fromStdString(examples[i].label),
                               info.options.empty() || isOption(examples[i].label, info.options)});
    const auto tokenizer = loadTokenizer(modelFolder(backbone));
    const std::size_t count = std::min(most, examples.size());
    for (std::size_t i = 0; i < count; ++i) {
        const auto length =
            static_cast<std::int64_t>(tokenizer->encode(examples[i * examples.size() / count].prompt).size());
        sample.lengths.push_back(length);
        sample.cut += length > sourceLimit ? 1 : 0;
    }
    return sample;
}

}  // namespace jumplora
