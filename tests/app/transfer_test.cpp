// SPDX-License-Identifier: Apache-2.0
// Runs and results in and out, and the check of tasks, through the real program.
#include "base/error.h"
#include "base/file.h"
#include "program.h"
#include "support/shared_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jumplora {
namespace {

using ::testing::HasSubstr;
using testing::ProgramResult;

class Transfer : public ::testing::Test {
  protected:
    testing::TemporaryFolder m_folder;
    std::filesystem::path file(const std::string& name) const { return m_folder.path() / name; }
    void write(const std::string& name, const std::string& content) const {
        makeFolder(file(name).parent_path());
        writeFileAtomically(file(name), content);
    }
    ProgramResult run(const std::vector<std::string>& arguments, const std::string& input = {}) const {
        return testing::runProgram(file("data"), arguments, input);
    }
    // Rows of two tasks, in words that the built-in backbone knows or not.
    void writeSuite() const {
        Json rows = Json::array();
        for (int i = 0; i < 12; ++i)
            rows.push_back(
                {{"text", "a text of row " + std::to_string(i)}, {"answer", i % 2 == 0 ? "good" : "bad"}});
        for (const char* task : {"one", "two"})
            for (const char* split : {"train", "dev", "test"})
                write(fmt::format("rows/{}/{}.json", task, split), rows.dump());
        write("suite.json", R"({"format": "jumplora-suite/1", "name": "two tasks",
            "defaults": {"text": "text", "label": "answer", "prompt": "{text}", "options": ["good", "bad"]},
            "tasks": [{"name": "one", "folder": "rows/one"},
                      {"name": "two", "folder": "rows/two", "metric": "edit_similarity", "max_new_tokens": 3}]})");
        write("run.json", Json({{"name", "small"},
                                {"suite", {{"tasks", file("suite.json").string()}, {"max_samples", 8}}},
                                {"adapter", {{"rank", 2}}},
                                {"evaluation", {{"max_samples", 4}, {"max_new_tokens", 2}}}})
                              .dump());
    }
};

TEST_F(Transfer, ABundleIsComputedAgain) {
    writeSuite();
    const ProgramResult first = run({"run", file("run.json").string(), "--quiet", "--json"});
    ASSERT_EQ(first.code, 0) << first.err;
    const std::string bundle = file("small.tar").string();
    EXPECT_EQ(run({"bundle", "latest", "-o", bundle, "--json"}).json()["run"], first.json()["run"]);
    // The tasks travel with the bundle, the rows do not.
    std::filesystem::remove(file("suite.json"));
    std::filesystem::rename(file("rows"), file("moved"));
    EXPECT_EQ(run({"reproduce", bundle, "--quiet"}).code, 2);
    makeFolder(file("elsewhere"));
    std::filesystem::rename(file("moved"), file("elsewhere/rows"));
    const ProgramResult again =
        run({"reproduce", bundle, "--quiet", "--root", file("elsewhere").string(), "--json"});
    ASSERT_EQ(again.code, 0) << again.out << again.err;
    EXPECT_THAT(again.err, HasSubstr("equal to the original"));
    EXPECT_THAT(again.out, HasSubstr("3 cells of the matrix, 2 adapter files"));
    // Other rows, another result.
    write("elsewhere/rows/one/train.json", R"([{"text": "something else", "answer": "bad"}])");
    const ProgramResult other = run({"reproduce", bundle, "--quiet", "--root", file("elsewhere").string()});
    EXPECT_EQ(other.code, 1);
    EXPECT_THAT(other.out, HasSubstr("adapters/task_01.safetensors"));
    EXPECT_THAT(other.out, HasSubstr("data rows/one/train.json"));
    // Unpacked by another workbench, and shown with its metric.
    const ProgramResult imported = testing::runProgram(file("other"), {"import", bundle, "--json"});
    ASSERT_EQ(imported.code, 0) << imported.err;
    EXPECT_EQ(imported.json()["runs"][0]["format"], "bundle");
    const ProgramResult shown = testing::runProgram(file("other"), {"show", "latest"});
    EXPECT_THAT(shown.out, HasSubstr("edit similarity on two"));
    const ProgramResult events = testing::runProgram(
        file("other"), {"tensorboard", "latest", "-o", file("events").string(), "--json"});
    EXPECT_EQ(events.json()[0]["histograms"], 2);
    EXPECT_TRUE(std::filesystem::exists(events.json()[0]["file"].get<std::string>()));
}

