// SPDX-License-Identifier: Apache-2.0
// A run that is killed at any moment and resumed equals, bit for bit, one that was not.
#include "base/error.h"
#include "base/random.h"
#include "support/child_process.h"
#include "support/prepared_run.h"
#include "train/run_state.h"
#include "train/trainer.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <regex>
#include <set>
#include <thread>

namespace jumplora {
namespace {

using testing::ChildProcess;

class KilledRun : public testing::PreparedRun {
  protected:
    // Dies at operation `number` (from 1) of the uninterrupted run.
    void dieAt(std::size_t number, bool half) const {
        const std::string what = fmt::format("killed {} operation {}: {}", half ? "in" : "before", number,
                                             m_operations.at(number - 1));
        const RunDirectory run = copy(fmt::format("at{}{}", number, half ? "h" : ""));
        ASSERT_EQ(runMortal(run, {std::to_string(number), half ? "1" : "0"}), -SIGKILL) << what;
        const std::string state = readState(run).state;
        EXPECT_TRUE(state == "lost" || state == "waiting" || state == "finished") << what << ": " << state;
        expectResumes(run, what);
        std::filesystem::remove_all(run.path().parent_path());
    }

    // "rename adapters/task_02.safetensors" -> "rename adapters/task.safetensors"
    static std::string kindOf(const std::string& operation) {
        static const std::regex number("_[0-9]+");
        return std::regex_replace(operation, number, "");
    }

    // One drawn moment of every kind of operation that `wanted` accepts.
    template <typename Predicate>
    [[nodiscard]] std::vector<std::size_t> drawOfEachKind(Rng& rng, Predicate&& wanted) const {
        std::map<std::string, std::vector<std::size_t>> kinds;
        for (std::size_t i = 0; i < m_operations.size(); ++i) {
            if (wanted(m_operations[i])) kinds[kindOf(m_operations[i])].push_back(i + 1);
        }
        std::vector<std::size_t> drawn;
        drawn.reserve(kinds.size());
        for (const auto& [kind, moments] : kinds) drawn.push_back(moments[rng.below(moments.size())]);
        return drawn;
    }

    [[nodiscard]] static std::uint64_t stepsIn(const RunDirectory& run) {
        if (!std::filesystem::exists(run.eventsFile())) return 0;
        const auto events = run.readEvents();
        return static_cast<std::uint64_t>(std::count_if(events.begin(), events.end(), [](const Event& event) {
            return std::holds_alternative<StepMetrics>(event.payload);
        }));
    }
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
          "rename checkpoint.safetensors", "write adapters/task.safetensors",
          "rename adapters/task.safetensors", "write predictions/after_on.jsonl",
          "write events.jsonl task_trained", "write result.json"})
        EXPECT_EQ(kinds.count(phase), 1U) << phase;
    EXPECT_GE(moments.size(), 20U);
    for (const std::size_t moment : moments) dieAt(moment, rng.chance(0.5));
}

TEST_F(KilledRun, WhileItComputes) {
    prepare("computing", {{"method", {{"type", "replay"}, {"share", 0.5}}}});
    Rng rng(21);
    const auto steps = static_cast<std::uint64_t>(
        std::count(m_operations.begin(), m_operations.end(), "write events.jsonl step"));
    ASSERT_GT(steps, 10U);
    for (int i = 0; i < 5; ++i) {
        // Killed some milliseconds after a drawn step, wherever the run has got to by then.
        const RunDirectory run = copy(fmt::format("time{}", i));
        const std::uint64_t step = 1 + rng.below(steps);
        const auto delay = std::chrono::microseconds(rng.below(40'000));
        ChildProcess child(JUMPLORA_MORTAL_RUN, {run.path().string()});
        while (child.alive() && stepsIn(run) < step)
            std::this_thread::sleep_for(std::chrono::microseconds(500));
        std::this_thread::sleep_for(delay);
        child.kill();
        child.wait();
        expectResumes(run, fmt::format("killed {} us after step event {}", delay.count(), step));
    }
}

TEST_F(KilledRun, AgainAndAgain) {
    prepare("again", {{"method", {{"type", "ella"}, {"lambda", 1e5}}}});
    const RunDirectory run = copy("chain");
    Rng rng(22);
    int deaths = 0;
    for (int i = 0; i < 30 && deaths < 6; ++i) {
        const std::size_t operation = 1 + rng.below(m_operations.size() / 3);
        const int result = runMortal(run, {std::to_string(operation), rng.chance(0.5) ? "1" : "0"});
        deaths += result == -SIGKILL ? 1 : 0;
    }
    EXPECT_GE(deaths, 3);
    expectResumes(run, "killed again and again");
}

TEST_F(KilledRun, WithElla) {
    // λ and the meaning of ΔW differ between tasks: W_past has to be rebuilt as it was.
    const Json topic = {{"task", "topic"}, {"method", {{"lambda", 1e4}, {"delta", "sparse"}}}};
    prepare("ella", {{"method", {{"type", "ella"}, {"lambda", 1e5}}},
                     {"gate", {{"threshold", "per_block"}}},
                     {"suite", {{"order", Json::array({"mood", topic, "mood", "answer"})}}}});
    Rng rng(23);
    for (int i = 0; i < 5; ++i) dieAt(1 + rng.below(m_operations.size()), rng.chance(0.5));
}

TEST_F(KilledRun, WithAMethodThatKeepsStateOfItsOwn) {
    prepare("ewc", {{"method", {{"type", "ewc"}, {"on", "delta"}, {"fisher_samples", 4}}}});
    Rng rng(24);
    const auto moments = drawOfEachKind(rng, [](const std::string& operation) {
        return operation.find("method.safetensors") != std::string::npos ||
               operation.find("checkpoint.safetensors") != std::string::npos;
    });
    EXPECT_GE(moments.size(), 6U);
    for (const std::size_t moment : moments) dieAt(moment, rng.chance(0.5));
}

TEST_F(KilledRun, WithOneAdapterForAllTasks) {
    for (const char* method : {"seqlora", "ewc", "multi_task"}) {
        prepare(std::string("continued_") + method, {{"method", {{"type", method}}}});
        Rng rng(25);
        for (int i = 0; i < 2; ++i) dieAt(1 + rng.below(m_operations.size()), rng.chance(0.5));
    }
}

}  // namespace
}  // namespace jumplora
