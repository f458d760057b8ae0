// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "data/task.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace jumplora {

struct Prediction {
    std::string input;
    std::string expected;
    std::string output;
    bool correct = false;  // equal to what was expected
    bool withinOptions = false;
    double score = 0;  // by the task's metric, 0 to 1
};

struct Score {
    std::int64_t correct = 0;
    std::int64_t total = 0;
    std::int64_t withinOptions = 0;  // answers that are one of the options
    double sum = 0;                  // of the rows' scores
    [[nodiscard]] double mean() const { return total > 0 ? sum / static_cast<double>(total) : 0; }
};
Score scoreOf(const std::vector<Prediction>& predictions);
// Fills in what follows from the three texts. Without options every answer counts as one of them.
void scorePrediction(const TaskInfo& task, Prediction& prediction);

// One JSON object a line: {"input", "expected", "output", "correct", "within_options"}, with "score" where it
// is not 1 for a correct and 0 for a wrong answer.
void writePredictions(const std::filesystem::path& file, const std::vector<Prediction>& predictions);
std::vector<Prediction> readPredictions(const std::filesystem::path& file);

}  // namespace jumplora
