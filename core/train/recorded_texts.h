// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "data/task.h"
#include "model/backbone.h"
#include "text/tokenizer.h"
#include "train/recorded_run.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace jumplora {

// The task files and the tokenizer that a recorded run was made with: its ids have to come out of them, and
// its answers are scored by them.
class RecordedTexts {
  public:
    // Nothing, with a note in the report, when the folders are not there.
    static std::unique_ptr<RecordedTexts> open(const RecordedRun& run, VerifyReport& report);
    // Ids of every recorded training row of task `number` (from 1) against its row of the training file.
    void compareTraining(const RecordedTask& recorded, std::int64_t number, VerifyReport& report) const;
    // The same for the rows that a seen task is evaluated on, when they are the whole test file.
    void compareEvaluation(const std::vector<TokenRow>& rows, std::int64_t seen, VerifyReport& report) const;
    // Share of right answers on task `seen`; nothing when the rows are not the whole test file.
    [[nodiscard]] std::optional<double> accuracy(const std::vector<std::vector<std::int32_t>>& answers,
                                                 std::int64_t seen) const;

  private:
    RecordedTexts() = default;
    [[nodiscard]] const std::vector<Example>& examples(Split split, std::int64_t number) const;

    std::unique_ptr<Suite> m_suite;
    std::unique_ptr<Tokenizer> m_tokenizer;
    std::vector<std::vector<Example>> m_train, m_test;  // by task
    std::int64_t m_maxSource = 0;
    std::int64_t m_maxTarget = 0;
};

}  // namespace jumplora
