// SPDX-License-Identifier: Apache-2.0
// A run that is killed at any moment and resumed equals, bit for bit, one that was not.
#include "base/error.h"
#include "base/file.h"
#include "base/random.h"
#include "support/child_process.h"
#include "support/shared_data.h"
#include "support/tiny_run.h"
#include "train/run_state.h"
#include "train/trainer.h"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <set>
#include <sstream>
#include <thread>

namespace jumplora {
namespace {

using testing::ChildProcess;
using testing::TemporaryFolder;

class KilledRun : public ::testing::Test {
  protected:
    static void SetUpTestSuite() {
        s_folder = std::make_unique<TemporaryFolder>();
        testing::writeTinyInputs(s_folder->path() / "inputs");
    }
    static void TearDownTestSuite() { s_folder.reset(); }

    // A prepared run and what it comes to when nobody kills it.
    void prepare(const std::string& name, const Json& changes) {
        m_place = s_folder->path() / name;
        makeFolder(m_place / "prepared" / "run");
        prepareRun(RunDirectory(m_place / "prepared" / "run"),
                   testing::tinySpec(s_folder->path() / "inputs", changes));
        const RunDirectory whole = copy("whole");
        ASSERT_EQ(ChildProcess(JUMPLORA_MORTAL_RUN, {whole.path().string()}).wait(), 0);
        m_expected = testing::resultOf(whole);
        std::istringstream lines(readFile(whole.path().string() + ".operations"));
        for (std::string line; std::getline(lines, line);) m_operations.push_back(line);
    }

    // A copy of the prepared run; the folder's own name, and so the run's id, stays the same.
    [[nodiscard]] RunDirectory copy(const std::string& place) const {
        makeFolder(m_place / place);
        std::filesystem::copy(m_place / "prepared" / "run", m_place / place / "run",
                              std::filesystem::copy_options::recursive);
        return RunDirectory(m_place / place / "run");
    }

    void expectResumes(const RunDirectory& run, const std::string& what) const {
        RunControl control;
        ASSERT_NO_THROW(EXPECT_EQ(executeRun(run, {}, control), "finished") << what) << what;
        testing::expectEqualResults(m_expected, testing::resultOf(run), what);
        EXPECT_EQ(readState(run).state, "finished") << what;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(run.path()))
            EXPECT_EQ(entry.path().string().find(".tmp-"), std::string::npos) << what << ": " << entry.path();
        std::filesystem::remove_all(run.path().parent_path());
    }

    // Dies at operation `number` (from 1) of the uninterrupted run.
    void dieAt(std::size_t number, bool half) const {
        const std::string what = fmt::format("killed {} operation {}: {}", half ? "in" : "before", number,
                                             m_operations.at(number - 1));
        const RunDirectory run = copy(fmt::format("at{}{}", number, half ? "h" : ""));
        ASSERT_EQ(
            ChildProcess(JUMPLORA_MORTAL_RUN, {run.path().string(), std::to_string(number), half ? "1" : "0"})
                .wait(),
            -SIGKILL)
            << what;
        const std::string state = readState(run).state;
        EXPECT_TRUE(state == "lost" || state == "waiting" || state == "finished") << what << ": " << state;
        expectResumes(run, what);
    }

    // "rename adapters/task_02.safetensors" -> "rename adapters/task"
    static std::string kindOf(const std::string& operation) {
        return operation.substr(0, operation.find("_0"));
    }

    // One drawn moment of every kind of operation that `wanted` accepts.
    template <typename Predicate>
    [[nodiscard]] std::vector<std::size_t> drawOfEachKind(Rng& rng, Predicate&& wanted) const {
        std::map<std::string, std::vector<std::size_t>> kinds;
        for (std::size_t i = 0; i < m_operations.size(); ++i) {
            if (wanted(m_operations[i])) kinds[kindOf(m_operations[i])].push_back(i + 1);
        }
        std::vector<std::size_t> drawn;
        for (const auto& [kind, moments] : kinds) drawn.push_back(moments[rng.below(moments.size())]);
        return drawn;
    }

    static inline std::unique_ptr<TemporaryFolder> s_folder;
    std::filesystem::path m_place;
    std::map<std::string, std::string> m_expected;
    std::vector<std::string> m_operations;
};

TEST_F(KilledRun, AtEveryKindOfFileOperation) {
    prepare("replay", {{"method", {{"type", "replay"}, {"share", 0.5}, {"memory", 5}}},
                       {"evaluation", {{"before_training", true}}}});
    Rng rng(20);
    const auto moments = drawOfEachKind(rng, [](const std::string&) { return true; });
    std::set<std::string> kinds;
    for (const std::size_t moment : moments) kinds.insert(kindOf(m_operations[moment - 1]));
    for (const char* phase :
         {"write events.jsonl step", "write events.jsonl evaluation_progress", "write checkpoint.safetensors",
          "rename checkpoint.safetensors", "write adapters/task", "rename adapters/task",
          "write predictions/after", "write events.jsonl task_trained", "write result.json"})
        EXPECT_EQ(kinds.count(phase), 1U) << phase;
    EXPECT_GE(moments.size(), 20U);
    for (const std::size_t moment : moments) dieAt(moment, rng.chance(0.5));
}

}  // namespace
}  // namespace jumplora
