// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "data/task.h"
#include "train/run_plan.h"

#include <QString>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <tuple>
#include <vector>

namespace jumplora {

// A suite as the specification names it.
struct SuiteName {
    std::string tasks = "builtin";
    std::string root;
    bool operator==(const SuiteName&) const = default;
    friend bool operator<(const SuiteName& a, const SuiteName& b) {
        return std::tie(a.tasks, a.root) < std::tie(b.tasks, b.root);
    }
};

// What reading a task's files tells. Splits that cannot be read have no rows and a sentence.
struct TaskFacts {
    std::map<std::string, std::int64_t> rows;                  // by split
    std::vector<std::pair<std::string, std::int64_t>> labels;  // of the training rows, most frequent first
    std::map<std::string, std::int64_t> outside;               // by split: labels that are no option
    std::int64_t inBoth = 0;  // training rows whose prompt is in the test split
    QString problem;
};

// Facts about tasks, read once and kept; used from several worker threads.
class FactsCache {
  public:
    // Blocking: reads the files. Throws Error when the suite cannot be opened or has no such task.
    std::shared_ptr<const TaskFacts> facts(const SuiteName& suite, const std::string& task);
    // Rows of a split. Throws Error naming the file that is missing.
    std::int64_t rows(const SuiteName& suite, const std::string& task, const std::string& split);
    // For planRun().
    RowCounter counter(const SuiteName& suite);
    // Mean tokens of a prompt, cut at the limit; from a few hundred rows, read once per tokenizer. Throws
    // Error.
    double meanTokens(const SuiteName& suite, const std::string& task, const std::string& backbone,
                      std::int64_t sourceLimit);
    void forget(const SuiteName& suite);

  private:
    std::mutex m_mutex;
    std::map<std::pair<SuiteName, std::string>, std::shared_ptr<const TaskFacts>> m_facts;
    std::map<std::tuple<SuiteName, std::string, std::string>, std::vector<std::int64_t>> m_lengths;
};

// Rendered rows and token lengths of one task; blocking.
struct TaskSample {
    struct Row {
        QString prompt;
        QString label;
        bool inOptions = true;
    };
    std::vector<Row> rows;              // the first training rows
    std::vector<std::int64_t> lengths;  // tokens of each looked-at prompt
    std::int64_t limit = 0;             // the cut
    std::int64_t cut = 0;               // how many are longer
};
// At most `most` rows are tokenised, spread evenly over the training rows. Throws Error.
TaskSample sampleTask(const SuiteName& suite, const std::string& task, const std::string& backbone,
                      std::int64_t sourceLimit, std::size_t most = 2000);

}  // namespace jumplora
