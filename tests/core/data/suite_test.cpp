// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"
#include "base/file.h"
#include "data/scoring.h"
#include "data/task.h"
#include "support/shared_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace jumplora {
namespace {

using jumplora::testing::sharedData;
using ::testing::HasSubstr;

Json mood() {
    return {{"task_name", "mood"},
            {"train_file", "files/mood/train.json"},
            {"validation_file", "files/mood/test.json"},
            {"instruction", "Which mood?\n"},
            {"options", {"good", "bad"}},
            {"text_key", "sentence"},
            {"label_key", "label"},
            {"max_samples", 2}};
}

class SuiteTest : public ::testing::Test {
  protected:
    jumplora::testing::TemporaryFolder m_folder;

    void write(const std::string& name, const std::string& content) {
        makeFolder((m_folder.path() / name).parent_path());
        writeFileAtomically(m_folder.path() / name, content);
    }

    std::unique_ptr<Suite> open(const Json& tasks, const std::string& name = "tasks.json",
                                const std::string& root = "") {
        write(name, tasks.dump());
        return openSuite((m_folder.path() / name).string(), root);
    }

    void writeRows() {
        write("files/mood/train.json",
              R"([{"sentence":" one ","label":"good"},{"sentence":"two","label":"bad"},
                                           {"sentence":"three","label":"-"}])");
        write("files/mood/dev.json", R"([{"sentence":"four","label":"good"}])");
        write("files/mood/test.json", R"([{"sentence":"five","label":"bad"}])");
    }

    template <typename Action>
    static std::string errorOf(Action&& action) {
        try {
            action();
        } catch (const Error& e) {
            return e.what();
        }
        return "no error";
    }
};

TEST_F(SuiteTest, ReadsTheReferencesTaskFiles) {
    writeRows();
    const auto suite = open(Json::array({mood()}));
    ASSERT_EQ(suite->tasks().size(), 1U);
    EXPECT_EQ(suite->tasks()[0].name, "mood");
    EXPECT_EQ(suite->tasks()[0].maxSamples, 2);
    const auto train = suite->load(0, Split::Train, {});
    ASSERT_EQ(train.size(), 3U);
    EXPECT_EQ(train[0].prompt, "Task Instruction: Which mood?\nOptions: good | bad\nText: one\nAnswer:");
    EXPECT_EQ(train[2].label, "-");
    EXPECT_EQ(train[2].row, 2);
    EXPECT_EQ(suite->load(0, Split::Dev, {})[0].label, "good");
    EXPECT_EQ(suite->load(0, Split::Test, {})[0].label, "bad");
}

TEST_F(SuiteTest, LimitsTakeTheFirstRows) {
    writeRows();
    const auto suite = open(Json::array({mood()}));
    const auto rows = suite->load(0, Split::Train, 2);
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[1].row, 1);
    EXPECT_EQ(suite->load(0, Split::Train, 100).size(), 3U);
}

TEST_F(SuiteTest, FindsFilesFromAFolderBesideTheData) {
    writeRows();
    EXPECT_EQ(open(Json::array({mood()}), "orders/one.json")->load(0, Split::Test, {}).size(), 1U);
    EXPECT_EQ(open(Json::array({mood()}), "far/away/one.json", m_folder.path().string())
                  ->load(0, Split::Test, {})
                  .size(),
              1U);
}

TEST_F(SuiteTest, MissingFilesNameEveryPlaceThatWasTried) {
    const auto suite = open(Json::array({mood()}), "orders/one.json");
    const std::string error = errorOf([&] { (void)suite->load(0, Split::Train, {}); });
    EXPECT_THAT(error, HasSubstr("suite.root"));
    EXPECT_THAT(error, HasSubstr((m_folder.path() / "orders/files/mood/train.json").string()));
    EXPECT_THAT(error, HasSubstr((m_folder.path() / "files/mood/train.json").string()));
}

TEST_F(SuiteTest, EmptySplitsAreRefused) {
    writeRows();
    write("files/mood/test.json", "[]");
    const auto suite = open(Json::array({mood()}));
    EXPECT_THAT(errorOf([&] { (void)suite->load(0, Split::Test, {}); }),
                HasSubstr("task \"mood\" has no test rows"));
}

