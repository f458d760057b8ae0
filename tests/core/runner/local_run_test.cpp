// SPDX-License-Identifier: Apache-2.0
#include "runner/local_run.h"

#include "base/file.h"
#include "store/store.h"
#include "support/shared_data.h"

#include <gtest/gtest.h>

namespace jumplora {
namespace {

class LocalRunTest : public ::testing::Test {
  protected:
    // Three built-in tasks of two steps each.
    [[nodiscard]] RunDirectory prepare(const std::string& gate) const {
        Json json = {{"name", "tiny"},
                     {"suite", {{"order", {"imdb", "sst-2", "agnews"}}, {"max_samples", 16}}},
                     {"gate", {{"type", gate}}},
                     {"train", {{"batch_size", 8}}},
                     {"evaluation", {{"max_samples", 4}}}};
        const RunSpec spec = parseRunSpec(json);
        const RunDirectory directory = createRunDirectory(m_folder.path() / "runs", spec);
        prepareRun(directory, spec);
        return directory;
    }

    [[nodiscard]] LocalRunOptions options() const { return {m_folder.path() / "index.sqlite", {}}; }

    testing::TemporaryFolder m_folder;
    RunControl m_control;
};

std::vector<std::pair<std::int64_t, std::int64_t>> comparedTasks(const std::vector<OverlapComputed>& rows) {
    std::vector<std::pair<std::int64_t, std::int64_t>> pairs;
    for (const OverlapComputed& row : rows) pairs.emplace_back(row.i, row.j);
    return pairs;
}

TEST_F(LocalRunTest, TheIndexHoldsTheFinishedRunAndItsOverlap) {
    const RunDirectory directory = prepare("jumprelu");
    EXPECT_EQ(runLocally(directory, {}, m_control, options()), "finished");

    std::vector<OverlapComputed> logged;
    for (const Event& event : directory.readEvents()) {
        if (const auto* overlap = std::get_if<OverlapComputed>(&event.payload)) logged.push_back(*overlap);
    }
    const std::vector<std::pair<std::int64_t, std::int64_t>> expected = {{1, 1}, {2, 2}, {1, 2},
                                                                         {3, 3}, {1, 3}, {2, 3}};
    EXPECT_EQ(comparedTasks(logged), expected);

    Store store(options().database);
    const RunRow row = store.run("tiny");
    EXPECT_EQ(row.state, "finished");
    EXPECT_EQ(row.tasksTrained, 3);
    EXPECT_EQ(store.overlap(row.id).size(), expected.size());
    EXPECT_EQ(store.cells(row.id).size(), 6U);
}

TEST_F(LocalRunTest, AnIndexThatCannotBeWrittenIsReportedAndHarmsNothing) {
    const RunDirectory directory = prepare("none");
    LocalRunOptions broken = options();
    writeFileAtomically(broken.database, std::string(5000, 'x'));
    std::vector<std::string> problems;
    broken.onProblem = [&](const std::string& problem) { problems.push_back(problem); };
    EXPECT_EQ(runLocally(directory, {}, m_control, broken), "finished");
    EXPECT_TRUE(std::filesystem::exists(directory.resultFile()));
    ASSERT_FALSE(problems.empty());
    EXPECT_NE(problems.front().find("index.sqlite"), std::string::npos) << problems.front();
}

}  // namespace
}  // namespace jumplora
