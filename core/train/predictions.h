// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace jumplora {

struct Prediction {
    std::string input;
    std::string expected;
    std::string output;
    bool correct = false;
    bool withinOptions = false;
};

struct Score {
    std::int64_t correct = 0;
    std::int64_t total = 0;
    std::int64_t withinOptions = 0;  // answers that are one of the options
};
Score scoreOf(const std::vector<Prediction>& predictions);

// One JSON object a line: {"input", "expected", "output", "correct", "within_options"}.
void writePredictions(const std::filesystem::path& file, const std::vector<Prediction>& predictions);
std::vector<Prediction> readPredictions(const std::filesystem::path& file);

}  // namespace jumplora
