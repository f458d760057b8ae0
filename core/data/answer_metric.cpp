// SPDX-License-Identifier: Apache-2.0
#include "data/answer_metric.h"

#include "base/error.h"
#include "base/param.h"
#include "data/scoring.h"
#include "data/text_metrics.h"
#include "text/utf8.h"

#include <algorithm>

namespace jumplora {
namespace {

std::string_view trimmed(std::string_view text) {
    while (const std::size_t space = whiteSpaceLength(text)) text.remove_prefix(space);
    return text.substr(0, trimmedLength(text));
}

double exact(const std::string& output, const std::string& expected, const std::string& /*input*/) {
    return exactMatch(output, expected) ? 1 : 0;
}

double accuracy(const std::string& output, const std::string& expected, const std::string& /*input*/) {
    const std::string_view answer = trimmed(output);
    return !answer.empty() && answer == trimmed(expected) ? 1 : 0;
}

double rougeL(const std::string& output, const std::string& expected, const std::string& /*input*/) {
    return rougeLOfSets(output, expected);
}

double rougeLGoogle(const std::string& output, const std::string& expected, const std::string& /*input*/) {
    return rougeLOfWords(output, expected);
}

double rougeLCharacters(const std::string& output, const std::string& expected,
                        const std::string& /*input*/) {
    return rougeLOfCharacters(output, expected);
}

double similarity(const std::string& output, const std::string& expected, const std::string& /*input*/) {
    return editSimilarity(output, expected);
}

// "<STR_LIT:x>" is x, "<NUM_LIT>" is 0, a bare string or character literal is nothing.
std::string withoutPlaceholders(const std::string& code) {
    std::string result;
    for (std::size_t i = 0; i < code.size();) {
        const std::string_view rest = std::string_view(code).substr(i);
        const char* const kinds[] = {"<STR_LIT", "<NUM_LIT", "<CHAR_LIT"};
        const auto* kind = std::find_if(std::begin(kinds), std::end(kinds),
                                        [&](const char* k) { return rest.starts_with(k); });
        const std::size_t name = kind == std::end(kinds) ? 0 : std::string_view(*kind).size();
        const std::size_t close = name == 0 ? std::string::npos : rest.find('>', name);
        if (close == std::string::npos || (rest[name] != ':' && close != name)) {
            result += code[i++];
            continue;
        }
        if (rest[name] == ':') result += rest.substr(name + 1, close - name - 1);
        if (rest[name] != ':' && rest[1] == 'N') result += '0';
        i += close + 1;
    }
    return result;
}

}  // namespace

const std::vector<AnswerMetric>& answerMetrics() {
    static const std::vector<AnswerMetric> kMetrics = {
        {kExactMatch, "exact match",
         "1 when answer and label are equal after white space is collapsed and ASCII letters are lowered, as "
         "the "
         "JumpLoRA reference scores",
         exact},
        {"accuracy", "accuracy",
         "1 when answer and label are equal but for white space at their ends, as TRACE scores", accuracy},
        {"rouge_l", "ROUGE-L",
         "F of ROUGE-L on summary level over sets of words (Python package rouge 1.0.1), as TRACE scores",
         rougeL},
        {"rouge_l_google", "ROUGE-L (google)",
         "F of ROUGE-L on sentence level over words of a-z and 0-9 (Python package rouge-score 0.1.2, rougeL "
         "without stemming)",
         rougeLGoogle},
        {"rouge_l_characters", "ROUGE-L (characters)",
         "F of ROUGE-L on sentence level with every character as a word, for languages without spaces",
         rougeLCharacters},
        {"sari", "SARI",
         "SARI over n-grams up to 4 with the prompt as source (metric sari of Hugging Face evaluate, divided "
         "by "
         "100), as TRACE scores",
         sari},
        {"edit_similarity", "edit similarity",
         "twice the longest common subsequence over the sum of lengths, in characters, rounded to whole "
         "percent "
         "(fuzz.ratio of fuzzywuzzy with python-Levenshtein, divided by 100), as TRACE scores",
         similarity}};
    return kMetrics;
}

const AnswerMetric& answerMetric(const std::string& key, const std::string& where) {
    std::vector<std::string> known;
    for (const AnswerMetric& metric : answerMetrics()) {
        if (metric.key == key) return metric;
        known.push_back(metric.key);
    }
    const std::string near = nearestName(key, known);
    fail(ErrorKind::Input, "{}: \"{}\" is not a metric; known are {}{}", where, key, fmt::join(known, ", "),
         near.empty() ? std::string() : fmt::format("; did you mean \"{}\"?", near));
}

std::string answerMetricLabel(const std::string& key) {
    const auto& metrics = answerMetrics();
    const auto found = std::find_if(metrics.begin(), metrics.end(),
                                    [&](const AnswerMetric& metric) { return metric.key == key; });
    return found == metrics.end() ? key : found->label;
}

const std::vector<std::string>& answerParts() {
    static const std::vector<std::string> kParts = {"whole", "first_character", "first_line",
                                                    "code_literals"};
    return kParts;
}

std::string answerPart(const std::string& part, const std::string& text) {
    if (part == "code_literals") return withoutPlaceholders(text);
    if (part == "whole") return text;
    const std::string_view rest = trimmed(text);
    if (part == "first_line") return std::string(rest.substr(0, rest.find('\n')));
    return std::string(rest.empty() ? rest : rest.substr(0, utf8Length(rest.front())));
}

double scoreAnswer(const AnswerMetric& metric, const std::string& part, const std::string& output,
                   const std::string& expected, const std::string& input) {
    return metric.score(answerPart(part, output), answerPart(part, expected), input);
}

}  // namespace jumplora
