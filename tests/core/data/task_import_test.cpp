// SPDX-License-Identifier: Apache-2.0
#include "data/task_import.h"

#include "base/error.h"
#include "base/file.h"
#include "data/table_file.h"
#include "support/shared_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jumplora {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class TaskImportTest : public ::testing::Test {
  protected:
    std::filesystem::path write(const std::string& name, const std::string& content) {
        writeFileAtomically(m_folder.path() / name, content);
        return m_folder.path() / name;
    }

    TaskImport import(const std::string& content) {
        TaskImport result;
        result.name = "mine";
        result.instruction = "Good or bad?";
        result.train = write("mine.csv", content);
        result.textColumn = "text";
        result.labelColumn = "verdict";
        return result;
    }

    jumplora::testing::TemporaryFolder m_folder;
};

const char* const kRows = "text,verdict,n\na,good,1\nb,bad,2\nc,good,3\nd,good,4\na,bad,5\nf,good,6\n";

TEST_F(TaskImportTest, ColumnsAreNamedInEveryFormat) {
    EXPECT_THAT(tableColumns(write("a.csv", kRows)), ElementsAre("text", "verdict", "n"));
    EXPECT_THAT(tableColumns(write("a.tsv", "x\ty\n1\t2\n")), ElementsAre("x", "y"));
    EXPECT_THAT(tableColumns(write("a.jsonl", "\n{\"s\": 1, \"l\": 2}\n")), ElementsAre("s", "l"));
    EXPECT_THAT(tableColumns(write("a.json", R"({"data": [{"p": 1, "q": 2}]})")), ElementsAre("p", "q"));
}

TEST_F(TaskImportTest, CountsLabelsAndSharedRows) {
    const ImportReport report = inspectImport(import(kRows));
    EXPECT_EQ(report.trainRows, 5);
    EXPECT_EQ(report.testRows, 1);
    EXPECT_EQ(report.inBoth, 1) << "the fifth row has the text of the first";
    EXPECT_THAT(report.options, ElementsAre("good", "bad"));
    EXPECT_EQ(report.outside, 0);
    EXPECT_THAT(report.first.front().prompt, HasSubstr("Options: good | bad\nText: a\nAnswer:"));
}

TEST_F(TaskImportTest, AddsTasksThatTheSuiteReads) {
    const auto folder = m_folder.path() / "own";
    TaskImport one = import(kRows);
    const auto file = addImportedTask(one, folder);
    one.name = "other";
    EXPECT_EQ(addImportedTask(one, folder), file);
    addImportedTask(one, folder);
    const auto suite = openSuite(file.string(), "");
    ASSERT_EQ(suite->tasks().size(), 2U);
    EXPECT_EQ(suite->load(1, Split::Train, std::nullopt).size(), 5U);
    EXPECT_EQ(suite->load(1, Split::Test, std::nullopt).size(), 1U);
}

TEST_F(TaskImportTest, RefusesBrokenFilesWithTheirPlace) {
    TaskImport broken = import("text,verdict\na,good\nb\n");
    try {
        addImportedTask(broken, m_folder.path() / "own");
        FAIL();
    } catch (const Error& error) {
        EXPECT_THAT(error.what(), HasSubstr("line 3"));
    }
    EXPECT_FALSE(std::filesystem::exists(m_folder.path() / "own"));
    broken = import(kRows);
    broken.name = "../up";
    EXPECT_THROW(addImportedTask(broken, m_folder.path() / "own"), Error);
}

}  // namespace
}  // namespace jumplora