TEST_F(SuiteTest, SplitsNeverShareAFile) {
    writeRows();
    auto task = mood();
    task["validation_file"] = task["train_file"];
    EXPECT_THAT(errorOf([&] { open(Json::array({task})); }), HasSubstr("as training and as test file"));
    task["validation_file"] = "files/mood/dev.json";
    const auto suite = open(Json::array({task}));
    EXPECT_EQ(suite->load(0, Split::Test, {}).size(), 1U);
    EXPECT_THAT(errorOf([&] { (void)suite->load(0, Split::Dev, {}); }), HasSubstr("no dev split of its own"));
}

TEST_F(SuiteTest, BadTaskFilesAreRefused) {
    EXPECT_THAT(errorOf([&] { open(Json::array()); }), HasSubstr("expected a list of tasks"));
    EXPECT_THAT(errorOf([&] {
                    open(Json::array({mood(), mood()}));
                }),
                HasSubstr("task 2: \"mood\" is already"));
    for (const char* key : {"task_name", "train_file", "options"}) {
        auto task = mood();
        task.erase(key);
        EXPECT_THAT(errorOf([&] { open(Json::array({task})); }), HasSubstr(key));
    }
    for (const auto& [key, value] : std::vector<std::pair<const char*, Json>>{{"options", "good"},
                                                                              {"options", {1}},
                                                                              {"max_samples", 0},
                                                                              {"prompt", "no text"},
                                                                              {"prompt", "{text}{label}"}}) {
        auto task = mood();
        task[key] = value;
        EXPECT_THAT(errorOf([&] { open(Json::array({task})); }), HasSubstr(key));
    }
}

TEST_F(SuiteTest, UnknownNamesSuggestTheNearest) {
    const auto suite = open(Json::array({mood()}));
    EXPECT_EQ(suite->find("mood", "x"), 0U);
    EXPECT_THAT(errorOf([&] { (void)suite->find("moot", "suite.order[0]"); }),
                HasSubstr("suite.order[0]: no task \"moot\"; the suite has mood; did you mean \"mood\"?"));
    EXPECT_EQ(parseSplit("dev"), Split::Dev);
    EXPECT_THROW(parseSplit("validation"), Error);
}

TEST_F(SuiteTest, ProvenanceFollowsTheContent) {
    writeRows();
    const auto suite = open(Json::array({mood()}));
    const Json before = suite->provenance(0, Split::Test);
    ASSERT_TRUE(before.contains("files/mood/test.json"));
    write("files/mood/test.json", R"([{"sentence":"six","label":"bad"}])");
    EXPECT_NE(suite->provenance(0, Split::Test), before);
}

TEST(PromptTest, FillsInWhatStandsInBracesOnce) {
    TaskInfo task;
    task.instruction = " About {options} and {text}.\n";
    task.options = {"{text}", "b"};
    EXPECT_EQ(
        renderPrompt(task, "\t{instruction}\n"),
        "Task Instruction: About {options} and {text}.\nOptions: {text} | b\nText: {instruction}\nAnswer:");
    task.prompt = "{text}, again {text}: {options} {other}";
    EXPECT_EQ(renderPrompt(task, "x"), "x, again x: {text} | b {other}");
}

// The published sequences on the benchmark's own files.
TEST(SharedSuiteTest, EveryPublishedOrderLoads) {
    const auto folder = sharedData("orders");
    JUMPLORA_REQUIRE_DATA(folder);
    std::map<std::string, std::size_t> outside;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        const auto suite = openSuite(entry.path().string(), "");
        EXPECT_TRUE(suite->tasks().size() == 4 || suite->tasks().size() == 15);
        for (std::size_t task = 0; task < suite->tasks().size(); ++task) {
            const TaskInfo& info = suite->tasks()[task];
            EXPECT_TRUE(info.maxSamples.has_value());
            EXPECT_FALSE(suite->load(task, Split::Dev, 5).empty());
            if (outside.contains(info.name)) continue;
            std::size_t& count = outside[info.name];
            for (const Example& example : suite->load(task, Split::Test, {}))
                count += isOption(example.label, info.options) ? 0 : 1;
        }
    }
    ASSERT_EQ(outside.size(), 15U);
    for (const auto& [name, count] : outside) EXPECT_EQ(count, name == "mnli" ? 131U : 0U) << name;
}

}  // namespace
}  // namespace jumplora
