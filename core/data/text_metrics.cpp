// SPDX-License-Identifier: Apache-2.0
#include "data/text_metrics.h"

#include "base/error.h"
#include "text/unicode_forms.h"
#include "text/utf8.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <set>
#include <unordered_map>

namespace jumplora {
namespace {

using Words = std::vector<std::string>;

// Equal values get equal numbers.
template <typename Value>
class Numbering {
  public:
    std::int32_t of(const Value& value) {
        return m_numbers.try_emplace(value, static_cast<std::int32_t>(m_numbers.size())).first->second;
    }
    std::vector<std::int32_t> of(const std::vector<Value>& values) {
        std::vector<std::int32_t> numbers;
        numbers.reserve(values.size());
        for (const Value& value : values) numbers.push_back(of(value));
        return numbers;
    }
    [[nodiscard]] std::size_t size() const { return m_numbers.size(); }

  private:
    std::unordered_map<Value, std::int32_t> m_numbers;
};

// Hyyrö's bit-parallel algorithm, one block of 64 elements of `a` at a time.
std::size_t subsequenceOf(const std::vector<std::int32_t>& a, const std::vector<std::int32_t>& b,
                          std::size_t values) {
    constexpr std::size_t kBits = 64;
    std::vector<std::uint64_t> places(values, 0);
    std::vector<std::uint8_t> carry(b.size(), 0);
    std::size_t length = 0;
    for (std::size_t begin = 0; begin < a.size(); begin += kBits) {
        const std::size_t count = std::min(kBits, a.size() - begin);
        for (std::size_t i = 0; i < count; ++i)
            places[static_cast<std::size_t>(a[begin + i])] |= std::uint64_t{1} << i;
        std::uint64_t state = ~std::uint64_t{0};
        for (std::size_t j = 0; j < b.size(); ++j) {
            const std::uint64_t hits = state & places[static_cast<std::size_t>(b[j])];
            const std::uint64_t sum = state + hits;
            const std::uint64_t withCarry = sum + carry[j];
            carry[j] = static_cast<std::uint8_t>(sum < state || withCarry < sum);
            state = withCarry | (state & ~hits);
        }
        const std::uint64_t valid = count == kBits ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
        length += static_cast<std::size_t>(std::popcount(~state & valid));
        for (std::size_t i = 0; i < count; ++i) places[static_cast<std::size_t>(a[begin + i])] = 0;
    }
    return length;
}

// Sentences end at "."; each as its words, one empty word where there is only white space.
std::vector<Words> sentences(const std::string& text) {
    std::vector<Words> result;
    for (std::size_t begin = 0; begin <= text.size();) {
        const std::size_t end = std::min(text.find('.', begin), text.size());
        if (end > begin) {
            Words words = splitAtSpace(std::string_view(text).substr(begin, end - begin));
            if (words.empty()) words.emplace_back();
            result.push_back(std::move(words));
        }
        begin = end + 1;
    }
    return result;
}

// Adds the words of one longest common subsequence: of several, the one that is found going back from the
// ends, leaving out words of `b` first where both ways are equally long.
void addSubsequence(const std::vector<std::int32_t>& a, const std::vector<std::int32_t>& b,
                    std::set<std::int32_t>& found) {
    constexpr double kMostPairs = 4e9;
    const std::size_t width = b.size();
    if (static_cast<double>(a.size()) * static_cast<double>(width) > kMostPairs)
        fail(ErrorKind::Resource, "ROUGE-L of texts of {} and {} words would need too much memory", a.size(),
             width);
    enum : std::uint8_t { kBoth, kOfA, kOfB };
    std::vector<std::uint8_t> way(a.size() * width);
    std::vector<std::int32_t> above(width + 1, 0);
    std::vector<std::int32_t> row(width + 1, 0);
    for (std::size_t i = 0; i < a.size(); ++i) {
        for (std::size_t j = 0; j < width; ++j) {
            std::uint8_t& step = way[i * width + j];
            if (a[i] == b[j]) {
                step = kBoth;
                row[j + 1] = above[j] + 1;
            } else {
                step = above[j + 1] > row[j] ? kOfA : kOfB;
                row[j + 1] = std::max(above[j + 1], row[j]);
            }
        }
        std::swap(above, row);
    }
    for (std::size_t i = a.size(), j = width; i > 0 && j > 0;) {
        const std::uint8_t step = way[(i - 1) * width + j - 1];
        if (step == kBoth) found.insert(a[i - 1]);
        if (step != kOfB) --i;
        if (step != kOfA) --j;
    }
}

double fOfWords(const Words& output, const Words& expected) {
    if (output.empty() || expected.empty()) return 0;
    Numbering<std::string> numbers;
    const auto a = numbers.of(expected);
    const auto b = numbers.of(output);
    const auto common = static_cast<double>(subsequenceOf(a, b, numbers.size()));
    const double precision = common / static_cast<double>(output.size());
    const double recall = common / static_cast<double>(expected.size());
    return precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0;
}

}  // namespace

std::string lowerCase(const std::string& text) {
    return toLowerCase(AlignedText(repairUtf8(text), true)).text;
}

std::vector<char32_t> codePoints(std::string_view given) {
    const std::string text = repairUtf8(given);
    std::vector<char32_t> points;
    points.reserve(text.size());
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t length = utf8Length(text[i]);
        const auto lead = static_cast<unsigned char>(text[i]);
        char32_t point = length == 1 ? lead : lead & (0xFFU >> (length + 1));
        for (std::size_t k = 1; k < length; ++k)
            point = (point << 6U) | (static_cast<unsigned char>(text[i + k]) & 0x3FU);
        points.push_back(point);
        i += length;
    }
    return points;
}

