// SPDX-License-Identifier: Apache-2.0
#include "data/answer_metric.h"

#include "data/text_metrics.h"
#include "support/errors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jumplora {
namespace {

using ::testing::ElementsAre;

// What the published implementations give for these strings: rouge 1.0.1 (label as hypothesis, as TRACE calls
// it), rouge-score 0.1.2 (rougeL), the metric sari of Hugging Face evaluate with sacrebleu 2.6, fuzzywuzzy
// 0.18 with python-Levenshtein 0.27.
struct Row {
    const char* output;
    const char* expected;
    const char* input;
    double rouge;
    double google;
    double sari;
    double similarity;
};
const Row kRows[] = {
    {"the cat sat on the mat", "the cat is on the mat", "the black cat was sitting on the old mat",
     0.7999999950000002, 0.8333333333333334, 0.7291666666666666, 0.93},
    {"The council passed the bill. It takes effect in May.",
     "The bill was passed by the council. It will take effect in May. ",
     "Council Bill 119, relating to fees, was passed by the council; it takes effect on 1 May 2019.",
     0.5833333284722223, 0.608695652173913, 0.4849450013923698, 0.76},
    {"", "a label", "a source", 0.0, 0.0, 0.7083333333333334, 0.0},
    {"An answer", "", "A source", 0.0, 0.0, 0.8333333333333334, 0.0},
    {"same text.", "same text.", "some longer text.", 0.999999995, 1.0, 1.0, 1.0},
    {"...", "a. b. c", "x", 0.0, 0.0, 0.7000000000000001, 0.4},
    {"Der Täter ÄUSSERTE Bedenken, ob er 1'300 Franken zahlen müsse.",
     "Der Täter äusserte Bedenken. Er muss 1300 Franken zahlen.",
     "Dieses äussert Bedenken, ob M. aufgrund seines Cannabiskonsums verkehrstauglich sei – er muss 1300.50 "
     "Franken zahlen.",
     0.42105262659279785, 0.6956521739130435, 0.5920605742296918, 0.71},
    {"他支持这个政策，因为它有用", "他不支持这个政策", "他对这个政策的态度是什么", 0.0, 0.0,
     0.9166666666666666, 0.67},
    {"if x == '' : return self . y", "if x == 'a' : return self . _y ( 0 )",
     "def f ( x ) :", 0.6315789424930748, 0.8333333333333333, 0.7570286195286196, 0.88},
    {"a b a b c a", "a a b b c c", "a b c a b c", 0.999999995, 0.6666666666666666, 0.3813131313131313, 0.73},
    {"It is 3.14, not 2-1; \"quoted\" & <b>bold</b> e.g. U.S.A.",
     "It is 3,14 - not 2 - 1 &quot;quoted&quot; &amp; bold", "It is 3.14-ish, (not) 2/1!",
     0.24999999513888896, 0.6428571428571429, 0.6261583445793972, 0.58},
    {"one\ntwo\tthree  four five", "one two three. four. five six", "one two-\nthree four",
     0.9090909041322315, 0.9090909090909091, 0.7779882154882154, 0.79},
    {"abcd", "bcda", "dcba", 0.0, 0.0, 0.9166666666666666, 0.75},
    {"12345678", "1234567x", "0", 0.0, 0.0, 0.9166666666666666, 0.88},
    {"x y z . q", "q z y x", "x q", 0.4999999950000001, 0.25, 0.7333333333333334, 0.5},
};

double scoreOf(const char* metric, const Row& row) {
    return scoreAnswer(answerMetric(metric, "test"), "whole", row.output, row.expected, row.input);
}

TEST(AnswerMetricTest, EqualsPublishedImplementations) {
    for (const Row& row : kRows) {
        EXPECT_NEAR(scoreOf("rouge_l", row), row.rouge, 1e-12) << row.output << " / " << row.expected;
        EXPECT_NEAR(scoreOf("rouge_l_google", row), row.google, 1e-12) << row.output << " / " << row.expected;
        EXPECT_NEAR(scoreOf("sari", row), row.sari, 1e-12) << row.output << " / " << row.expected;
        EXPECT_DOUBLE_EQ(scoreOf("edit_similarity", row), row.similarity)
            << row.output << " / " << row.expected;
    }
}

TEST(AnswerMetricTest, AccuracyTakesWhiteSpaceAtTheEndsOnly) {
    const AnswerMetric& accuracy = answerMetric("accuracy", "test");
    EXPECT_EQ(scoreAnswer(accuracy, "whole", " B\n", "B", ""), 1);
    EXPECT_EQ(scoreAnswer(accuracy, "whole", "b", "B", ""), 0);
    EXPECT_EQ(scoreAnswer(accuracy, "whole", "6.0", "6", ""), 0);
    EXPECT_EQ(scoreAnswer(accuracy, "whole", "", "", ""), 0) << "an empty answer is never right";
    EXPECT_EQ(scoreAnswer(answerMetric("exact_match", "test"), "whole", "b ", "B", ""), 1);
}

TEST(AnswerMetricTest, ComparesPartsOfAnswers) {
    EXPECT_EQ(answerPart("first_character", "  B\nBecause"), "B");
    EXPECT_EQ(answerPart("first_character", "支持"), "支");
    EXPECT_EQ(answerPart("first_character", " \n"), "");
    EXPECT_EQ(answerPart("first_line", "\n one two \nthree"), "one two ");
    EXPECT_EQ(answerPart("whole", " as it is\n"), " as it is\n");
    EXPECT_EQ(
        answerPart("code_literals",
                   "f ( <STR_LIT> , <STR_LIT:a b> , <NUM_LIT> , <NUM_LIT:42> , <CHAR_LIT:c> , <CHAR_LIT> )"),
        "f (  , a b , 0 , 42 , c ,  )");
    EXPECT_EQ(answerPart("code_literals", "<EOL> <STR_LIT <STR_LITx> <NUM_LIT:"),
              "<EOL> <STR_LIT <STR_LITx> <NUM_LIT:");
}

TEST(AnswerMetricTest, CharactersStandForWordsInChinese) {
    const AnswerMetric& metric = answerMetric("rouge_l_characters", "test");
    // 10 of 12 and of 8 characters: a common subsequence of 7.
    EXPECT_DOUBLE_EQ(scoreAnswer(metric, "whole", "他支持这个政策，因为它有用", "他不支持这个政策", ""),
                     2 * 7.0 / (13 + 8));
    EXPECT_DOUBLE_EQ(scoreAnswer(metric, "whole", "", "他", ""), 0);
}

TEST(AnswerMetricTest, UnknownMetricNamesTheNearest) {
    testing::expectError(ErrorKind::Input, {"task 1: \"rogue_l\"", "did you mean \"rouge_l\""},
                         [] { answerMetric("rogue_l", "task 1"); });
    EXPECT_EQ(answerMetricLabel("sari"), "SARI");
    EXPECT_EQ(answerMetricLabel("of_tomorrow"), "of_tomorrow");
}

TEST(TextMetricsTest, CommonSubsequenceOverBlockBorders) {
    std::vector<char32_t> a;
    std::vector<char32_t> b;
    for (char32_t i = 0; i < 200; ++i) {
        a.push_back(i % 7);
        if (i % 3 != 0) b.push_back(i % 7);
    }
    // A plain table.
    std::vector<std::vector<std::size_t>> table(a.size() + 1, std::vector<std::size_t>(b.size() + 1, 0));
    for (std::size_t i = 1; i <= a.size(); ++i)
        for (std::size_t j = 1; j <= b.size(); ++j)
            table[i][j] =
                a[i - 1] == b[j - 1] ? table[i - 1][j - 1] + 1 : std::max(table[i - 1][j], table[i][j - 1]);
    EXPECT_EQ(commonSubsequence(a, b), table.back().back());
    EXPECT_EQ(commonSubsequence(b, a), table.back().back());
    EXPECT_EQ(commonSubsequence(a, a), a.size());
    EXPECT_EQ(commonSubsequence(a, {}), 0U);
}

TEST(TextMetricsTest, LowersBeyondAscii) {
    EXPECT_EQ(lowerCase("ÄÖÜ ẞ ΑΒΓ ЖД ABC"), "äöü ß αβγ жд abc");
    EXPECT_EQ(lowerCase("a\xFF"), "a\xEF\xBF\xBD") << "damage is replaced";
    EXPECT_EQ(codePoints("aä支😀"), (std::vector<char32_t>{U'a', U'ä', U'支', U'😀'}));
}

TEST(TextMetricsTest, Words13a) {
    EXPECT_THAT(words13a("It's 3.14-ish, e.g. (not) 2-1!"),
                ElementsAre("it's", "3.14", "-", "ish", ",", "e", ".", "g", ".", "(", "not", ")", "2", "-",
                            "1", "!"));
}

}  // namespace
}  // namespace jumplora
