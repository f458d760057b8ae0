// SPDX-License-Identifier: Apache-2.0
#include "data/task_check.h"

#include "base/file.h"
#include "support/shared_data.h"
#include "text/utf8.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jumplora {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;

// One token a byte, eos behind.
class ByteTokenizer : public Tokenizer {
  public:
    [[nodiscard]] std::vector<std::int32_t> encode(std::string_view text) const override {
        auto ids = encodePlain(text);
        ids.push_back(0);
        return ids;
    }
    [[nodiscard]] std::vector<std::int32_t> encodePlain(std::string_view text) const override {
        return {text.begin(), text.end()};
    }
    [[nodiscard]] std::string decode(std::span<const std::int32_t> ids, bool) const override {
        return {ids.begin(), ids.end()};
    }
    [[nodiscard]] std::int64_t vocabularySize() const override { return 256; }
    [[nodiscard]] std::optional<std::int32_t> bosId() const override { return {}; }
    [[nodiscard]] std::optional<std::int32_t> eosId() const override { return 0; }
    [[nodiscard]] std::optional<std::int32_t> padId() const override { return {}; }
    [[nodiscard]] std::string contentHash() const override { return "bytes"; }
    [[nodiscard]] std::string kind() const override { return "bytes"; }
};

std::vector<std::string> messagesOf(const SuiteCheck& check, bool errors) {
    std::vector<std::string> messages;
    for (const CheckFinding& finding : check.findings)
        if (finding.error == errors) messages.push_back(finding.task + ": " + finding.message);
    return messages;
}

class TaskCheckTest : public ::testing::Test {
  protected:
    testing::TemporaryFolder m_folder;
    void write(const std::string& name, const std::string& content) {
        writeFileAtomically(m_folder.path() / name, content);
    }
    std::unique_ptr<Suite> open() {
        write("tasks.json",
              R"([{"task_name": "mood", "train_file": "train.json", "validation_file": "test.json",
                                 "options": ["good", "bad"], "prompt": "{text}"}])");
        return openSuite((m_folder.path() / "tasks.json").string(), "");
    }
};

TEST_F(TaskCheckTest, FindsWhatIsWrong) {
    write("train.json", R"([{"sentence": "one", "label": "good"}, {"sentence": "two", "label": "bad"},
                            {"sentence": "One ", "label": "bad"}, {"sentence": "ä", "label": "good"}])");
    write("test.json", R"([{"sentence": "TWO", "label": "bad"}, {"sentence": "three", "label": "-"},
                           {"sentence": "four", "label": ""}])");
    const SuiteCheck check = checkSuite(*open(), {});
    EXPECT_EQ(check.lengthUnit, "characters");
    ASSERT_EQ(check.tasks.size(), 1U);
    const SplitCheck& train = check.tasks[0].splits[0];
    EXPECT_EQ(train.rows, 4);
    EXPECT_EQ(train.labels[0].second, 2);
    EXPECT_EQ(train.repeated, 1);
    EXPECT_EQ(train.conflicting, 1);
    EXPECT_EQ(train.promptLengths.minimum, 1) << "a character is not a byte";
    EXPECT_EQ(train.promptLengths.median, 3);
    EXPECT_EQ(train.promptLengths.maximum, 3);
    const SplitCheck& test = check.tasks[0].splits[2];
    EXPECT_EQ(test.outside, 2);
    EXPECT_EQ(test.emptyLabels, 1);
    ASSERT_EQ(check.tasks[0].shared.size(), 1U);
    EXPECT_EQ(check.tasks[0].shared[0].rows, 1);
    EXPECT_FALSE(check.hasErrors()) << "a missing dev split is a warning";
    const auto warnings = messagesOf(check, false);
    EXPECT_THAT(warnings, Contains(HasSubstr("mood: dev split")));
    EXPECT_THAT(warnings, Contains(HasSubstr("2 of 3 test rows carry a label that is no option")));
    EXPECT_THAT(warnings, Contains(HasSubstr("1 of 3 test rows stand in the training split too")));
    EXPECT_THAT(warnings, Contains(HasSubstr("1 train rows repeat an earlier prompt with another label")));
    const Json json = toJson(check);
    EXPECT_EQ(json["tasks"][0]["splits"]["test"]["outside_options"], 2);
    EXPECT_EQ(json["tasks"][0]["shared"][0]["rows"], 1);
    EXPECT_FALSE(json["tasks"][0]["splits"]["train"].contains("prompts_cut"));
}

TEST_F(TaskCheckTest, SaysWhatIsCutOff) {
    write("train.json",
          R"([{"sentence": "0123456789", "label": "good"}, {"sentence": "012", "label": "bad"}])");
    write("dev.json", R"([{"sentence": "a", "label": "good"}])");
    write("test.json", R"([{"sentence": "b", "label": "good"}])");
    const ByteTokenizer tokenizer;
    const SuiteCheck check = checkSuite(*open(), {&tokenizer, 8, 4});
    const SplitCheck& train = check.tasks[0].splits[0];
    EXPECT_EQ(train.promptLengths.maximum, 11);
    EXPECT_EQ(train.promptsCut, 1);
    EXPECT_DOUBLE_EQ(train.tokensCut, 3.0 / 15);
    EXPECT_EQ(train.labelsCut, 1) << "\"good\" and eos are five";
    EXPECT_THAT(messagesOf(check, false),
                Contains(HasSubstr("1 of 2 train prompts are longer than 8 tokens and lose their end; 20.0 % "
                                   "of all tokens are cut off")));
}

TEST_F(TaskCheckTest, MissingAndBrokenSplitsAreErrors) {
    write("train.json", "[{}]");
    const SuiteCheck check = checkSuite(*open(), {});
    EXPECT_TRUE(check.hasErrors());
    const auto errors = messagesOf(check, true);
    EXPECT_THAT(errors, Contains(HasSubstr("train split: ")));
    EXPECT_THAT(errors, Contains(HasSubstr("test split: ")));
    EXPECT_TRUE(toJson(check)["tasks"][0]["splits"]["test"].contains("problem"));
}

TEST(SharedTaskCheck, CountsTheDashesOfMnli) {
    const auto orders = testing::sharedData("orders");
    JUMPLORA_REQUIRE_DATA(orders);
    for (const auto& entry : std::filesystem::directory_iterator(orders)) {
        const auto suite = openSuite(entry.path().string(), "");
        if (suite->tasks().size() < 15) continue;
        const SuiteCheck check = checkSuite(*suite, {});
        EXPECT_FALSE(check.hasErrors());
        for (const TaskCheck& task : check.tasks)
            EXPECT_EQ(task.splits[2].outside, task.name == "mnli" ? 131 : 0) << task.name;
        return;
    }
}

}  // namespace
}  // namespace jumplora
