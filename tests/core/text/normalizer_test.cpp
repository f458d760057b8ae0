// SPDX-License-Identifier: Apache-2.0
// Normalizers whose tables are of another age than those of the system's libraries.
#include "text/normalizer.h"

#include <gtest/gtest.h>

namespace jumplora {
namespace {

std::string normalised(const char* type, const std::string& text) {
    AlignedText aligned(text, true);
    readNormalizer({{"type", type}}, "normalizer")->apply(aligned);
    return aligned.text;
}

TEST(Normalizers, StripAccentsKnowsTheMarksOfUnicode9) {
    // A combining acute, a Devanagari vowel sign, and the first and last mark of the table.
    EXPECT_EQ(normalised("StripAccents", "e\u0301\u093E\u0300x\U000E01EF"), "ex");
    EXPECT_EQ(normalised("StripAccents", "a\u1CF2\u1CF3"), "a");
    // Marks since Unicode 11, 14 and 15.
    for (const std::string young : {"a\u07FD", "a\u0898", "a\U00010EFD"})
        EXPECT_EQ(normalised("StripAccents", young), young);
    EXPECT_EQ(normalised("StripAccents", "\u00E9 \u0489"), "\u00E9 ");
}

TEST(Normalizers, LowercaseKnowsTheCapitalsOfUnicode17) {
    EXPECT_EQ(normalised("Lowercase", "\u1C89\uA7CB\uA7CC\uA7CE\uA7D2\uA7D4\uA7DA\uA7DC"),
              "\u1C8A\u0264\uA7CD\uA7CF\uA7D3\uA7D5\uA7DB\u019B");
    EXPECT_EQ(normalised("Lowercase", "\U00010D50\U00010D65\U00016EA0\U00016EB8"),
              "\U00010D70\U00010D85\U00016EBB\U00016ED3");
    EXPECT_EQ(normalised("Lowercase", "\uA7CD\uA7D3\u0130\u1E9E\u03A3"), "\uA7CD\uA7D3i\u0307\u00DF\u03C3");
}

}  // namespace
}  // namespace jumplora
