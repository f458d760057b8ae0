// SPDX-License-Identifier: Apache-2.0
// What `jumplora bench` computes is right; how long it takes is not looked at.
#include "app/program.h"
#include "support/shared_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jumplora {
namespace {

using ::testing::HasSubstr;
using testing::runProgram;
using testing::TemporaryFolder;

Json bench(const TemporaryFolder& folder, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "bench");
    arguments.insert(arguments.end(), {"--warmup", "0", "--repeats", "2", "--json"});
    const auto result = runProgram(folder.path(), arguments);
    EXPECT_EQ(result.code, 0) << result.err;
    return result.json();
}

TEST(Bench, AStepHasRowsTokensAndTheGateItWasAskedFor) {
    const TemporaryFolder folder;
    const Json gated = bench(folder, {"step", "--shape", "t5-tiny", "--batch", "4"});
    EXPECT_EQ(gated["rows"], 4);
    EXPECT_GT(gated["real_tokens"], 4);
    EXPECT_GE(gated["padded_tokens"], gated["real_tokens"]);
    EXPECT_EQ(gated["seconds"]["all"].size(), 2U);
    EXPECT_GT(gated["penalty ella"], 0);
    // As many entries are alive as the adapters have parameters: r·(64 + 128) of 64·128 at heads of 64.
    EXPECT_NEAR(gated["density"].get<double>(), 8.0 * (64 + 128) / (64 * 128), 1e-3);
    EXPECT_THAT(gated["kernels"], HasSubstr("GOMP_SPINCOUNT 10000"));
    const Json plain = bench(
        folder, {"step", "--shape", "t5-tiny", "--batch", "4", "--gate", "none", "--method", "inclora"});
    EXPECT_FALSE(plain.contains("density"));
    EXPECT_EQ(plain["real_tokens"], gated["real_tokens"]);
    EXPECT_GT(plain["ce"], 0);
}

TEST(Bench, AnswersDoNotDependOnTheThreads) {
    const TemporaryFolder folder;
    const std::vector<std::string> generate = {"generate", "--shape", "t5-tiny", "--batch", "6", "--threads"};
    auto one = generate, two = generate;
    one.emplace_back("1");
    two.emplace_back("2");
    const Json answers = bench(folder, one)["answers"];
    EXPECT_EQ(answers.size(), 6U);
    EXPECT_EQ(answers, bench(folder, two)["answers"]);
}

TEST(Bench, EveryOtherWorkloadRuns) {
    const TemporaryFolder folder;
    EXPECT_NEAR(bench(folder, {"layer", "--width", "64", "--tokens", "40"})["density"].get<double>(), 0.25,
                1e-9);
    EXPECT_GT(bench(folder, {"threshold", "--shape", "t5-tiny", "--batch", "2"})["tau"][0], 0);
    EXPECT_GT(bench(folder, {"load", "--shape", "t5-tiny"})["file_bytes"], 0);
    EXPECT_EQ(bench(folder, {"store"})["rows"], 20000);
}

TEST(Bench, TakesTurnsWhenToldTo) {
    const TemporaryFolder folder;
    const auto result = runProgram(
        folder.path(), {"bench", "layer", "--width", "32", "--tokens", "8", "--on-line"}, "go\ngo\ngo\n");
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_EQ(std::count(result.out.begin(), result.out.end(), '\n'), 3);
}

TEST(Bench, AnUnknownShapeIsRefused) {
    const TemporaryFolder folder;
    const auto result = runProgram(folder.path(), {"bench", "step", "--shape", "t5-bse"});
    EXPECT_EQ(result.code, 2);
    EXPECT_THAT(result.err, HasSubstr("t5-base"));
}

}  // namespace
}  // namespace jumplora
