// SPDX-License-Identifier: Apache-2.0
// What a person does with runs, through the real program.
#include "base/file.h"
#include "program.h"
#include "support/shared_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <sstream>

namespace jumplora {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::ProgramResult;

constexpr const char* kExperiment = R"({
  "base": {
    "suite": {"tasks": "builtin", "order": ["agnews", "amazon"], "max_samples": 24},
    "train": {"batch_size": 8},
    "adapter": {"rank": 2},
    "evaluation": {"tasks": "all", "max_samples": 10, "max_new_tokens": 4, "before_training": true}
  },
  "runs": [
    {"name": "tiny-inclora"},
    {"name": "tiny-ella", "method": {"type": "ella", "lambda": 100}, "gate": {"type": "jumprelu"}}
  ],
  "seeds": [1, 2]
})";

std::vector<std::string> linesOf(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

// Without "#" comments: header and rows.
std::vector<std::string> dataLines(const std::string& csv) {
    auto lines = linesOf(csv);
    std::erase_if(lines, [](const std::string& line) { return line.starts_with('#'); });
    return lines;
}

class RunFlow : public ::testing::Test {
  protected:
    static void SetUpTestSuite() {
        s_folder = std::make_unique<testing::TemporaryFolder>();
        writeFileAtomically(s_folder->path() / "tiny.json", kExperiment);
        s_run = run({"run", (s_folder->path() / "tiny.json").string(), "--json"});
        for (const std::string& line : linesOf(s_run.out)) s_runs.push_back(parseJson(line, "run --json"));
    }
    static void TearDownTestSuite() {
        s_folder.reset();
        s_runs.clear();
    }
    void SetUp() override {
        ASSERT_EQ(s_run.code, 0) << s_run.err;
        ASSERT_EQ(s_runs.size(), 4U) << s_run.out;
    }
    static ProgramResult run(const std::vector<std::string>& arguments, const std::string& input = {}) {
        return testing::runProgram(s_folder->path() / "data", arguments, input);
    }
    // A run that must succeed.
    static std::string output(const std::vector<std::string>& arguments) {
        const ProgramResult result = run(arguments);
        EXPECT_EQ(result.code, 0) << result.err;
        return result.out;
    }
    static Json json(std::vector<std::string> arguments) {
        arguments.emplace_back("--json");
        const std::string text = output(arguments);
        return text.empty() ? Json() : parseJson(text, arguments.front());
    }
    static std::string idOf(const std::string& name) {
        for (const Json& each : s_runs) {
            auto id = each["run"].get<std::string>();
            if (id.starts_with(name + "-2")) return id;
        }
        ADD_FAILURE() << "no run " << name;
        return {};
    }
    static std::filesystem::path folderOf(const std::string& name) {
        return s_folder->path() / "data" / "jumplora" / "runs" / idOf(name);
    }

    static std::unique_ptr<testing::TemporaryFolder> s_folder;
    static ProgramResult s_run;
    static std::vector<Json> s_runs;
};

std::unique_ptr<testing::TemporaryFolder> RunFlow::s_folder;
ProgramResult RunFlow::s_run;
std::vector<Json> RunFlow::s_runs;

TEST_F(RunFlow, RunSaysWhatItDoes) {
    for (const Json& each : s_runs) EXPECT_EQ(each["state"], "finished");
    EXPECT_THAT(s_run.err, HasSubstr("3/3"));
    EXPECT_THAT(s_run.err, HasSubstr("steps/s"));
    EXPECT_THAT(s_run.err, HasSubstr("left: task"));
    EXPECT_THAT(s_run.err, HasSubstr(" tau "));
    EXPECT_THAT(s_run.err, HasSubstr(" density "));
    EXPECT_THAT(s_run.err, HasSubstr("  after task 2 on agnews: "));
    EXPECT_THAT(s_run.err, Not(HasSubstr("\r"))) << "no redrawing where there is no terminal";
}

TEST_F(RunFlow, ListFiltersAndSorts) {
    const Json all = json({"list"});
    ASSERT_EQ(all.size(), 4U);
    for (const Json& each : all) {
        EXPECT_EQ(each["state"], "finished");
        EXPECT_EQ(each["tasks_trained"], 2);
        EXPECT_TRUE(each["metrics"]["oa"].is_number());
    }
    EXPECT_EQ(json({"list", "--method", "ella"}).size(), 2U);
    EXPECT_EQ(json({"list", "--gate", "none", "--text", "INCLORA"}).size(), 2U);
    EXPECT_EQ(json({"list", "--state", "paused"}).size(), 0U);
    EXPECT_EQ(json({"list", "--limit", "1"}).size(), 1U);
    const Json sorted = json({"list", "--sort", "oa"});
    for (std::size_t i = 1; i < sorted.size(); ++i)
        EXPECT_GE(sorted[i - 1]["metrics"]["oa"].get<double>(), sorted[i]["metrics"]["oa"].get<double>());
    EXPECT_EQ(linesOf(output({"list", "--ids"})).size(), 4U);
    const std::string text = output({"list", "--show", "adapter.rank"});
    EXPECT_THAT(text, HasSubstr(idOf("tiny-ella-s1")));
    EXPECT_THAT(text, HasSubstr("adapter.rank"));
    EXPECT_EQ(run({"list", "--show", "adapter.rnk"}).code, 2);
}

TEST_F(RunFlow, EveryWayToNameARun) {
    const std::string id = idOf("tiny-ella-s2");
    const std::string name = "tiny-ella-s2";
    for (const std::string& reference :
         {id, name, id.substr(0, id.size() - 2), folderOf(name).string(), std::string("latest")})
        EXPECT_EQ(json({"show", reference})["id"], id) << reference;
    EXPECT_EQ(json({"show", id, "--runs", (folderOf(name).parent_path()).string()})["id"], id);
    const auto several = run({"show", "tiny-ella"});
    EXPECT_EQ(several.code, 2);
    EXPECT_THAT(several.err, HasSubstr(idOf("tiny-ella-s1")));
    EXPECT_THAT(several.err, HasSubstr(id));
    const auto near = run({"show", "tiny-elle-s2"});
    EXPECT_EQ(near.code, 2);
    EXPECT_THAT(near.err, HasSubstr("Did you mean \"tiny-ella-s2\"?"));
    const auto finished = run({"resume", name});
    EXPECT_EQ(finished.code, 2);
    EXPECT_THAT(finished.err, HasSubstr("finished"));
}

TEST_F(RunFlow, ShowHasEverything) {
    const std::string text = output({"show", "tiny-ella-s1"});
    for (const char* part : {"state       finished", "gate jumprelu, seed 1", "before training", "agnews",
                             "amazon", "oa ", "bwt ", "tau_", "not computable: needs single-task scores"})
        EXPECT_THAT(text, HasSubstr(part));
    const Json shown = json({"show", "tiny-ella-s1"});
    EXPECT_EQ(shown["matrix"].size(), 3U);
    EXPECT_TRUE(shown["matrix"][0][1].is_number()) << "row 0 was asked for";
    EXPECT_TRUE(shown["metrics"]["fwt_zero_shot"].is_number()) << "guessing is known from the options";
    EXPECT_EQ(shown["task_table"].size(), 2U);
    EXPECT_EQ(json({"show", "tiny-ella-s1", "--spec"})["adapter"]["rank"], 2);
    const Json referenced = json({"show", "tiny-ella-s1", "--single", "tiny-inclora-s1"});
    EXPECT_TRUE(referenced["metrics"]["fwt_vs_single"].is_number());
}

TEST_F(RunFlow, CompareGroupsSeeds) {
    const std::vector<std::string> runs = {"tiny-inclora-s1", "tiny-inclora-s2", "tiny-ella-s1",
                                           "tiny-ella-s2"};
    std::vector<std::string> command = {"compare"};
    command.insert(command.end(), runs.begin(), runs.end());
    const std::string text = output(command);
    EXPECT_THAT(text, HasSubstr("Settings that differ"));
    EXPECT_THAT(text, HasSubstr("gate.type"));
    EXPECT_THAT(text, HasSubstr(" \u00b1 "));
    auto withBaseline = command;
    withBaseline.insert(withBaseline.end(), {"--baseline", runs[0]});
    const Json compared = json(withBaseline);
    EXPECT_EQ(compared["metrics"]["rows"].size(), 2U);
    EXPECT_EQ(compared["metrics"]["rows"][0][3], "1, 2");
    EXPECT_EQ(compared["metrics"]["rows"][0][4]["n"], 2);
    EXPECT_EQ(compared["difference"]["rows"][0][0], "tiny-ella");
    auto separate = command;
    separate.insert(separate.end(), {"--separate", "--what", "metrics", "--format", "csv"});
    EXPECT_EQ(dataLines(output(separate)).size(), 5U);
    auto latex = command;
    latex.insert(latex.end(), {"--what", "final", "--format", "latex"});
    EXPECT_THAT(output(latex), HasSubstr("\\begin{tabular}{ll"));
}

TEST_F(RunFlow, ExportInEveryFormat) {
    const std::string name = "tiny-ella-s1";
    const std::string csv = output({"export", name});
    EXPECT_THAT(csv, HasSubstr("# run " + idOf(name) + ", seed 1, spec "));
    EXPECT_THAT(csv, HasSubstr(", split test"));
    EXPECT_EQ(dataLines(csv).size(), 4U) << csv;
    EXPECT_EQ(dataLines(csv).front(), "t,after,agnews [%],amazon [%]");
    EXPECT_THAT(output({"export", name, "--format", "markdown"}), HasSubstr("| t | after |"));
    EXPECT_THAT(output({"export", name, "--format", "latex", "--caption", "C"}), HasSubstr("\\caption{C}"));
    EXPECT_EQ(json({"export", name})["rows"].size(), 3U);
    const std::vector<std::pair<const char*, const char*>> others = {
        {"metrics", "latex"}, {"final", "markdown"}, {"tasks", "text"},       {"curves", "json"},
        {"overlap", "text"},  {"overlap", "latex"},  {"predictions", "latex"}};
    for (const auto& [what, format] : others)
        EXPECT_THAT(output({"export", name, "--what", what, "--format", format}), HasSubstr(idOf(name)))
            << what;
    const auto curves =
        dataLines(output({"export", name, "--what", "curves", "--key", "ce,tau.0,penalty.ella"}));
    ASSERT_EQ(curves.size(), 7U) << "two tasks of three steps";
    EXPECT_EQ(curves.front(), "task,step,global_step,task_name,ce,tau.0,penalty.ella");
    EXPECT_EQ(
        dataLines(output({"export", name, "--what", "curves", "--task", "amazon", "--every", "2"})).size(),
        3U);
    const auto overlap =
        dataLines(output({"export", name, "--what", "overlap", "--measure", "jaccard,cosine"}));
    EXPECT_EQ(overlap.size(), 2U) << "one pair of tasks";
    const auto predictions = dataLines(output({"export", name, "--what", "predictions", "--after", "all"}));
    EXPECT_EQ(predictions.size(), 61U) << "three rows of two cells of ten answers";
    const auto folder = s_folder->path() / "tables";
    output({"export", name, "--what", "matrix,metrics", "-o", folder.string()});
    EXPECT_EQ(readFile(folder / "matrix.csv"), csv);
    EXPECT_THAT(readFile(folder / "metrics.csv"), HasSubstr("average_incremental_accuracy [%]"));
    const auto file = s_folder->path() / "matrix.tex";
    output({"export", name, "-o", file.string()});
    EXPECT_THAT(readFile(file), HasSubstr("\\bottomrule")) << "the ending gives the format";
    EXPECT_EQ(run({"export", name, "--what", "overlap", "--measure", "jacard"}).code, 2);
    EXPECT_EQ(run({"export", name, "--what", "curves", "--key", "cee"}).code, 2);
    EXPECT_EQ(run({"export", name, "-o", (s_folder->path() / "absent" / "x.csv").string()}).code, 3);
}

TEST_F(RunFlow, EvaluateEqualsTheRunAndLeavesItAlone) {
    const std::string name = "tiny-ella-s2";
    const std::string events = readFile(folderOf(name) / "events.jsonl");
    const Json shown = json({"show", name});
    const Json again = json({"evaluate", name, "--after", "all"});
    ASSERT_EQ(again["cells"].size(), 6U);
    for (const Json& cell : again["cells"]) {
        const std::size_t column = cell["task"] == "agnews" ? 0 : 1;
        EXPECT_EQ(cell["accuracy"], shown["matrix"][cell["after_task"].get<std::size_t>()][column])
            << cell.dump();
    }
    const auto answers = s_folder->path() / "answers";
    const auto file = s_folder->path() / "dev.json";
    output({"evaluate", name, "--split", "dev", "--tasks", "amazon", "--max-samples", "7", "--max-new-tokens",
            "2", "--predictions", answers.string(), "-o", file.string()});
    const Json dev = readJsonFile(file);
    EXPECT_EQ(dev["split"], "dev");
    ASSERT_EQ(dev["cells"].size(), 1U);
    EXPECT_EQ(dev["cells"][0]["total"], 7);
    EXPECT_EQ(linesOf(readFile(answers / "after_02_on_amazon.jsonl")).size(), 7U);
    const auto first = json({"evaluate", name, "--after", "agnews", "--tasks", "yelp", "--max-samples", "3"});
    EXPECT_EQ(first["cells"][0]["after_task"], 1);
    EXPECT_EQ(first["cells"][0]["task"], "yelp") << "a task that the run never saw";
    EXPECT_THAT(output({"evaluate", name, "--max-samples", "3"}), HasSubstr("accuracy %"));
    EXPECT_EQ(readFile(folderOf(name) / "events.jsonl"), events);
    const auto wrong = run({"evaluate", name, "--tasks", "amazn"});
    EXPECT_EQ(wrong.code, 2);
    EXPECT_THAT(wrong.err, HasSubstr("amazon"));
    EXPECT_EQ(run({"evaluate", name, "--after", "3"}).code, 2);
}

TEST_F(RunFlow, PredictionsFilter) {
    const std::string name = "tiny-inclora-s1";
    const Json all = json({"predictions", name, "--after", "all", "--limit", "0"});
    EXPECT_EQ(all.size(), 60U);
    const Json wrong = json({"predictions", name, "--task", "1", "--wrong"});
    for (const Json& each : wrong) {
        EXPECT_EQ(each["correct"], false);
        EXPECT_EQ(each["task"], "agnews");
        EXPECT_EQ(each["after_task"], 2);
    }
    EXPECT_EQ(json({"predictions", name, "--limit", "3"}).size(), 3U);
    for (const Json& each : json({"predictions", name, "--after", "0", "--outside-options"}))
        EXPECT_EQ(each["within_options"], false);
    EXPECT_THAT(output({"predictions", name, "--limit", "1"}), HasSubstr("  expected  "));
    EXPECT_THAT(output({"predictions", name, "--task", "amazon", "--confusion"}),
                HasSubstr("Answers on amazon after task 2"));
    const auto near = run({"predictions", name, "--task", "agnes"});
    EXPECT_EQ(near.code, 2);
    EXPECT_THAT(near.err, HasSubstr("Did you mean \"agnews\"?"));
}

TEST_F(RunFlow, IndexIntoAnotherFile) {
    const auto other = (s_folder->path() / "other.sqlite").string();
    const auto runs = folderOf("tiny-ella-s1").parent_path().string();
    const Json first = json({"index", runs, "--db", other});
    EXPECT_EQ(first["found"], 4);
    EXPECT_EQ(first["imported"], 4);
    EXPECT_EQ(json({"index", runs, "--db", other})["unchanged"], 4);
    EXPECT_EQ(json({"list", "--db", other}).size(), 4U);
    EXPECT_EQ(json({"show", "tiny-ella-s1", "--db", other}), json({"show", "tiny-ella-s1"}));
    const auto empty = (s_folder->path() / "empty.sqlite").string();
    EXPECT_EQ(json({"list", "--db", empty}).size(), 0U) << "--db alone takes the file as it is";
    EXPECT_EQ(json({"list", "--db", empty, "--runs", runs}).size(), 4U);
    writeFileAtomically(s_folder->path() / "damaged.sqlite", "no database");
    EXPECT_EQ(run({"list", "--db", (s_folder->path() / "damaged.sqlite").string()}).code, 2);
}

TEST_F(RunFlow, LabelsAndDeletion) {
    output({"note", "tiny-inclora-s2", "looks", "right"});
    output({"tag", "tiny-inclora-s2", "paper", "table-2"});
    output({"tag", "tiny-inclora-s2", "table-2", "--remove"});
    EXPECT_EQ(output({"note", "tiny-inclora-s2"}), "looks right\n");
    EXPECT_EQ(json({"list", "--tag", "paper"}).size(), 1U);
    EXPECT_EQ(json({"tag", "tiny-inclora-s2"})["tags"], Json::array({"paper"}));
    const std::string id = json({"show", "tiny-inclora-s2"})["id"];
    EXPECT_EQ(output({"rename", "tiny-inclora-s2", "the good one"}), id + ": the good one\n");
    EXPECT_EQ(json({"show", "the good one"})["id"], id);
    EXPECT_EQ(json({"list", "--text", "the good"}).size(), 1U);
    EXPECT_EQ(run({"rename", "the good one", ""}).code, 2);
    EXPECT_EQ(run({"rename", "the good one", "two\nlines"}).code, 2);
    EXPECT_EQ(json({"rename", id, "tiny-inclora-s2"})["name"], "tiny-inclora-s2");
    output({"archive", "tiny-inclora-s2"});
    EXPECT_EQ(json({"list"}).size(), 3U);
    EXPECT_EQ(json({"list", "--archived"}).size(), 1U);
    output({"archive", "tiny-inclora-s2", "--undo"});
    const auto copy = s_folder->path() / "copies";
    std::filesystem::create_directories(copy);
    std::filesystem::copy(folderOf("tiny-inclora-s2"), copy / "run",
                          std::filesystem::copy_options::recursive);
    const auto db = (s_folder->path() / "copies.sqlite").string();
    output({"index", copy.string(), "--db", db});
    EXPECT_EQ(run({"delete", "tiny-inclora-s2", "--db", db}).code, 2);
    EXPECT_TRUE(std::filesystem::exists(copy / "run"));
    output({"delete", "tiny-inclora-s2", "--db", db, "--yes"});
    EXPECT_FALSE(std::filesystem::exists(copy / "run"));
    EXPECT_TRUE(std::filesystem::exists(folderOf("tiny-inclora-s2")));
}

TEST_F(RunFlow, GenerateWithARun) {
    const auto text = run({"generate", "--run", "tiny-ella-s1", "--after", "1", "--json"},
                          "{\"text\": \"Options: good | bad Text: fine Answer:\"}\n");
    ASSERT_EQ(text.code, 0) << text.err;
    EXPECT_TRUE(text.json()["output"].is_string());
}

}  // namespace
}  // namespace jumplora
