// SPDX-License-Identifier: Apache-2.0
#include "base/file.h"
#include "program.h"
#include "support/shared_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace jumplora {
namespace {

using ::testing::HasSubstr;

// Names in the list of subcommands of a help text.
std::vector<std::string> subcommandsIn(const std::string& help) {
    std::vector<std::string> names;
    std::istringstream lines(help.substr(std::min(help.size(), help.find("Subcommands:"))));
    for (std::string line; std::getline(lines, line);) {
        if (line.size() < 3 || line.compare(0, 2, "  ") != 0 || line[2] == ' ') continue;
        const std::string name = line.substr(2, line.find(' ', 2) - 2);
        if (name == "jumplora") break;  // the examples
        names.push_back(name);
    }
    return names;
}

class Help : public ::testing::Test {
  protected:
    testing::ProgramResult run(const std::vector<std::string>& arguments) {
        return testing::runProgram(m_folder.path(), arguments);
    }
    testing::TemporaryFolder m_folder;
};

TEST_F(Help, EveryCommandHasAnExampleAndIsDocumented) {
    const auto top = run({"--help"});
    EXPECT_EQ(top.code, 0);
    EXPECT_THAT(top.out, HasSubstr("Exit codes: 0 done"));
    const auto commands = subcommandsIn(top.out);
    EXPECT_GE(commands.size(), 20U);
    const std::string manual =
        readFile(std::filesystem::path(JUMPLORA_SOURCE_DIR) / "docs" / "command-line.md");
    for (const std::string& command : commands) {
        const auto help = run({command, "--help"});
        EXPECT_EQ(help.code, 0) << command;
        EXPECT_THAT(help.out, HasSubstr("Example")) << command;
        EXPECT_THAT(help.out, HasSubstr("jumplora " + command)) << command;
        EXPECT_THAT(manual, HasSubstr("## " + command + "\n")) << command;
        EXPECT_THAT(manual, HasSubstr("jumplora " + command)) << command;
    }
    for (const std::string& command : subcommandsIn(run({"verify", "--help"}).out))
        EXPECT_THAT(run({"verify", command, "--help"}).out, HasSubstr("jumplora verify " + command));
}

TEST_F(Help, WrongInputNamesTheOptionAndTheNearestName) {
    const auto expectRefused = [&](const std::vector<std::string>& arguments,
                                   const std::vector<std::string>& parts) {
        const auto result = run(arguments);
        EXPECT_EQ(result.code, 2) << result.err;
        for (const std::string& part : parts) EXPECT_THAT(result.err, HasSubstr(part));
        EXPECT_EQ(result.out, "");
    };
    expectRefused({}, {"subcommand"});
    expectRefused({"lst"}, {"lst", "Did you mean \"list\"?"});
    expectRefused({"list", "--stat", "paused"}, {"--stat", "Did you mean \"--state\"?"});
    expectRefused({"list", "--state", "finishd"}, {"--state", "\"finishd\"", "finished"});
    expectRefused({"export", "x", "--format", "latx"}, {"--format", "latex"});
    expectRefused({"evaluate", "x", "--split", "valid"}, {"--split", "dev"});
    expectRefused({"show"}, {"run"});
    expectRefused({"show", "nothing"}, {"nothing", "jumplora list"});
    expectRefused({"show", "latest"}, {"no run yet"});
    expectRefused({"run", "absent.json"}, {"absent.json"});
    expectRefused({"backbones", "absent"}, {"absent"});
    expectRefused({"generate"}, {"--run"});
    expectRefused({"index", "absent"}, {"absent"});
    expectRefused({"spec", "--set", "adapter.rnk=3"}, {"adapter.rnk", "rank"});
}

TEST_F(Help, WhatNeedsNoRun) {
    const auto methods = run({"methods", "ella", "--json"});
    ASSERT_EQ(methods.code, 0) << methods.err;
    EXPECT_EQ(methods.json()[0]["params"][0]["key"], "lambda");
    const auto backbones = run({"backbones", "--json", "--rank", "4"});
    ASSERT_EQ(backbones.code, 0) << backbones.err;
    const Json json = backbones.json()[0];
    EXPECT_GT(json["parameters"].get<std::int64_t>(), 1000000);
    EXPECT_EQ(json["stored_type"], "F16");
    std::int64_t parameters = 0;
    for (const Json& group : json["targets"])
        if (group["target"] == "q" || group["target"] == "v")
            parameters += 4 * group["layers"].get<std::int64_t>() *
                          (group["rows"].get<std::int64_t>() + group["columns"].get<std::int64_t>());
    EXPECT_EQ(json["adapter"]["parameters"], parameters);
    EXPECT_THAT(run({"backbones"}).out, HasSubstr("Supported: T5"));
    const auto tasks = run({"tasks", "--json", "--examples", "1"});
    ASSERT_EQ(tasks.code, 0) << tasks.err;
    EXPECT_GE(tasks.json().size(), 7U);
    EXPECT_THAT(tasks.json()[0]["examples"][0]["prompt"].get<std::string>(), HasSubstr("Options:"));
    const auto list = run({"list", "--json"});
    EXPECT_EQ(list.code, 0) << list.err;
    EXPECT_EQ(list.json().size(), 0U);
}

TEST_F(Help, TokenizeAndGenerate) {
    const std::string builtin =
        (std::filesystem::path(JUMPLORA_SOURCE_DIR) / "resources" / "builtin").string();
    const auto ids =
        testing::runProgram(m_folder.path(), {"tokenize", builtin}, "{\"text\": \"Options: good | bad\"}\n");
    ASSERT_EQ(ids.code, 0) << ids.err;
    const auto text = testing::runProgram(m_folder.path(), {"tokenize", builtin, "--decode"}, ids.out);
    EXPECT_EQ(text.out, "{\"text\":\"Options: good | bad\"}\n");
    for (const char* far : {"{\"ids\": [4294967296]}\n", "{\"ids\": [18446744073709551615]}\n"}) {
        const auto refused = testing::runProgram(m_folder.path(), {"tokenize", builtin, "--decode"}, far);
        EXPECT_EQ(refused.code, 2);
        EXPECT_THAT(refused.err, HasSubstr("is no id of any vocabulary"));
    }
    const auto lines = testing::runProgram(m_folder.path(), {"generate", "builtin", "--max-new-tokens", "4"},
                                           "Options: good | bad Text: fine Answer:\nanother line\n");
    ASSERT_EQ(lines.code, 0) << lines.err;
    EXPECT_EQ(std::count(lines.out.begin(), lines.out.end(), '\n'), 2);
    const auto json =
        testing::runProgram(m_folder.path(), {"generate", "builtin", "--json", "--max-new-tokens", "4"},
                            "{\"text\": \"Options: good | bad Text: fine Answer:\"}\n");
    ASSERT_EQ(json.code, 0) << json.err;
    EXPECT_EQ(json.json()["output"].get<std::string>() + "\n", lines.out.substr(0, lines.out.find('\n') + 1));
    const auto wrong =
        testing::runProgram(m_folder.path(), {"generate", "builtin", "--json"}, "{\"txt\": 1}\n");
    EXPECT_EQ(wrong.code, 2);
    EXPECT_THAT(wrong.err, HasSubstr("line 1"));
}

}  // namespace
}  // namespace jumplora
