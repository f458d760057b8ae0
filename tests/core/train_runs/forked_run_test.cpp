// SPDX-License-Identifier: Apache-2.0
// A run that goes on from another one after task k equals one that did all tasks.
#include "base/error.h"
#include "base/file.h"
#include "support/errors.h"
#include "support/prepared_run.h"
#include "train/run_state.h"
#include "train/trainer.h"

#include <csignal>

namespace jumplora {
namespace {

using testing::expectError;
using testing::tinySpec;

Json withOrder(Json changes, const Json& order) {
    changes["suite"]["order"] = order;
    return changes;
}

class ForkedRun : public testing::PreparedRun {
  protected:
    [[nodiscard]] RunDirectory emptyRun(const std::string& place) const {
        makeFolder(m_place / place / "run");
        return RunDirectory(m_place / place / "run");
    }

    // A finished run of its own spec.
    [[nodiscard]] RunDirectory finished(const std::string& place, const Json& changes) const {
        RunDirectory run = emptyRun(place);
        prepareRun(run, tinySpec(inputs(), changes));
        RunControl control;
        EXPECT_EQ(executeRun(run, {}, control), "finished");
        return run;
    }
};

TEST_F(ForkedRun, ExtendedByATaskItEqualsARunOfAllTasks) {
    for (const char* method : {"ella", "olora", "replay", "seqlora", "ewc", "per_task"}) {
        SCOPED_TRACE(method);
        const Json changes = {{"method", {{"type", method}}}, {"evaluation", {{"tasks", "seen"}}}};
        prepare(std::string("extend_") + method, changes);  // mood, topic, answer, as the task file says
        const RunDirectory parent = finished("parent", withOrder(changes, {"mood", "topic"}));
        const auto before = testing::resultOf(parent);
        const RunDirectory run = emptyRun("fork");
        forkRun(parent, 2, run, tinySpec(inputs(), withOrder(changes, {"mood", "topic", "answer"})));
        EXPECT_EQ(readState(run).state, "waiting");
        const Json json = readJsonFile(run.runFile());
        EXPECT_EQ(json["lineage"]["parent"], "run");
        EXPECT_EQ(json["lineage"]["after_task"], 2);
        EXPECT_EQ(json["lineage"]["kind"], "fork");

        RunControl control;
        EXPECT_EQ(executeRun(run, {}, control), "finished");
        auto expected = m_expected;
        const auto found = testing::resultOf(run);
        // The order is spelt out in one spec and left open in the other: that alone may differ.
        const std::string openHash = specHash(tinySpec(inputs(), changes));
        const std::string hash = specHash(run.readSpec());
        for (auto& [name, content] : expected) {
            const std::size_t at = content.find(openHash);
            if (at != std::string::npos) content.replace(at, hash.size(), hash);
        }
        testing::expectEqualResults(expected, found, "extended");
        testing::expectEqualResults(before, testing::resultOf(parent), "the parent");
    }
}

TEST_F(ForkedRun, AfterAnyTaskOfAWholeRunAndOfAFork) {
    const Json changes = {{"method", {{"type", "ewc"}, {"on", "delta"}, {"fisher_samples", 4}}},
                          {"evaluation", {{"before_training", true}}}};
    prepare("any", changes);
    const RunDirectory parent(m_place / "whole" / "run");
    for (const std::int64_t task : {1, 2, 3}) {
        const RunDirectory run = emptyRun(fmt::format("fork{}", task));
        forkRun(parent, task, run, tinySpec(inputs(), changes));
        expectResumes(run, fmt::format("forked after task {}", task));
    }
    const RunDirectory again = emptyRun("again");
    forkRun(RunDirectory(m_place / "fork2" / "run"), 1, again, tinySpec(inputs(), changes));
    expectResumes(again, "a fork of a fork");
}

TEST_F(ForkedRun, CellsOfTasksThatAreOthersHereAreNotTaken) {
    prepare("columns", Json::object());
    const RunDirectory parent(m_place / "whole" / "run");
    const RunDirectory run = emptyRun("fork");
    forkRun(parent, 1, run, tinySpec(inputs(), withOrder(Json::object(), {"mood", "answer", "topic"})));
    std::vector<std::int64_t> columns;
    for (const Event& event : run.readEvents()) {
        if (const auto* cell = std::get_if<EvaluationCell>(&event.payload)) columns.push_back(cell->task);
    }
    EXPECT_EQ(columns, std::vector<std::int64_t>{1});
    RunControl control;
    EXPECT_EQ(executeRun(run, {}, control), "finished");
    const Json result = readJsonFile(run.resultFile());
    EXPECT_EQ(result["tasks"], Json({"mood", "answer", "topic"}));
    EXPECT_EQ(result["cells"].size(), 1U + 3U + 3U);
}

TEST_F(ForkedRun, RefusesWhatWouldNotBeTheSameRun) {
    prepare("refused", {{"method", {{"type", "ewc"}, {"fisher_samples", 4}}}});
    const Json changes = {{"method", {{"type", "ewc"}, {"fisher_samples", 4}}}};
    const RunDirectory parent(m_place / "whole" / "run");
    int number = 0;
    const auto refused = [&](const RunDirectory& from, std::int64_t task, const Json& other,
                             const std::vector<std::string>& parts, ErrorKind kind = ErrorKind::Input) {
        SCOPED_TRACE(number);
        const RunDirectory run = emptyRun(fmt::format("no{}", ++number));
        Json merged = changes;
        merged.merge_patch(other);
        expectError(kind, parts, [&] { forkRun(from, task, run, tinySpec(inputs(), merged)); });
    };
    refused(parent, 0, Json::object(), {"--after-task", "0"});
    refused(parent, 4, Json::object(), {"--after-task", "4"});
    refused(parent, 2, {{"seed", 12}}, {"/seed"});
    refused(parent, 2, {{"adapter", {{"alpha", 9}}}}, {"/adapter/alpha"});
    refused(parent, 2, {{"evaluation", {{"max_samples", 3}}}}, {"/evaluation/max_samples"});
    refused(parent, 2, {{"suite", {{"order", {"topic", "mood", "answer"}}}}}, {"/suite/order"});
    refused(parent, 2, {{"method", {{"lambda", 1}}}}, {"/method/lambda"});

    // Killed while the second task was evaluated: its adapter is there, its row of the matrix is not.
    const RunDirectory half = copy("half");
    std::size_t operation = lastOperation("rename adapters/task_02.safetensors");
    ASSERT_EQ(runMortal(half, {std::to_string(operation + 12), "0"}), -SIGKILL);
    ASSERT_TRUE(std::filesystem::exists(half.path() / half.adapterName(2)));
    refused(half, 2, Json::object(), {"task 2", "not finished", "1 of its tasks"});

    // The method's memory belongs to the task as much as the adapter does.
    std::filesystem::remove(parent.path() / parent.methodStateName(2));
    refused(parent, 2, Json::object(), {parent.methodStateName(2)}, ErrorKind::Io);
}

}  // namespace
}  // namespace jumplora
