// SPDX-License-Identifier: Apache-2.0
#include "data/text_metrics.h"

#include <algorithm>
#include <map>
#include <string_view>

namespace jumplora {
namespace {

using Counts = std::map<std::string, int>;

Counts nGrams(const std::vector<std::string>& words, std::size_t n) {
    Counts counts;
    for (std::size_t i = 0; i + n <= words.size(); ++i) {
        std::string gram = words[i];
        for (std::size_t k = 1; k < n; ++k) gram += " " + words[i + k];
        ++counts[gram];
    }
    return counts;
}

int countOf(const Counts& counts, const std::string& gram) {
    const auto found = counts.find(gram);
    return found == counts.end() ? 0 : found->second;
}

double ratioOrOne(double part, std::size_t whole) {
    return whole == 0 ? 1 : part / static_cast<double>(whole);
}

double harmonicMean(double a, double b) { return a > 0 || b > 0 ? 2 * a * b / (a + b) : 0; }

struct Operations {
    double keep = 0;
    double remove = 0;
    double add = 0;
};

// Xu et al. 2016, section 4, with 0/0 = 1 and recall of kept n-grams over their counts.
Operations operations(const Counts& source, const Counts& output, const Counts& expected) {
    double keptGood = 0;
    double keptShare = 0;
    double removedShare = 0;
    std::size_t kept = 0;
    std::size_t keepable = 0;
    std::size_t removed = 0;
    for (const auto& [gram, count] : source) {
        const int inOutput = countOf(output, gram);
        const int inExpected = countOf(expected, gram);
        const int stayed = std::min(count, inOutput);
        const int good = std::min(stayed, inExpected);
        if (stayed > 0) {
            ++kept;
            keptShare += static_cast<double>(good) / stayed;
        }
        keptGood += good;
        keepable += static_cast<std::size_t>(std::min(count, inExpected));
        const int gone = count - stayed;
        if (gone > 0) {
            ++removed;
            removedShare += static_cast<double>(std::max(0, gone - inExpected)) / gone;
        }
    }
    const auto isNew = [&](const auto& entry) { return !source.contains(entry.first); };
    const auto added = static_cast<std::size_t>(std::count_if(output.begin(), output.end(), isNew));
    const auto wanted = static_cast<std::size_t>(std::count_if(expected.begin(), expected.end(), isNew));
    const auto rightlyAdded =
        static_cast<double>(std::count_if(output.begin(), output.end(), [&](const auto& entry) {
            return isNew(entry) && expected.contains(entry.first);
        }));
    Operations result;
    result.keep = harmonicMean(ratioOrOne(keptShare, kept), ratioOrOne(keptGood, keepable));
    result.remove = ratioOrOne(removedShare, removed);
    result.add = harmonicMean(ratioOrOne(rightlyAdded, added), ratioOrOne(rightlyAdded, wanted));
    return result;
}

void replaceAll(std::string& text, std::string_view from, std::string_view to) {
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
}

bool isDigit(char c) { return c >= '0' && c <= '9'; }

// Signs that 13a makes words of their own wherever they stand: { to ~, [ to `, space to &, ( to +, : to @, /.
bool isSign(char c) {
    return (c >= '{' && c <= '~') || (c >= '[' && c <= '`') || (c >= ' ' && c <= '&') ||
           (c >= '(' && c <= '+') || (c >= ':' && c <= '@') || c == '/';
}

// One pass of a regular expression of two characters over the text, left to right without overlap.
template <typename Matches>
std::string pass(const std::string& text, bool spaceBefore, bool spaceAfter, const Matches& matches) {
    std::string result;
    for (std::size_t i = 0; i < text.size();) {
        if (i + 1 >= text.size() || !matches(text[i], text[i + 1])) {
            result += text[i++];
            continue;
        }
        if (spaceBefore) result += ' ';
        result += text[i];
        result += ' ';
        result += text[i + 1];
        if (spaceAfter) result += ' ';
        i += 2;
    }
    return result;
}

}  // namespace

std::vector<std::string> words13a(const std::string& given) {
    std::string text = lowerCase(given);
    replaceAll(text, "<skipped>", "");
    replaceAll(text, "-\n", "");
    replaceAll(text, "\n", " ");
    if (text.find('&') != std::string::npos) {
        replaceAll(text, "&quot;", "\"");
        replaceAll(text, "&amp;", "&");
        replaceAll(text, "&lt;", "<");
        replaceAll(text, "&gt;", ">");
    }
    std::string line;
    for (const char c : " " + text + " ") line += isSign(c) ? std::string{' ', c, ' '} : std::string(1, c);
    const auto isPoint = [](char c) { return c == '.' || c == ','; };
    line = pass(line, false, true, [&](char a, char b) { return !isDigit(a) && isPoint(b); });
    line = pass(line, true, false, [&](char a, char b) { return isPoint(a) && !isDigit(b); });
    line = pass(line, false, true, [&](char a, char b) { return isDigit(a) && b == '-'; });
    return splitAtSpace(line);
}

double sari(const std::string& output, const std::string& expected, const std::string& source) {
    const auto words = [](const std::string& text) {
        auto result = words13a(text);
        if (result.empty()) result.emplace_back();
        return result;
    };
    const auto sourceWords = words(source);
    const auto outputWords = words(output);
    const auto expectedWords = words(expected);
    constexpr std::size_t kLongest = 4;
    double sum = 0;
    for (std::size_t n = 1; n <= kLongest; ++n) {
        const Operations o =
            operations(nGrams(sourceWords, n), nGrams(outputWords, n), nGrams(expectedWords, n));
        sum += o.keep + o.remove + o.add;
    }
    return sum / (3 * kLongest);
}

}  // namespace jumplora
