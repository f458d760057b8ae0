// SPDX-License-Identifier: Apache-2.0
#include "base/file.h"
#include "data/task.h"
#include "support/errors.h"
#include "support/shared_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jumplora {
namespace {

using jumplora::testing::expectError;
using ::testing::ElementsAre;

std::vector<std::string> namesOf(const Suite& suite) {
    std::vector<std::string> names;
    for (const TaskInfo& task : suite.tasks()) names.push_back(task.name);
    return names;
}

class OLoraLayoutTest : public ::testing::Test {
  protected:
    testing::TemporaryFolder m_folder;

    void write(const std::string& name, const std::string& content) {
        makeFolder((m_folder.path() / name).parent_path());
        writeFileAtomically(m_folder.path() / name, content);
    }
    void writeDataSet(const std::string& place, const std::string& labels) {
        write(place + "/labels.json", labels);
        for (const char* split : {"train", "dev", "test"})
            write(place + "/" + split + ".json",
                  fmt::format(R"([{{"sentence": "a text of {}\n", "label": "good"}}])", split));
    }
    // Three tasks whose names do not tell their order.
    void SetUp() override {
        writeDataSet("CL_Benchmark/SC/mood", R"(["good", "bad"])");
        writeDataSet("CL_Benchmark/TC/about", R"(["World", "good"])");
        writeDataSet("CL_Benchmark/COPA/COPA", R"(["A", "B"])");
        write("configs/instruction_config.json",
              R"({"SC": [{"instruction_type": "few-shot", "instruction": "No."},
                         {"instruction_type": "zero-shot", "instruction": "Which mood?\n"}],
                  "TC": [{"instruction_type": "zero-shot", "instruction": "What about?\n"}]})");
        const auto config = [&](const std::string& task, const std::string& train, const std::string& test) {
            write("configs/order9/" + task + "/train_tasks.json", train);
            write("configs/order9/" + task + "/test_tasks.json", test);
        };
        const std::string mood = R"("SC": [{"sampling strategy": "full", "dataset name": "mood"}])";
        const std::string about = R"("TC": [{"sampling strategy": "full", "dataset name": "about"}])";
        const std::string copa = R"("COPA": [{"dataset name": "COPA"}])";
        config("mood", "{" + mood + R"(, "NLI": []})", "{" + mood + "}");
        config("copa", "{" + copa + "}", "{" + mood + "," + copa + "}");
        config("about", "{" + about + "}", "{" + mood + "," + copa + "," + about + "}");
    }
    std::unique_ptr<Suite> open(const std::string& place, const std::string& root = "") {
        return openSuite((m_folder.path() / place).string(), root);
    }
};

TEST_F(OLoraLayoutTest, SequenceOfConfigurations) {
    const auto suite = open("configs/order9");
    EXPECT_THAT(namesOf(*suite), ElementsAre("mood", "COPA", "about"));
    EXPECT_EQ(suite->load(0, Split::Train, {})[0].prompt,
              "Which mood?\nOption: good, bad \na text of train\n\nAnswer:");
    EXPECT_EQ(suite->load(1, Split::Dev, {})[0].prompt, "a text of dev\n\nAnswer:") << "no instruction";
    EXPECT_EQ(suite->load(2, Split::Test, {})[0].prompt,
              "What about?\nOption: World, good \na text of test\n\nAnswer:");
    EXPECT_EQ(suite->load(2, Split::Test, {})[0].label, "good");
    EXPECT_TRUE(suite->provenance(0, Split::Train).contains("SC/mood/train.json"));
}

TEST_F(OLoraLayoutTest, OneConfigurationAndTheData) {
    EXPECT_THAT(namesOf(*open("configs/order9/about")), ElementsAre("about"));
    EXPECT_THAT(namesOf(*open("CL_Benchmark")), ElementsAre("COPA", "mood", "about"));
}

TEST_F(OLoraLayoutTest, ARootMayBeTheDataOrWhatHoldsThem) {
    makeFolder(m_folder.path() / "elsewhere");
    std::filesystem::rename(m_folder.path() / "CL_Benchmark", m_folder.path() / "elsewhere/CL_Benchmark");
    expectError(ErrorKind::Input, {"labels.json", "suite.root"}, [&] { open("configs/order9"); });
    for (const char* root : {"elsewhere", "elsewhere/CL_Benchmark"})
        EXPECT_EQ(open("configs/order9", (m_folder.path() / root).string())->load(0, Split::Test, {}).size(),
                  1U);
}

TEST_F(OLoraLayoutTest, SaysWhatIsMissing) {
    makeFolder(m_folder.path() / "empty");
    expectError(ErrorKind::Input, {"is no folder of tasks", "train_tasks.json", "labels.json"},
                [&] { open("empty"); });
    std::filesystem::remove(m_folder.path() / "configs/instruction_config.json");
    expectError(ErrorKind::Input, {"instruction_config.json"}, [&] { open("configs/order9"); });
    write("configs/instruction_config.json", "[]");
    expectError(ErrorKind::Format, {"expected an object"}, [&] { open("configs/order9"); });
    write("configs/instruction_config.json", R"({"SC": [{"instruction": 1}]})");
    expectError(ErrorKind::Format, {"instruction_type"}, [&] { open("configs/order9"); });
}

}  // namespace
}  // namespace jumplora
