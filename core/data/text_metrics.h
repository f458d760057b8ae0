// SPDX-License-Identifier: Apache-2.0
#pragma once
// Internal to the data room: the metrics behind answer_metric.h. All give shares, 0 to 1, of UTF-8 texts.
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace jumplora {

// Length of the longest common subsequence; time |a|·|b|/64.
std::size_t commonSubsequence(const std::vector<char32_t>& a, const std::vector<char32_t>& b);

// F of ROUGE-L on summary level over sets of words, as the Python package rouge 1.0.1 computes it: sentences
// end at ".", words are what stands between white space. Called as TRACE does, with the label as hypothesis.
// Throws Error(Resource) for texts of more than 4·10⁹ word pairs.
double rougeLOfSets(const std::string& output, const std::string& expected);

// F of ROUGE-L on sentence level, as rouge_score 0.1.2 (rougeL, no stemming) computes it: words are runs of
// a-z and 0-9 of the lower-case text.
double rougeLOfWords(const std::string& output, const std::string& expected);

// The same with every character that is no white space as a word: for Chinese and Japanese.
double rougeLOfCharacters(const std::string& output, const std::string& expected);

// SARI of one row with one reference, as the metric "sari" of Hugging Face evaluate computes it (lower case,
// 13a words, n-grams up to 4), divided by 100.
double sari(const std::string& output, const std::string& expected, const std::string& source);

// fuzz.ratio of fuzzywuzzy 0.18 with python-Levenshtein, divided by 100: 2·common subsequence/(|a| + |b|) in
// characters, rounded to whole percent (halves to even).
double editSimilarity(const std::string& output, const std::string& expected);

// The words of sacrebleu's tokenizer 13a, in lower case.
std::vector<std::string> words13a(const std::string& text);

// Words between white space.
std::vector<std::string> splitAtSpace(std::string_view text);

// Lower case by Unicode's full mapping, character by character.
std::string lowerCase(const std::string& text);

std::vector<char32_t> codePoints(std::string_view text);

}  // namespace jumplora
