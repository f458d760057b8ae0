// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace jumplora {

// How one answer is scored against its label. Values are shares, 0 to 1; a task's score is their mean.
struct AnswerMetric {
    std::string key;         // as task files and result files write it
    std::string label;       // as a heading shows it
    std::string definition;  // one sentence, with the published implementation it equals
    double (*score)(const std::string& output, const std::string& expected, const std::string& input);
};

inline constexpr const char* kExactMatch = "exact_match";

// exact_match, accuracy, rouge_l, rouge_l_google, rouge_l_characters, sari, edit_similarity.
const std::vector<AnswerMetric>& answerMetrics();
// Throws Error(Input) with `where`, the known keys and the nearest one.
const AnswerMetric& answerMetric(const std::string& key, const std::string& where);
// Heading of a metric; the key itself for one that is not known here (a newer program's file).
std::string answerMetricLabel(const std::string& key);

// Which part of answer and label is compared: "whole", "first_character", "first_line", "code_literals".
const std::vector<std::string>& answerParts();
// first_character: of the text without white space at its start; code_literals: Py150's placeholders
// replaced by what they stand for (<STR_LIT:x> by x, <NUM_LIT> by 0), as TRACE evaluates it.
std::string answerPart(const std::string& part, const std::string& text);

// Both cut to `part`, then scored. `input` is the prompt (SARI's source).
double scoreAnswer(const AnswerMetric& metric, const std::string& part, const std::string& output,
                   const std::string& expected, const std::string& input);

}  // namespace jumplora
