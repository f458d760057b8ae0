// SPDX-License-Identifier: Apache-2.0
// Damaged task files: a typed error or rows, never a crash, never memory that no file stands for.
#include "base/file.h"
#include "data/task.h"
#include "support/mutation.h"
#include "support/shared_data.h"

#include <gtest/gtest.h>

namespace jumplora {
namespace {

using testing::damageFileOnDisk;
using testing::TemporaryFolder;

std::string jsonRows() {
    Json rows = Json::array();
    for (int i = 0; i < 12; ++i)
        rows.push_back({{"sentence", "caf\xC3\xA9 \"" + std::to_string(i) + "\" \\ \n\xF0\x9F\x98\x80"},
                        {"label", i % 2 == 0 ? Json("good") : Json(i)}});
    return rows.dump(1);
}

std::string jsonLines() {
    std::string lines;
    for (int i = 0; i < 12; ++i)
        lines +=
            Json{{"sentence", "row " + std::to_string(i) + " \xE2\x82\xAC"}, {"label", i % 3}}.dump() + "\n";
    return lines;
}

std::string separated(char separator) {
    std::string lines = fmt::format("id{0}sentence{0}label\r\n", separator);
    for (int i = 0; i < 12; ++i)
        lines += fmt::format("{1}{0}\"a \"\"quoted\"\" text{0}\n in two lines\"{0}good\n", separator, i);
    return lines;
}

struct TaskFolder {
    TemporaryFolder folder;
    explicit TaskFolder(const std::string& extension) {
        const std::map<std::string, std::string> content = {
            {"json", jsonRows()}, {"jsonl", jsonLines()}, {"csv", separated(',')}, {"tsv", separated('\t')}};
        for (const char* name : {"train.", "test."})
            writeFileAtomically(folder.path() / (name + extension), content.at(extension));
        const Json tasks = {{{"task_name", "mood"},
                             {"train_file", "train." + extension},
                             {"validation_file", "test." + extension},
                             {"instruction", "How does it sound?"},
                             {"options", {"good", "bad"}},
                             {"text_key", "sentence"},
                             {"label_key", "label"},
                             {"max_samples", 10}},
                            {{"task_name", "other"},
                             {"train_file", "train." + extension},
                             {"test_file", "test." + extension},
                             {"options", {"good"}},
                             {"prompt", "{text} {options}"}}};
        writeFileAtomically(folder.path() / "tasks.json", tasks.dump(1));
    }
    void load() const {
        const auto suite = openSuite((folder.path() / "tasks.json").string(), folder.path().string());
        for (std::size_t i = 0; i < suite->tasks().size(); ++i) {
            for (const Split split : {Split::Train, Split::Test}) {
                ASSERT_FALSE(suite->load(i, split, suite->tasks()[i].maxSamples).empty());
                (void)suite->provenance(i, split);
            }
        }
    }
};

class TaskFileDamage : public ::testing::TestWithParam<const char*> {};

TEST_P(TaskFileDamage, Rows) {
    const TaskFolder folder(GetParam());
    const auto count = damageFileOnDisk(folder.folder.path() / (std::string("train.") + GetParam()), 0, 1,
                                        600, [&] { folder.load(); });
    EXPECT_GT(count.refused, 50);
    EXPECT_GT(count.accepted, 50);
}

INSTANTIATE_TEST_SUITE_P(Formats, TaskFileDamage, ::testing::Values("json", "jsonl", "csv", "tsv"),
                         [](const auto& info) { return std::string(info.param); });

TEST(TaskListDamage, Tasks) {
    const TaskFolder folder("json");
    const auto count =
        damageFileOnDisk(folder.folder.path() / "tasks.json", 0, 2, 800, [&] { folder.load(); });
    EXPECT_GT(count.refused, 300);
    EXPECT_GT(count.accepted, 50);
}

TEST(SuiteFileDamage, Suite) {
    const TaskFolder folder("json");
    const auto file = folder.folder.path() / "tasks.json";
    writeFileAtomically(file, R"({"format": "jumplora-suite/1", "name": "two", "source": "here",
        "defaults": {"strip": false, "splits": {"train": "train.json", "test": "test.json"}, "epochs": 2.5},
        "tasks": [{"name": "one", "options": ["good", "bad"], "metric": "rouge_l", "max_new_tokens": 64},
                  {"name": "two", "files": {"train": "test.json", "test": "train.json"}, "prompt": "{text}?",
                   "answer": "first_line", "metric": "sari", "max_target_length": 12, "max_samples": 3}]})");
    const auto count = damageFileOnDisk(file, 0, 3, 5000, [&] { folder.load(); });
    EXPECT_GT(count.refused, 2000);
    EXPECT_GT(count.accepted, 50);
}

}  // namespace
}  // namespace jumplora
