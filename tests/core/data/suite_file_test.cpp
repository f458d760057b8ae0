// SPDX-License-Identifier: Apache-2.0
#include "data/suite_file.h"

#include "base/file.h"
#include "data/answer_metric.h"
#include "data/scoring.h"
#include "data/task.h"
#include "support/errors.h"
#include "support/shared_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jumplora {
namespace {

using jumplora::testing::expectError;
using jumplora::testing::sharedData;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Json suite() {
    return {{"format", "jumplora-suite/1"},
            {"name", "two tasks"},
            {"defaults", {{"text", "question"}, {"label", "reply"}, {"strip", false}}},
            {"tasks",
             {{{"name", "first"},
               {"folder", "one"},
               {"options", {"yes", "no"}},
               {"option_separator", "/"},
               {"prompt", "{instruction}{text} ({options})"},
               {"instruction", "Say:\n"},
               {"epochs", 2},
               {"max_samples", 1}},
              {{"name", "second"},
               {"files", {{"train", "two.csv"}, {"dev", "two_dev.csv"}, {"test", "two_test.csv"}}},
               {"label", "long reply"},
               {"prompt", "{text}"},
               {"metric", "rouge_l"},
               {"answer", "first_line"},
               {"max_new_tokens", 64},
               {"truncation_side", "left"},
               {"max_target_length", 32}}}}};
}

class SuiteFileTest : public ::testing::Test {
  protected:
    testing::TemporaryFolder m_folder;

    void write(const std::string& name, const std::string& content) {
        makeFolder((m_folder.path() / name).parent_path());
        writeFileAtomically(m_folder.path() / name, content);
    }
    std::unique_ptr<Suite> open(const Json& json) {
        write("suite.json", json.dump());
        return openSuite((m_folder.path() / "suite.json").string(), "");
    }
    void refuses(const std::vector<std::string>& parts, const Json& json, ErrorKind kind = ErrorKind::Input) {
        expectError(kind, parts, [&] { open(json); });
    }
};

TEST_F(SuiteFileTest, DescribesTasks) {
    write("one/train.json", R"([{"question":" a ","reply":"yes"},{"question":"b","reply":"no"}])");
    write("one/test.json", R"([{"question":"c","reply":"no"}])");
    write("two.csv", "question,long reply\nwhy,because\n");
    write("two_dev.csv", "question,long reply\nwhen,now\n");
    const auto opened = open(suite());
    ASSERT_EQ(opened->tasks().size(), 2U);
    const TaskInfo& first = opened->tasks()[0];
    EXPECT_EQ(first.metric, "exact_match");
    EXPECT_EQ(first.answer, "whole");
    EXPECT_EQ(first.epochs, 2);
    EXPECT_EQ(first.maxSamples, 1);
    EXPECT_FALSE(first.maxNewTokens);
    const TaskInfo& second = opened->tasks()[1];
    EXPECT_EQ(second.metric, "rouge_l");
    EXPECT_EQ(second.answer, "first_line");
    EXPECT_EQ(second.maxNewTokens, 64);
    EXPECT_EQ(second.epochs, 1);
    const auto rows = opened->load(0, Split::Train, {});
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[0].prompt, "Say:\n a  (yes/no)");
    EXPECT_EQ(rows[0].maxTargetLength, 0);
    const auto other = opened->load(1, Split::Dev, {});
    EXPECT_EQ(other[0].prompt, "when");
    EXPECT_EQ(other[0].label, "now");
    EXPECT_EQ(other[0].maxTargetLength, 32);
    EXPECT_EQ(rows[0].truncationSide, TruncationSide::Right);
    EXPECT_EQ(other[0].truncationSide, TruncationSide::Left);
    EXPECT_TRUE(opened->provenance(1, Split::Train).contains("two.csv"));
    expectError(ErrorKind::Input, {"two_test.csv", "suite.root"},
                [&] { (void)opened->load(1, Split::Test, {}); });
}