TEST_F(Transfer, ImportedResultsAreListedAndCompared) {
    write(
        "seed4/continual_eval.json",
        R"([{"after_training_task": "a", "task_index": 1, "seen_task_results": [{"task_name": "a", "exact_match": 0.5}]}])");
    write("table.csv", ",a\na,60\n");
    const ProgramResult first =
        run({"import", file("seed4").string(), file("table.csv").string(), "--method", "olora", "--json"});
    ASSERT_EQ(first.code, 0) << first.err;
    EXPECT_EQ(first.json()["runs"].size(), 2U);
    EXPECT_EQ(first.json()["runs"][1]["new"], true);
    EXPECT_EQ(
        run({"import", file("table.csv").string(), "--method", "olora", "--json"}).json()["runs"][0]["new"],
        false);
    const Json list = run({"list", "--tag", "imported", "--json"}).json();
    ASSERT_EQ(list.size(), 2U);
    for (const Json& each : list) {
        EXPECT_EQ(each["imported"], true);
        EXPECT_EQ(each["method"], "olora");
        EXPECT_EQ(each["state"], "finished");
    }
    const ProgramResult compared =
        run({"compare", list[0]["id"].get<std::string>(), list[1]["id"].get<std::string>()});
    EXPECT_EQ(compared.code, 0) << compared.err;
    EXPECT_THAT(compared.out, HasSubstr("60.0"));
    EXPECT_EQ(
        run({"import", file("seed4").string(), "--json", "--scale", "percent"}).json()["runs"][0]["new"],
        true);
    write("broken/continual_eval.json", "{");
    const ProgramResult broken = run({"import", file("broken").string()});
    EXPECT_EQ(broken.code, 1);
    EXPECT_THAT(broken.err, HasSubstr("continual_eval.json: line 1"));
    EXPECT_EQ(run({"import", file("data").string() + "/nothing"}).code, 3);
}

TEST_F(Transfer, TasksAreChecked) {
    writeSuite();
    const ProgramResult good = run({"tasks", "check", file("suite.json").string()});
    EXPECT_EQ(good.code, 0) << good.err;
    EXPECT_THAT(good.out, HasSubstr("12 of 12 test rows stand in the training split too"));
    EXPECT_EQ(run({"tasks", "check", file("suite.json").string(), "--strict"}).code, 1);
    const Json json = run({"tasks", "check", file("suite.json").string(), "--json", "--tokenizer", "builtin",
                           "--max-source-length", "4"})
                          .json();
    EXPECT_EQ(json["length_unit"], "tokens");
    EXPECT_EQ(json["tasks"][1]["metric"], "edit_similarity");
    EXPECT_EQ(json["tasks"][0]["splits"]["train"]["prompts_cut"], 12);
    std::filesystem::remove(file("rows/two/test.json"));
    EXPECT_EQ(run({"tasks", "check", file("suite.json").string()}).code, 1);
    EXPECT_EQ(run({"tasks", file("suite.json").string()}).code, 0) << "the list still works";
}

TEST_F(Transfer, AnswersAreScored) {
    const std::string line = R"({"output": "a b", "expected": "a c", "input": "a b c"})";
    EXPECT_EQ(run({"score", "--metric", "rouge_l_google"}, line + "\n\n" + line).out, "0.5\n0.5\n");
    const Json mean =
        run({"score", "--metric", "accuracy", "--answer", "first_character", "--json"}, line).json();
    EXPECT_EQ(mean["mean"], 1.0);
    EXPECT_EQ(mean["rows"], 1);
    const ProgramResult wrong = run({"score"}, R"({"output": 1})");
    EXPECT_EQ(wrong.code, 2);
    EXPECT_THAT(wrong.err, HasSubstr("standard input: line 1"));
    EXPECT_EQ(run({"score", "--metric", "rouge"}, line).code, 2);
}

}  // namespace
}  // namespace jumplora
