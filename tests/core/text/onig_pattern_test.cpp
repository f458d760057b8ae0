// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"
#include "text/regex.h"

#include <gtest/gtest.h>

namespace jumplora {
namespace {

std::vector<std::string> matches(const std::string& pattern, const std::string& text) {
    std::vector<std::string> found;
    for (const auto& [begin, end] : Regex(pattern, "test").findAll(text))
        found.push_back(text.substr(begin, end - begin));
    return found;
}

using Found = std::vector<std::string>;

TEST(OnigPatternTest, ClassesMeanWhatTheyMeanInOniguruma) {
    EXPECT_EQ(matches(R"(\s)",
                      "a\xE1\xA0\x8E\xC2\x85"
                      "b"),
              (Found{"\xC2\x85"}))
        << "U+180E is no white space";
    EXPECT_EQ(matches(R"(\h+)", "xfF9g"), (Found{"fF9"})) << "hexadecimal digits";
    EXPECT_EQ(matches(R"(\w+)", "a\xCC\x81_-\xC2\xB2"), (Found{"a\xCC\x81_", "\xC2\xB2"}));
    EXPECT_EQ(matches(R"([\s\p{N}-]+)", "a- 1b"), (Found{"- 1"}));
    EXPECT_EQ(matches(R"([^[:alpha:]\s]+)", "ab.1 c"), (Found{".1"}));
    EXPECT_EQ(matches(R"(\p{^L}+)", "ab12"), (Found{"12"}));
    EXPECT_EQ(matches(R"(\p{Han}+)", "\xE6\x97\xA5x\xE3\x80\x81"), (Found{"\xE6\x97\xA5"}));
    EXPECT_EQ(matches(R"(\p{L}+)", "\xF0\xB1\x8D\x90"), (Found{"\xF0\xB1\x8D\x90"}))
        << "a letter of Unicode 15";
    for (const char* script : {"Cyrillic", "Arabic", "Katakana", "Hiragana", "Devanagari"})
        EXPECT_EQ(
            matches(fmt::format(R"(\p{{{}}})", script), "\U0001E030\U00010EFD\U0001B155\U0001B132\U00011B00")
                .size(),
            1U)
            << script << " has characters of Unicode 15 or 16";
}

TEST(OnigPatternTest, ClassesInBrackets) {
    EXPECT_EQ(matches(R"([\w]+)", "a\u00B2b\u00BC"), (Found{"a", "b"})) << "narrower than outside brackets";
    EXPECT_EQ(matches(R"([^\w\s]+)", "a\u00B9-b"), (Found{"\u00B9-"}));
    EXPECT_EQ(matches(R"([^\S\n]+)", "a \t\n b"), (Found{" \t", " "}));
    EXPECT_EQ(matches(R"([^\W\d_]+)", "ab1_c-\u00E9"), (Found{"ab", "c", "\u00E9"}));
    EXPECT_EQ(matches(R"([a\P{L}-]+)", "bab-1\u4E2D"), (Found{"a", "-1"}));
    EXPECT_EQ(matches(R"([^a[^bc]]+)", "abacx"), (Found{"b", "c"}));
    EXPECT_EQ(matches(R"([\D\W]+)", "a1-"), (Found{"a", "-"}));
    EXPECT_EQ(matches(R"((?<=[^\S\n])b)", "b b\nb"), (Found{"b"}));
    EXPECT_EQ(matches(R"([\P{L}]+)", "a\U000323AF1"), (Found{"1"})) << "a letter of Unicode 15";
    EXPECT_EQ(matches(R"([^\P{L}\p{Lu}]+)", "aBc1"), (Found{"a", "c"}));
    EXPECT_EQ(matches(R"([[:^space:]]+)", "a b"), (Found{"a", "b"}));
    EXPECT_EQ(matches(R"([^[:^alpha:]a]+)", "bab1"), (Found{"b", "b"}));
    EXPECT_EQ(matches(R"([[:punct:]]|\p{Punct})", "$a!"), (Found{"$", "!"}));
    EXPECT_EQ(matches(R"(\p{Punct}|[[:cntrl:][:blank:]])", "$!\x1b\u00A0"), (Found{"!", "\x1b", "\u00A0"}));
    EXPECT_EQ(matches(R"(\p{XDigit}+|\p{ASCII})", "fG\u00E9"), (Found{"f", "G"}));
    EXPECT_EQ(matches(R"([^\W\P{L}]+)", "a1b"), (Found{"a", "b"}));
}

TEST(OnigPatternTest, AnchorsOptionsAndRepetitions) {
    EXPECT_EQ(matches("^.", "ab\ncd"), (Found{"a", "c"})) << "lines begin after each end";
    EXPECT_EQ(matches("(?m:.)+", "a\nb"), (Found{"a\nb"})) << "m is dot-all";
    EXPECT_EQ(matches("(?i:'S)", "it's"), (Found{"'s"}));
    EXPECT_EQ(matches("x{,2}y", "xxxy"), (Found{"xxy"}));
    EXPECT_EQ(matches("a{x", "a{x"), (Found{"a{x"}));
    EXPECT_EQ(matches("a*", "baa"), (Found{"", "aa"})) << "no empty match behind a match";
    EXPECT_EQ(matches(R"(\s+(?!\S))", "a   b"), (Found{"  "}));
}

TEST(OnigPatternTest, RefusesWhatHasNoEqual) {
    for (const char* pattern : {"[a&&b]", R"(\X)", R"(\Ra)", "[a[^\\Sb]]", R"(\1)", "a{2}?", "a**", "(?~a)",
                                R"(\K)", R"(\p{InGreek})"})
        EXPECT_THROW(Regex(pattern, "test"), Error) << pattern;
    for (const char* pattern : {"(", ")", "[", "[]", "a\\", R"(\p{L)", "*a", "(?", R"(\x{110000})", "[z-a]"})
        EXPECT_THROW(Regex(pattern, "test"), Error) << pattern;
    EXPECT_THROW(Regex(std::string(100'000, 'a'), "test"), Error);
    EXPECT_THROW(Regex(std::string(5000, '('), "test"), Error);
}

}  // namespace
}  // namespace jumplora