TEST_F(SuiteFileTest, RefusesWhatItDoesNotKnow) {
    Json wrong = suite();
    wrong["tasks"][1]["metrik"] = "sari";
    refuses({"suite.json: tasks[1].metrik: unknown key", "did you mean \"metric\"?"}, wrong);
    wrong = suite();
    wrong["tasks"][1]["metric"] = "rouge-l";
    refuses({"tasks[1].metric", "did you mean \"rouge_l\"?"}, wrong);
    wrong = suite();
    wrong["default"] = Json::object();
    refuses({"suite.json: default: unknown key", "did you mean \"defaults\"?"}, wrong);
    wrong = suite();
    wrong["defaults"]["strip"] = "no";
    refuses({"suite.json: defaults.strip", "true or false"}, wrong);
    wrong = suite();
    wrong["defaults"]["name"] = "x";
    refuses({"defaults.name", "belongs to a task"}, wrong);
    wrong = suite();
    wrong["tasks"][0]["epochs"] = 0;
    refuses({"tasks[0].epochs", "above 0"}, wrong);
    wrong = suite();
    wrong["tasks"][0]["splits"] = {{"training", "a.json"}};
    refuses({"tasks[0].splits.training: unknown key"}, wrong);
    wrong = suite();
    wrong["tasks"][0]["files"] = "a.json";
    refuses({"tasks[0].files", "expected an object"}, wrong);
    wrong = suite();
    wrong["tasks"][1]["name"] = "first";
    refuses({"tasks[1]", "\"first\" is already"}, wrong, ErrorKind::Format);
    wrong = suite();
    wrong["tasks"][1].erase("name");
    refuses({"tasks[1]", "name of the task is empty"}, wrong, ErrorKind::Format);
    wrong = suite();
    wrong["tasks"] = Json::array();
    refuses({"tasks", "an empty one"}, wrong, ErrorKind::Format);
    wrong = suite();
    wrong["format"] = "jumplora-suite/2";
    refuses({"jumplora-suite/2", "jumplora-suite/1"}, wrong, ErrorKind::Format);
}

TEST_F(SuiteFileTest, BuiltInSuitesHaveNames) {
    const auto file = namedSuite("trace");
    ASSERT_TRUE(file);
    EXPECT_FALSE(namedSuite("tracer"));
    EXPECT_FALSE(namedSuite("builtin"));
    EXPECT_FALSE(namedSuite("../suites/trace"));
    const auto trace = openSuite("trace", m_folder.path().string());
    std::vector<std::string> names;
    std::vector<std::string> metrics;
    std::vector<double> epochs;
    for (const TaskInfo& task : trace->tasks()) {
        EXPECT_EQ(task.truncationSide, TruncationSide::Left) << "the question stands at the end";
        names.push_back(task.name);
        metrics.push_back(task.metric);
        epochs.push_back(task.epochs);
    }
    EXPECT_THAT(names, ElementsAre("C-STANCE", "FOMC", "MeetingBank", "Py150", "ScienceQA", "NumGLUE-cm",
                                   "NumGLUE-ds", "20Minuten"));
    EXPECT_THAT(metrics, ElementsAre("accuracy", "accuracy", "rouge_l", "edit_similarity", "accuracy",
                                     "accuracy", "accuracy", "sari"));
    EXPECT_THAT(epochs, ElementsAre(5, 3, 7, 5, 3, 5, 5, 7));
}

TEST(SuiteFileDocumentation, NamesEveryKeyAndMetric) {
    const std::string text = readFile(std::filesystem::path(JUMPLORA_SOURCE_DIR) / "docs/benchmarks.md");
    for (const ParamInfo& info : suiteTaskParams()) {
        EXPECT_THAT(text, HasSubstr("| `" + info.key + "` | "));
        EXPECT_THAT(text, HasSubstr(info.help.substr(0, info.help.size() - 1))) << info.key;
    }
    for (const AnswerMetric& metric : answerMetrics())
        EXPECT_THAT(text, HasSubstr("| `" + metric.key + "` | "));
    for (const std::string& part : answerParts()) EXPECT_THAT(text, HasSubstr("`" + part + "`"));
}

TEST(SharedSuiteTest, TraceLoadsWithItsPromptsAsTheyAre) {
    const auto folder = sharedData("TRACE_500");
    JUMPLORA_REQUIRE_DATA(folder);
    const auto trace = openSuite("trace", folder.string());
    for (std::size_t task = 0; task < trace->tasks().size(); ++task) {
        const TaskInfo& info = trace->tasks()[task];
        for (const auto& [split, file] :
             {std::pair(Split::Train, "train.json"), {Split::Dev, "eval.json"}, {Split::Test, "test.json"}}) {
            const auto rows = trace->load(task, split, {});
            const Json raw = readJsonFile(folder / info.name / file);
            ASSERT_EQ(rows.size(), raw.size()) << info.name;
            for (std::size_t i = 0; i < rows.size(); ++i) {
                ASSERT_EQ(rows[i].prompt, raw[i]["prompt"].get<std::string>());
                ASSERT_EQ(rows[i].label, raw[i]["answer"].get<std::string>());
                if (!info.options.empty()) {
                    ASSERT_TRUE(isOption(rows[i].label, info.options)) << info.name;
                }
            }
        }
    }
}

}  // namespace
}  // namespace jumplora
