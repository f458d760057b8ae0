// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "data/task.h"
#include "text/tokenizer.h"

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace jumplora {

struct TaskCheckOptions {
    const Tokenizer* tokenizer = nullptr;  // lengths in tokens; without one in characters, and nothing is cut
    std::int64_t maxSourceLength = 512;
    std::int64_t maxTargetLength = 8;  // where the task says nothing else
};

// Lengths over the rows of a split: smallest, half, nine of ten, 99 of 100 are not longer, longest.
struct LengthQuantiles {
    std::int64_t minimum = 0, median = 0, q90 = 0, q99 = 0, maximum = 0;
};

struct SplitCheck {
    Split split = Split::Train;
    std::string problem;  // why it cannot be read; the rest is then empty
    std::int64_t rows = 0;
    std::int64_t distinctLabels = 0;
    std::vector<std::pair<std::string, std::int64_t>> labels;         // most frequent first, at most 50
    std::int64_t outside = 0;                                         // rows whose label is no option
    std::vector<std::pair<std::string, std::int64_t>> outsideLabels;  // at most 10
    std::int64_t emptyLabels = 0;
    std::int64_t repeated = 0;     // rows whose prompt stands in an earlier row of the split
    std::int64_t conflicting = 0;  // of these, with another label
    LengthQuantiles promptLengths;
    LengthQuantiles labelLengths;
    std::int64_t promptsCut = 0;  // rows longer than maxSourceLength
    std::int64_t labelsCut = 0;
    double tokensCut = 0;  // share of all prompt tokens that is cut off
};

// Prompts of one split that another has too, case and white space aside.
struct SharedRows {
    Split first = Split::Train, second = Split::Test;
    std::int64_t rows = 0;  // of the second split
};

struct TaskCheck {
    std::string name;
    std::string metric;
    std::vector<std::string> options;
    std::array<SplitCheck, 3> splits;  // train, dev, test
    std::vector<SharedRows> shared;    // train/test, train/dev, dev/test, only those with rows
};

struct CheckFinding {
    bool error = false;  // without it a run is possible, but its numbers may not mean what they seem to
    std::string task;
    std::string message;
};

struct SuiteCheck {
    std::string lengthUnit;  // tokens, characters
    TaskCheckOptions options;
    std::vector<TaskCheck> tasks;
    std::vector<CheckFinding> findings;
    [[nodiscard]] bool hasErrors() const;
};

// Reads every row of every split. Damage is a finding, never an exception; `progress` gets the name of each
// task before it is read.
SuiteCheck checkSuite(const Suite& suite, const TaskCheckOptions& options,
                      const std::function<void(const std::string&)>& progress = {});

Json toJson(const SuiteCheck& check);

}  // namespace jumplora
