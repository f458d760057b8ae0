// SPDX-License-Identifier: Apache-2.0
#include "data/scoring.h"

#include <gtest/gtest.h>

namespace jumplora {
namespace {

TEST(ScoringTest, IgnoresCaseAndWhiteSpace) {
    EXPECT_TRUE(exactMatch("  Very\t Negative\n", "very negative"));
    EXPECT_TRUE(exactMatch("very\xC2\xA0\xE3\x80\x80negative\xE2\x80\xA8", "Very Negative"));
    EXPECT_FALSE(exactMatch("very negative.", "very negative"));
    EXPECT_FALSE(exactMatch("verynegative", "very negative"));
    EXPECT_FALSE(exactMatch("", "good"));
    EXPECT_TRUE(exactMatch(" ", ""));
}

TEST(ScoringTest, LowersAsciiLettersOnly) {
    EXPECT_EQ(normaliseAnswer("A\xC3\x84Z"), "a\xC3\x84z");
    EXPECT_EQ(normaliseAnswer(" \xE5\xA5\xBD  B "), "\xE5\xA5\xBD b");
}

TEST(ScoringTest, KnowsOptions) {
    const std::vector<std::string> options = {"World", "Science or Technology"};
    EXPECT_TRUE(isOption("science  OR technology", options));
    EXPECT_FALSE(isOption("science", options));
    EXPECT_FALSE(isOption("-", options));
}

}  // namespace
}  // namespace jumplora
