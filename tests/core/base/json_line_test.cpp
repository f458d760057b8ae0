// SPDX-License-Identifier: Apache-2.0
#include "base/json_line.h"

#include "base/error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jumplora {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::string problemOf(std::string_view line, std::size_t number) {
    try {
        parseJsonLine(line, number, "rows.jsonl");
    } catch (const Error& e) {
        EXPECT_EQ(e.kind(), ErrorKind::Format);
        return e.what();
    }
    return "";
}

TEST(JsonLines, ErrorsNameTheLineOfTheFile) {
    EXPECT_EQ(parseJsonLine(R"({"a": 1})", 7, "rows.jsonl")["a"], 1);
    EXPECT_THAT(problemOf(R"({"a": })", 7), HasSubstr("rows.jsonl: line 7, column 7"));
}

TEST(JsonLines, HalvesOfCharactersAreRefusedByName) {
    for (const char* text :
         {R"({"text": "a\ud800b"})", R"({"text": "\udc00"})", R"({"text": "\ud83d\ud83d"})"})
        EXPECT_THAT(problemOf(text, 3), AllOf(HasSubstr("rows.jsonl: line 3"), HasSubstr("surrogate")))
            << text;
    EXPECT_EQ(parseJsonLine(R"("\ud83d\ude00")", 1, "rows.jsonl"), "\xF0\x9F\x98\x80");
}

TEST(JsonLines, NoReaderSeesMoreLinesThanOne) {
    const Json json = {{"text",
                        "a\xC2\x85"
                        "b\xE2\x80\xA8"
                        "c\xE2\x80\xA9\xE2\x80\xA7\n\xC3\x85"}};
    const std::string line = toJsonLine(json);
    EXPECT_EQ(line, "{\"text\":\"a\\u0085b\\u2028c\\u2029\xE2\x80\xA7\\n\xC3\x85\"}\n");
    EXPECT_EQ(parseJson(line, "line"), json);
}

}  // namespace
}  // namespace jumplora
