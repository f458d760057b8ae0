// SPDX-License-Identifier: Apache-2.0
// Adapters and models in and out, through the real program.
#include "base/file.h"
#include "program.h"
#include "support/shared_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jumplora {
namespace {

using ::testing::HasSubstr;

constexpr const char* kSpec = R"({
  "suite": {"tasks": "builtin", "order": ["agnews", "amazon"], "max_samples": 24},
  "train": {"batch_size": 8},
  "adapter": {"rank": 2},
  "optimizer": {"lr": 0.02},
  "evaluation": {"max_samples": 2, "max_new_tokens": 2}
})";

class Peft : public ::testing::Test {
  protected:
    testing::ProgramResult run(const std::vector<std::string>& arguments, const std::string& input = {}) {
        return testing::runProgram(m_folder.path() / "data", arguments, input);
    }
    Json json(std::vector<std::string> arguments) {
        arguments.emplace_back("--json");
        const auto result = run(arguments);
        EXPECT_EQ(result.code, 0) << result.err;
        return result.code == 0 ? result.json() : Json();
    }
    [[nodiscard]] std::string place(const std::string& name) const {
        return (m_folder.path() / name).string();
    }
    testing::TemporaryFolder m_folder;
};

TEST_F(Peft, OutAndInAgain) {
    writeFileAtomically(place("spec.json"), kSpec);
    for (const char* gate : {"none", "jumprelu"}) {
        const auto done = run({"run", place("spec.json"), "--into", place(gate), "--quiet", "--set",
                               std::string("gate.type=") + gate});
        ASSERT_EQ(done.code, 0) << done.err;
    }
    const Json sum =
        json({"peft", "export", place("none"), "--task", "amazon", "--cumulative", "-o", place("sum")});
    EXPECT_EQ(sum["rank"], 4);
    EXPECT_EQ(json({"peft", "show", place("sum"), "--backbone", "builtin"})["rank"], (Json{4, 4}));
    json({"peft", "import", place("sum"), "--backbone", "builtin", "-o", place("merged")});
    json({"export-model", place("none"), "-o", place("model")});
    const std::string text = "Options: good | bad Text: fine Answer:\n";
    const std::string answer = run({"generate", "--run", place("none")}, text).out;
    EXPECT_NE(answer, "");
    EXPECT_EQ(run({"generate", "builtin", "--adapter", place("sum")}, text).out, answer);
    EXPECT_EQ(run({"generate", place("merged")}, text).out, answer);
    EXPECT_EQ(run({"generate", place("model")}, text).out, answer);

    // The same tasks without the run.
    const Json ofRun = json({"evaluate", place("none"), "--max-samples", "6"});
    const Json alone = json({"evaluate", "--backbone", "builtin", "--adapter", place("sum"), "--suite",
                             "builtin", "--tasks", "agnews,amazon", "--max-samples", "6", "--max-new-tokens",
                             "2", "--predictions", place("answers")});
    ASSERT_EQ(alone["cells"].size(), 2U);
    for (std::size_t i = 0; i < 2; ++i)
        for (const char* key : {"task", "metric", "accuracy", "correct", "total", "within_options"})
            EXPECT_EQ(alone["cells"][i][key], ofRun["cells"][i][key]) << key;
    EXPECT_TRUE(std::filesystem::exists(place("answers/amazon.jsonl")));
    const auto plain = run({"evaluate", "--backbone", place("model"), "--suite", "builtin", "--tasks",
                            "amazon", "--max-samples", "4", "--quiet"});
    EXPECT_EQ(plain.code, 0) << plain.err;
    EXPECT_THAT(plain.out, HasSubstr("amazon"));
    // Every precision of a run; a processor that is not fast at it says so itself.
    const auto half = run({"evaluate", "--backbone", "builtin", "--suite", "builtin", "--tasks", "amazon",
                           "--max-samples", "4", "--precision", "bfloat16", "--quiet"});
    if (half.code == 0)
        EXPECT_THAT(half.out, HasSubstr("amazon"));
    else
        EXPECT_THAT(half.err, HasSubstr("AVX512_BF16"));

    const Json gated = json(
        {"peft", "export", place("jumprelu"), "--task", "2", "--closest-rank", "3", "-o", place("entries")});
    EXPECT_TRUE(gated["sparse"].get<bool>());
    EXPECT_GT(gated["relative_error"].get<double>(), 0);
    EXPECT_TRUE(std::filesystem::exists(place("entries/sparse_update.safetensors")));

    const auto refuse = [&](const std::vector<std::string>& arguments, const std::string& part) {
        const auto result = run(arguments);
        EXPECT_EQ(result.code, 2);
        EXPECT_THAT(result.err, HasSubstr(part));
    };
    refuse({"peft", "export", place("none"), "--task", "1", "-o", place("sum")}, "not empty");
    refuse({"peft", "export", place("none"), "--task", "7", "-o", place("new")}, "7");
    refuse({"peft", "show", place("model"), "--backbone", "builtin"}, "adapter_config.json");
    refuse({"evaluate", "--backbone", "builtin"}, "--suite");
    refuse({"evaluate"}, "--backbone");
    refuse({"evaluate", "--backbone", "builtin", "--suite", "builtin", "--tasks", "amazone"}, "amazon");
    refuse({"export-model", place("none"), "--dtype", "int8", "-o", place("new")}, "float16");
    EXPECT_FALSE(std::filesystem::exists(place("new")));
}

TEST_F(Peft, APickleThatAsksForMoreIsRefusedByName) {
    const auto source = std::filesystem::path(JUMPLORA_SOURCE_DIR) / "resources" / "builtin";
    std::filesystem::copy(source, place("bad"));
    std::filesystem::remove(place("bad/model.safetensors"));
    writeFileAtomically(place("bad/pytorch_model.bin"), "cos\nsystem\n(S'touch here'\ntR.");
    const auto result = run({"generate", place("bad")}, "text\n");
    EXPECT_EQ(result.code, 2);
    EXPECT_THAT(result.err, HasSubstr("os.system"));
}

}  // namespace
}  // namespace jumplora