std::vector<std::string> splitAtSpace(std::string_view text) {
    std::vector<std::string> words;
    std::string word;
    for (std::size_t i = 0; i < text.size();) {
        // Python's split() counts the four separators of ASCII too.
        const bool separator = text[i] >= '\x1C' && text[i] <= '\x1F';
        const std::size_t space = separator ? 1 : whiteSpaceLength(text.substr(i));
        if (space == 0) {
            word += text[i++];
            continue;
        }
        i += space;
        if (!word.empty()) words.push_back(std::move(word));
        word.clear();
    }
    if (!word.empty()) words.push_back(std::move(word));
    return words;
}

std::size_t commonSubsequence(const std::vector<char32_t>& a, const std::vector<char32_t>& b) {
    Numbering<char32_t> numbers;
    const auto first = numbers.of(a);
    const auto second = numbers.of(b);
    return subsequenceOf(first, second, numbers.size());
}

double rougeLOfSets(const std::string& output, const std::string& expected) {
    if (output.empty() || expected.empty()) return 0;
    Numbering<std::string> numbers;
    const auto numbered = [&](const std::string& text, std::set<std::int32_t>& distinct) {
        std::vector<std::vector<std::int32_t>> result;
        for (const Words& words : sentences(text)) {
            result.push_back(numbers.of(words));
            distinct.insert(result.back().begin(), result.back().end());
        }
        return result;
    };
    std::set<std::int32_t> outputWords;
    std::set<std::int32_t> expectedWords;
    const auto outputSentences = numbered(output, outputWords);
    const auto expectedSentences = numbered(expected, expectedWords);
    if (outputSentences.empty() || expectedSentences.empty()) return 0;
    std::set<std::int32_t> common;
    for (const auto& reference : outputSentences)
        for (const auto& hypothesis : expectedSentences) addSubsequence(reference, hypothesis, common);
    const double recall = static_cast<double>(common.size()) / static_cast<double>(outputWords.size());
    const double precision = static_cast<double>(common.size()) / static_cast<double>(expectedWords.size());
    return 2.0 * ((precision * recall) / (precision + recall + 1e-8));
}

double rougeLOfWords(const std::string& output, const std::string& expected) {
    const auto words = [](const std::string& text) {
        std::string plain = lowerCase(text);
        for (char& c : plain)
            if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9')) c = ' ';
        return splitAtSpace(plain);
    };
    return fOfWords(words(output), words(expected));
}

double rougeLOfCharacters(const std::string& output, const std::string& expected) {
    const auto characters = [](const std::string& text) {
        Words result;
        for (const std::string& word : splitAtSpace(repairUtf8(text)))
            for (std::size_t i = 0; i < word.size(); i += utf8Length(word[i]))
                result.push_back(word.substr(i, utf8Length(word[i])));
        return result;
    };
    return fOfWords(characters(output), characters(expected));
}

double editSimilarity(const std::string& output, const std::string& expected) {
    if (output == expected) return 1;
    const auto a = codePoints(output);
    const auto b = codePoints(expected);
    if (a.empty() || b.empty()) return 0;
    const std::size_t both = a.size() + b.size();
    const std::size_t distance = both - 2 * commonSubsequence(a, b);
    const double ratio = 1.0 - static_cast<double>(distance) / static_cast<double>(both);
    return std::nearbyint(100 * ratio) / 100;
}

}  // namespace jumplora
