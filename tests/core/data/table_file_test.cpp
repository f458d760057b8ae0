// SPDX-License-Identifier: Apache-2.0
#include "data/table_file.h"

#include "base/error.h"
#include "base/random.h"
#include "support/shared_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace jumplora {
namespace {

using ::testing::HasSubstr;

class TableFileTest : public ::testing::Test {
  protected:
    jumplora::testing::TemporaryFolder m_folder;

    std::vector<TextLabel> read(const std::string& name, const std::string& content,
                                const std::string& text = "sentence", const std::string& label = "label") {
        std::ofstream(m_folder.path() / name, std::ios::binary) << content;
        return readTable(m_folder.path() / name, text, label);
    }

    std::string errorOf(const std::string& name, const std::string& content) {
        try {
            read(name, content);
        } catch (const Error& e) {
            EXPECT_EQ(e.kind(), ErrorKind::Format);
            return e.what();
        }
        return "no error";
    }
};

TEST_F(TableFileTest, ReadsJsonLists) {
    const auto rows =
        read("a.json", R"([{"sentence":"x \"y\"","label":"A"},{"label":7,"sentence":"z","n":1}])");
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].text, "x \"y\"");
    EXPECT_EQ(rows[1].label, "7");
}

TEST_F(TableFileTest, ReadsListsInsideAnObject) {
    EXPECT_EQ(read("a.json", R"({"Instances":[{"sentence":"x","label":"A"}]})").size(), 1U);
    EXPECT_EQ(read("b.json", R"({"data":[{"prompt":"x","answer":"A"}]})", "prompt", "answer").size(), 1U);
}

TEST_F(TableFileTest, ReadsJsonLines) {
    const auto rows =
        read("a.jsonl", "{\"sentence\":\"a\",\"label\":\"A\"}\r\n\n{\"sentence\":\"b\",\"label\":true}");
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].text, "a");
    EXPECT_EQ(rows[1].label, "true");
}

TEST_F(TableFileTest, ReadsQuotedCsv) {
    const auto rows = read("a.csv",
                           "\xEF\xBB\xBFid,label,sentence\r\n"
                           "1,A,\"one, \"\"two\"\"\nthree\"\r\n"
                           "\r\n"
                           "2,,plain \"word\"\r\n");
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].text, "one, \"two\"\nthree");
    EXPECT_EQ(rows[0].label, "A");
    EXPECT_EQ(rows[1].text, "plain \"word\"");
    EXPECT_EQ(rows[1].label, "");
}

TEST_F(TableFileTest, ReadsTsvWithoutAFinalLineEnd) {
    const auto rows = read("a.tsv", "sentence\tlabel\na, b\tB");
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(rows[0].text, "a, b");
    EXPECT_EQ(rows[0].label, "B");
}

TEST_F(TableFileTest, NamesThePlaceOfDamage) {
    EXPECT_THAT(errorOf("a.json", "[{\"sentence\":\"x\",\n \"label\" 1}]"),
                HasSubstr("a.json: line 2, column 10"));
    EXPECT_THAT(errorOf("a.jsonl", "{\"sentence\":\"x\",\"label\":\"A\"}\n{\"sentence\" 1}\n"),
                HasSubstr("a.jsonl: line 2, column 13"));
    EXPECT_THAT(errorOf("a.csv", "sentence,label\nx,\"A\ny,B\n"), HasSubstr("a.csv: line 2, field 2"));
    EXPECT_THAT(errorOf("b.csv", "sentence,label\n\"x\" y,A\n"), HasSubstr("b.csv: line 2, field 1"));
    EXPECT_THAT(errorOf("c.csv", "sentence,label\nx,A\n1,2,3\n"), HasSubstr("c.csv: line 3: 3 fields"));
    EXPECT_THAT(errorOf("d.csv", "sentence,label\nab\xFFzz,A\n"),
                HasSubstr("d.csv: line 2, column 3: not UTF-8"));
    EXPECT_THAT(errorOf("d.json", "[{\"sentence\":\"\xC3\",\"label\":\"A\"}]"),
                HasSubstr("d.json: line 1, column 15"));
}

TEST_F(TableFileTest, NamesTheColumnsThatExist) {
    EXPECT_THAT(errorOf("a.json", R"([{"sentence":"x","label":"A"},{"text":"x","label":"A"}])"),
                HasSubstr("row 2: has no column \"sentence\"; it has text, label"));
    EXPECT_THAT(errorOf("a.csv", "text,label\nx,A\n"),
                HasSubstr("has no column \"sentence\"; it has text, label"));
    EXPECT_THAT(errorOf("a.csv", ""), HasSubstr("is empty"));
    EXPECT_THAT(errorOf("b.json", R"([{"sentence":null,"label":"A"}])"), HasSubstr("column \"sentence\""));
    EXPECT_THAT(errorOf("c.json", "\"text\""), HasSubstr("expected a list of rows, found a string"));
    EXPECT_THAT(errorOf("d.json", "[1]"), HasSubstr("row 1: expected an object, found an integer"));
}

TEST_F(TableFileTest, MissingFilesAreIoErrors) {
    try {
        readTable(m_folder.path() / "absent.json", "sentence", "label");
        FAIL();
    } catch (const Error& e) {
        EXPECT_EQ(e.kind(), ErrorKind::Io);
        EXPECT_THAT(e.what(), HasSubstr("absent.json"));
    }
}

// Whatever the bytes are: rows or a typed error.
TEST_F(TableFileTest, DamagedFilesGiveTypedErrors) {
    const std::string json =
        R"([{"sentence":"a first text","label":"A"},{"sentence":"zw\u00f6lf","label":"B"}])";
    const std::string lines = "{\"sentence\":\"a\",\"label\":\"A\"}\n{\"sentence\":\"b\",\"label\":\"B\"}\n";
    const std::string csv = "sentence,label\n\"a, \"\"b\"\"\",A\nplain,B\n";
    Rng rng(deriveSeed(1, "hostile tables"));
    int refused = 0;
    const std::pair<const char*, const std::string*> kinds[] = {
        {"m.json", &json}, {"m.jsonl", &lines}, {"m.csv", &csv}};
    for (int i = 0; i < 600; ++i) {
        const auto& [name, good] = kinds[i % 3];
        std::string bad = *good;
        for (std::uint64_t k = 0; k <= rng.below(3); ++k) {
            const std::size_t at = rng.below(bad.size());
            if (rng.chance(0.2)) {
                bad.resize(at + 1);
            } else {
                bad[at] ^= static_cast<char>(1 + rng.below(255));
            }
        }
        try {
            EXPECT_LE(read(name, bad).size(), 3U);
        } catch (const Error& e) {
            EXPECT_THAT(e.what(), HasSubstr(name));
            ++refused;
        }
    }
    EXPECT_GT(refused, 200);
}

}  // namespace
}  // namespace jumplora
