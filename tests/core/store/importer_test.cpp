// SPDX-License-Identifier: Apache-2.0
#include "store/importer.h"

#include "base/error.h"
#include "core/store/database_dump.h"
#include "core/store/sample_run.h"
#include "support/shared_data.h"
#include "train/run_lock.h"
#include "train/run_state.h"

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <limits>

namespace jumplora {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::SampleRun;
using testing::TemporaryFolder;
using testing::writeSampleRun;

TEST(Importer, JointTrainingLeavesTheNamesOfTheColumns) {
    const TemporaryFolder folder;
    const RunDirectory files = writeSampleRun(folder.path() / "run");
    auto events = testing::sampleEvents({});
    std::erase_if(events, [](const Event& event) {
        const auto* task = std::get_if<TaskStarted>(&event.payload);
        return task != nullptr && task->task < 3;
    });
    for (Event& event : events) {
        if (auto* task = std::get_if<TaskStarted>(&event.payload)) task->name = "all tasks";
    }
    writeFileAtomically(files.eventsFile(), testing::eventLines(events));
    Store store = Store::inMemory();
    EXPECT_THAT(store.run(Importer(store).indexRun(files.path())).tasks,
                ElementsAre("task1", "task2", "task3"));
}

TEST(Importer, EverythingOfARunIsFoundAgain) {
    const TemporaryFolder folder;
    const RunDirectory files = writeSampleRun(folder.path() / "run");
    Store store = Store::inMemory();
    const std::string id = Importer(store).indexRun(files.path());

    const RunRow run = store.run(id);
    EXPECT_EQ(run.id, SampleRun{}.id);
    EXPECT_EQ(run.name, "order1");
    EXPECT_EQ(run.state, "finished");
    EXPECT_EQ(run.method, "ella");
    EXPECT_EQ(run.gate, "jumprelu");
    EXPECT_EQ(run.seed, 1U);
    EXPECT_EQ(run.specHash, "0123456789abcdef");
    EXPECT_EQ(run.lineageParent, "older-run");
    EXPECT_EQ(run.lineageAfterTask, 2);
    EXPECT_EQ(run.updated, "2026-03-04T15:00:00Z");
    EXPECT_THAT(run.tasks, ElementsAre("task1", "task2", "task3"));
    EXPECT_EQ(run.stepsPlanned, 15);
    EXPECT_EQ(run.stepsDone, 15);
    EXPECT_EQ(run.tasksTrained, 3);
    EXPECT_DOUBLE_EQ(run.activeSeconds, 15 * 0.5 + 6 * 0.25);
    EXPECT_TRUE(run.hasCheckpoint);
    EXPECT_EQ(run.warnings, 1);
    ASSERT_TRUE(run.density);
    EXPECT_DOUBLE_EQ(*run.density, 0.2);

    const auto spec = store.spec(id);
    const auto lr =
        std::find_if(spec.begin(), spec.end(), [](const SpecValue& v) { return v.key == "optimizer.lr"; });
    ASSERT_NE(lr, spec.end());
    EXPECT_EQ(lr->json, "0.001");
    EXPECT_EQ(store.specColumn("adapter.targets").front().second, "[\"q\",\"v\"]");

    const auto tasks = store.tasks(id);
    ASSERT_EQ(tasks.size(), 3U);
    EXPECT_EQ(tasks[1].rows, 160);
    EXPECT_EQ(tasks[1].thresholdStep, 1);
    ASSERT_TRUE(tasks[1].trained);
    EXPECT_EQ(tasks[1].trained->alive, (std::vector<std::int64_t>{50, 20}));
    EXPECT_EQ(tasks[1].trained->storedBytes, 4096);

    ASSERT_EQ(store.modules(id).size(), 2U);
    EXPECT_EQ(store.modules(id)[1].group, "encoder self v");
    EXPECT_EQ(store.cells(id).size(), 6U);
    EXPECT_EQ(store.cells(id)[1].correct, 85);
    EXPECT_EQ(store.gateStatistics(id).size(), 15U);
    EXPECT_EQ(store.gateStatistics(id, 2).size(), 5U);
    EXPECT_EQ(store.lastGateStatistics(id)->alive, (std::vector<std::int64_t>{50, 20}));
    EXPECT_EQ(store.checkpoints(id).size(), 3U);
    EXPECT_EQ(store.warnings(id).front().code, "short_task");

    const auto overlap = store.overlap(id);
    ASSERT_EQ(overlap.size(), 3U);
    EXPECT_EQ(overlap[2].i, 2);
    EXPECT_EQ(overlap[2].j, 3);
    ASSERT_EQ(overlap[2].pooled.size(), 2U);
    EXPECT_EQ(overlap[2].pooled[1].name, "cosine");
    EXPECT_EQ(overlap[2].pooled[1].value, -0.5);
    ASSERT_EQ(overlap[2].perModule.size(), 2U);
    EXPECT_EQ(overlap[2].perModule[1][1].value, 0.5);
    EXPECT_TRUE(std::isnan(overlap[2].perModule[0][1].value)) << "not given for this module";
}

TEST(Importer, CurvesKeepGapsAndRanges) {
    const TemporaryFolder folder;
    Store store = Store::inMemory();
    const std::string id = Importer(store).indexRun(writeSampleRun(folder.path() / "run").path());
    const CurveSet curves = store.curves(id, {"ce", "penalty.ella", "tau.0", "grad_norm", "total", "tau.7"});
    ASSERT_EQ(curves.globalStep.size(), 15U);
    EXPECT_DOUBLE_EQ(curves.values[0][4], 2.0 / 5);
    EXPECT_TRUE(std::isnan(curves.values[1][0])) << "the first task has no penalty";
    EXPECT_DOUBLE_EQ(curves.values[1][6], 0.5);
    EXPECT_DOUBLE_EQ(curves.values[2][14], 5e-3);
    EXPECT_TRUE(std::isnan(curves.values[3][2])) << "NaN survives";
    EXPECT_DOUBLE_EQ(curves.values[4][6], 2.0 / 7 + 0.5);
    EXPECT_TRUE(std::isnan(curves.values[5][0])) << "there is one threshold only";

    const CurveSet part = store.curves(id, {"ce"}, {.task = 2, .firstGlobalStep = 7, .lastGlobalStep = 9});
    EXPECT_THAT(part.globalStep, ElementsAre(7, 8, 9));
    EXPECT_THAT(part.step, ElementsAre(2, 3, 4));
    EXPECT_THROW((void)store.curves(id, {"cee"}), Error);
    EXPECT_THAT(store.curveKeys(id), ::testing::IsSupersetOf({"ce", "total", "penalty.ella", "tau.0"}));
}

TEST(Importer, ReadingTwiceChangesNothing) {
    const TemporaryFolder folder;
    const RunDirectory files = writeSampleRun(folder.path() / "run");
    Store store = Store::inMemory();
    Importer(store).indexRun(files.path());
    store.addTag(SampleRun{}.id, "paper");
    store.setNote(SampleRun{}.id, "looks good");
    Importer(store).indexRun(files.path());
    const std::string once = testing::dumpDatabase(store.connection());
    Importer(store).indexRun(files.path());
    EXPECT_EQ(testing::dumpDatabase(store.connection()), once);
}

TEST(Importer, ANameThatAPersonGaveIsKept) {
    const TemporaryFolder folder;
    const RunDirectory files = writeSampleRun(folder.path() / "run");
    {
        Store store = Store::inMemory();
        const std::string id = Importer(store).indexRun(files.path());
        store.setName(id, "the good one");
        EXPECT_EQ(store.run(id).name, "the good one");
        store.addTag(id, "paper");
        store.setNote(id, "a note");
        Importer(store).indexRun(files.path());
        EXPECT_EQ(store.run(id).name, "the good one");
        EXPECT_THROW(store.setName(id, ""), Error);
        EXPECT_THROW(store.setName(id, "two\nlines"), Error);
        EXPECT_THROW(store.setName(id, std::string(256, 'x')), Error);
        EXPECT_THROW(store.setName("unknown", "name"), Error);
    }
    Store rebuilt = Store::inMemory();
    const std::string id = Importer(rebuilt).indexRun(files.path());
    EXPECT_EQ(rebuilt.run(id).name, "the good one");
    EXPECT_EQ(rebuilt.run("the good one").id, id);
    EXPECT_THAT(rebuilt.run(id).tags, ElementsAre("paper"));
    // Labels as they were before names stood in them, and damaged ones.
    writeFileAtomically(files.path() / "labels.json", R"({"note":"","tags":[],"archived":false})");
    Importer(rebuilt).indexRun(files.path());
    EXPECT_EQ(rebuilt.run(id).name, SampleRun{}.name);
    writeFileAtomically(files.path() / "labels.json", R"({"note":"","tags":[],"archived":false,"name":7})");
    Importer(rebuilt).indexRun(files.path());
    EXPECT_EQ(rebuilt.run(id).name, SampleRun{}.name);
}

TEST(Importer, RowsThatAResumedRunTookBackDisappear) {
    const TemporaryFolder folder;
    const RunDirectory files = writeSampleRun(folder.path() / "run");
    Store store = Store::inMemory();
    const std::string id = Importer(store).indexRun(files.path());
    EXPECT_EQ(store.run(id).stepsDone, 15);
    SampleRun shorter;
    shorter.tasks = 2;
    shorter.steps = 4;
    writeFileAtomically(files.eventsFile(), testing::eventLines(testing::sampleEvents(shorter)));
    Importer(store).indexRun(files.path());
    EXPECT_EQ(store.run(id).stepsDone, 8);
    EXPECT_EQ(store.cells(id).size(), 3U);
    EXPECT_EQ(store.tasks(id).size(), 2U);
    EXPECT_EQ(store.gateStatistics(id).size(), 8U);
}

TEST(Importer, FoldersAreWalkedAndUnchangedRunsSkipped) {
    const TemporaryFolder folder;
    SampleRun second;
    second.id = "order2-x";
    second.created = "2026-03-05T00:00:00Z";
    second.seed = 18446744073709551615ULL;
    writeSampleRun(folder.path() / "a" / "first");
    writeSampleRun(folder.path() / "second", second);
    makeFolder(folder.path() / ".hidden");
    writeSampleRun(folder.path() / ".hidden" / "third");
    Store store = Store::inMemory();
    Importer importer(store);
    IndexReport report = importer.indexFolder(folder.path());
    EXPECT_EQ(report.found, 2);
    EXPECT_EQ(report.imported, 2);
    report = importer.indexFolder(folder.path());
    EXPECT_EQ(report.unchanged, 2);
    EXPECT_EQ(importer.indexFolder(folder.path(), true).imported, 2);
    const auto runs = store.listRuns();
    ASSERT_EQ(runs.size(), 2U);
    EXPECT_EQ(runs[0].id, "order2-x") << "newest first";
    EXPECT_EQ(runs[0].seed, 18446744073709551615ULL);
    EXPECT_EQ(runs[0].groupHash, runs[1].groupHash) << "they differ in the seed only";
    EXPECT_THROW(importer.indexFolder(folder.path() / "absent"), Error);
    EXPECT_EQ(importer.indexFolder(folder.path(), true, [](auto, auto) { return false; }).imported, 0);
}

TEST(Importer, AnUnreadableRunIsAFailedRowUntilItIsRepaired) {
    const TemporaryFolder folder;
    const RunDirectory files = writeSampleRun(folder.path() / "run");
    const std::string good = readFile(files.runFile());
    writeFileAtomically(files.runFile(), "{\"format\": ");
    Store store = Store::inMemory();
    Importer importer(store);
    const IndexReport report = importer.indexFolder(folder.path());
    ASSERT_EQ(report.problems.size(), 1U);
    ASSERT_EQ(store.listRuns().size(), 1U);
    EXPECT_EQ(store.listRuns()[0].state, "failed");
    EXPECT_THAT(store.listRuns()[0].message, HasSubstr("run.json"));

    writeFileAtomically(files.runFile(), good);
    importer.indexFolder(folder.path());
    ASSERT_EQ(store.listRuns().size(), 1U);
    EXPECT_EQ(store.listRuns()[0].id, SampleRun{}.id);
    EXPECT_EQ(store.listRuns()[0].state, "finished");

    std::string events = readFile(files.eventsFile());
    events.replace(events.find("\"ce\""), 4, "\"cf\"");
    writeFileAtomically(files.eventsFile(), events);
    EXPECT_THROW(importer.indexRun(files.path()), Error);
    const RunRow run = store.run(SampleRun{}.id);
    EXPECT_EQ(run.state, "failed");
    EXPECT_THAT(run.message, HasSubstr("line"));
    EXPECT_EQ(run.stepsDone, 15) << "what was known stays";
}

TEST(Importer, AVanishedProcessMeansLost) {
    const TemporaryFolder folder;
    SampleRun running;
    running.state = "running";
    running.pid = getpid();
    const RunDirectory files = writeSampleRun(folder.path() / "run", running);
    Store store = Store::inMemory();
    std::string id;
    {
        const RunLock held(files);
        id = Importer(store).indexRun(files.path());
        EXPECT_EQ(store.run(id).state, "running");
        // Its number may be one of another machine or container.
        testing::writeState(files.path(), "running", std::numeric_limits<pid_t>::max());
        Importer(store).indexRun(files.path());
        EXPECT_EQ(store.run(id).state, "running");
    }
    const pid_t child = fork();
    if (child == 0) _exit(0);
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    testing::writeState(files.path(), "running", child);
    Importer(store).indexRun(files.path());
    EXPECT_EQ(store.run(id).state, "lost");
    EXPECT_THAT(store.run(id).message, HasSubstr("resumed from its checkpoint"));
    EXPECT_EQ(store.countRuns({.states = {"lost"}}), 1);
}

TEST(Importer, ARunWhoseProcessNumberBelongsToAnotherProgramIsLost) {
    const TemporaryFolder folder;
    SampleRun running;
    running.state = "running";
    running.pid = getpid();
    const RunDirectory files = writeSampleRun(folder.path() / "run", running);
    Store store = Store::inMemory();
    std::string id;
    {
        const RunLock held(files);
        id = Importer(store).indexRun(files.path());
        EXPECT_EQ(store.run(id).state, "running");
    }
    EXPECT_EQ(store.run(id).state, "lost");
    EXPECT_EQ(store.countRuns({.states = {"lost"}}), 1);
}

TEST(Importer, ACopyWithoutALockIsLostWhoeverHasItsProcessNumberNow) {
    const TemporaryFolder folder;
    SampleRun running;
    running.state = "running";
    running.pid = getpid();
    const RunDirectory files = writeSampleRun(folder.path() / "run", running);
    ASSERT_FALSE(std::filesystem::exists(files.path() / "lock"));
    Store store = Store::inMemory();
    const std::string id = Importer(store).indexRun(files.path());
    EXPECT_EQ(store.run(id).state, "lost");
    EXPECT_EQ(readState(files).state, "lost");
    EXPECT_FALSE(std::filesystem::exists(files.path() / "lock")) << "looking leaves no trace";
}

TEST(Importer, MovedRunsAreFollowedAndCopiesRefused) {
    const TemporaryFolder folder;
    writeSampleRun(folder.path() / "run");
    Store store = Store::inMemory();
    Importer importer(store);
    const std::string id = importer.indexRun(folder.path() / "run");
    std::filesystem::rename(folder.path() / "run", folder.path() / "moved");
    importer.indexRun(folder.path() / "moved");
    EXPECT_EQ(store.run(id).directory, std::filesystem::canonical(folder.path() / "moved").string());
    writeSampleRun(folder.path() / "copy");
    EXPECT_THROW(importer.indexRun(folder.path() / "copy"), Error);
    EXPECT_EQ(store.run(id).directory, std::filesystem::canonical(folder.path() / "moved").string());
    SampleRun other;
    other.id = "another";
    std::filesystem::remove_all(folder.path() / "moved");
    writeSampleRun(folder.path() / "moved", other);
    importer.indexRun(folder.path() / "moved");
    EXPECT_EQ(store.run(id).directory, "") << "its place was taken; its numbers stay";
    EXPECT_EQ(store.listRuns().size(), 2U);
}

TEST(Importer, WithoutStateTheEventsTell) {
    const TemporaryFolder folder;
    const RunDirectory files = writeSampleRun(folder.path() / "run");
    std::filesystem::remove(files.stateFile());
    Store store = Store::inMemory();
    EXPECT_EQ(store.run(Importer(store).indexRun(files.path())).state, "finished");
    EXPECT_THROW(Importer(store).indexRun(folder.path()), Error) << "no run directory";
}

TEST(Importer, KeepsMetricsAndScores) {
    const testing::TemporaryFolder folder;
    testing::SampleRun sample;
    sample.tasks = 2;
    auto events = testing::sampleEvents(sample);
    for (Event& event : events)
        if (auto* cell = std::get_if<EvaluationCell>(&event.payload); cell != nullptr && cell->task == 2) {
            cell->metric = "rouge_l";
            cell->score = 0.3125;
        }
    const RunDirectory run = testing::writeSampleRun(folder.path() / "run", sample);
    writeFileAtomically(run.eventsFile(), testing::eventLines(events));
    Store store = Store::inMemory();
    const std::string id = Importer(store).indexRun(run.path());
    const auto cells = store.cells(id);
    ASSERT_EQ(cells.size(), 3U);
    EXPECT_EQ(cells[0].metric, "exact_match");
    EXPECT_FALSE(cells[0].score);
    EXPECT_EQ(cells[2].metric, "rouge_l");
    EXPECT_EQ(cells[2].score, 0.3125);
    EXPECT_DOUBLE_EQ(*store.run(id).metric("oa"), (0.85 + 0.3125) / 2);
}

}  // namespace
}  // namespace jumplora
