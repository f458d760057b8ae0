// SPDX-License-Identifier: Apache-2.0
#include "store/store.h"

#include "base/error.h"
#include "core/store/sample_run.h"
#include "store/importer.h"
#include "support/shared_data.h"
#include "train/run_lock.h"

#include <gmock/gmock.h>
#include <unistd.h>

namespace jumplora {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::sampleEvents;
using testing::SampleRun;
using testing::TemporaryFolder;
using testing::writeSampleRun;

class StoreTest : public ::testing::Test {
  protected:
    void SetUp() override {
        for (int i = 1; i <= 4; ++i) {
            SampleRun run;
            run.id = "run" + std::to_string(i) + "-abc";
            run.name = i < 4 ? "order_1" : "other";
            run.created = "2026-03-0" + std::to_string(i) + "T00:00:00Z";
            run.seed = static_cast<std::uint64_t>(i);
            run.state = i == 2 ? "stopped" : "finished";
            m_ids.push_back(Importer(m_store).indexRun(
                writeSampleRun(m_folder.path() / ("r" + std::to_string(i)), run).path()));
        }
    }
    [[nodiscard]] std::vector<std::string> listed(const RunFilter& filter) const {
        std::vector<std::string> ids;
        for (const RunRow& run : m_store.listRuns(filter)) ids.push_back(run.id.substr(0, 4));
        EXPECT_EQ(filter.limit > 0 ? ids.size() : m_store.countRuns(filter), ids.size());
        return ids;
    }

    TemporaryFolder m_folder;
    Store m_store{m_folder.path() / "db" / "workbench.sqlite"};
    std::vector<std::string> m_ids;
};

std::string errorOf(const std::function<void()>& action) {
    try {
        action();
    } catch (const Error& error) {
        return error.what();
    }
    return "no error";
}

TEST_F(StoreTest, FiltersAndPages) {
    EXPECT_THAT(listed({}), ElementsAre("run4", "run3", "run2", "run1"));
    EXPECT_THAT(listed({.text = "ORDER_"}), ElementsAre("run3", "run2", "run1"));
    EXPECT_THAT(listed({.text = "order%"}), ElementsAre()) << "wildcards are plain characters";
    EXPECT_THAT(listed({.states = {"stopped", "paused"}}), ElementsAre("run2"));
    EXPECT_THAT(listed({.methods = {"inclora"}}), ElementsAre());
    EXPECT_THAT(listed({.parent = "older-run", .limit = 2, .offset = 1}), ElementsAre("run3", "run2"));
    EXPECT_THAT(listed({.groupHash = m_store.run("run1-abc").groupHash}).size(), 4);
}

TEST_F(StoreTest, RunsCarryTheMetricsOfTheTasksSeenSoFar) {
    const RunRow run = m_store.run("run1-abc");
    ASSERT_NE(run.metric("oa"), nullptr);
    EXPECT_DOUBLE_EQ(*run.metric("oa"), 0.85);
    EXPECT_NEAR(*run.metric("bwt"), -0.075, 1e-12);
    EXPECT_EQ(run.metric("fwt_vs_single"), nullptr) << "needs scores of another run";
    // A row that is not complete yet changes nothing.
    SampleRun partial;
    partial.id = "partial-abc";
    partial.state = "running";
    const auto files = writeSampleRun(m_folder.path() / "partial", partial);
    std::vector<Event> events = sampleEvents(partial);
    std::erase_if(events, [](const Event& event) {
        const auto* cell = std::get_if<EvaluationCell>(&event.payload);
        return cell != nullptr && cell->afterTask == 3 && cell->task == 2;
    });
    writeFileAtomically(files.eventsFile(), testing::eventLines(events));
    Importer(m_store).indexRun(files.path());
    EXPECT_DOUBLE_EQ(*m_store.run("partial-abc").metric("oa"), 0.875);
}

TEST_F(StoreTest, RunsAreFoundByIdDirectoryNameAndBeginning) {
    EXPECT_EQ(m_store.run("run3-abc").id, "run3-abc");
    EXPECT_EQ(m_store.run("run3").id, "run3-abc");
    EXPECT_EQ(m_store.run("other").id, "run4-abc");
    EXPECT_EQ(m_store.run((m_folder.path() / "r2" / "").string()).id, "run2-abc");
    EXPECT_THAT(errorOf([&] { (void)m_store.run("order_1"); }), HasSubstr("fits 3 runs"));
    EXPECT_THAT(errorOf([&] { (void)m_store.run("othr"); }), HasSubstr("Did you mean \"other\""));
    EXPECT_THAT(errorOf([&] { (void)m_store.run(""); }), HasSubstr("Give a run"));
}

TEST_F(StoreTest, LabelsSurviveARebuiltIndex) {
    m_store.addTag("run1-abc", "paper");
    m_store.addTag("run1-abc", "baseline");
    m_store.addTag("run1-abc", "paper");
    m_store.addTag("run2-abc", "paper");
    m_store.removeTag("run2-abc", "paper");
    m_store.setNote("run1-abc", "the good one");
    m_store.setArchived("run3-abc", true);
    EXPECT_THAT(m_store.allTags(), ElementsAre("baseline", "paper"));
    EXPECT_THAT(listed({.tags = {"paper", "baseline"}}), ElementsAre("run1"));
    EXPECT_THAT(listed({.text = "good ONE"}), ElementsAre("run1"));
    EXPECT_THAT(listed({.archived = true}), ElementsAre("run3"));
    EXPECT_EQ(listed({.archived = std::nullopt}).size(), 4U);
    EXPECT_THROW(m_store.addTag("run1-abc", ""), Error);
    EXPECT_THROW(m_store.addTag("absent", "x"), Error);

    Store rebuilt = Store::inMemory();
    Importer(rebuilt).indexFolder(m_folder.path());
    EXPECT_THAT(rebuilt.run("run1-abc").tags, ElementsAre("baseline", "paper"));
    EXPECT_EQ(rebuilt.run("run1-abc").note, "the good one");
    EXPECT_TRUE(rebuilt.run("run3-abc").archived);
}

TEST_F(StoreTest, RemovingForgetsAndDeletingDeletes) {
    m_store.removeRun("run1-abc");
    EXPECT_TRUE(std::filesystem::exists(m_folder.path() / "r1"));
    EXPECT_TRUE(m_store.cells("run1-abc").empty());
    m_store.deleteRunWithFiles("run2-abc");
    EXPECT_FALSE(std::filesystem::exists(m_folder.path() / "r2"));
    EXPECT_EQ(m_store.countRuns(), 2);

    writeFileAtomically(m_folder.path() / "r3" / "run.json", "{}");
    EXPECT_THAT(errorOf([&] { m_store.deleteRunWithFiles("run3-abc"); }), HasSubstr("nothing was deleted"));
    EXPECT_TRUE(std::filesystem::exists(m_folder.path() / "r3"));
    SampleRun running;
    running.id = "run4-abc";
    running.state = "running";
    running.pid = getpid();
    const RunDirectory held = writeSampleRun(m_folder.path() / "r4", running);
    const RunLock lock(held);
    Importer(m_store).indexRun(held.path());
    EXPECT_THAT(errorOf([&] { m_store.deleteRunWithFiles("run4-abc"); }), HasSubstr("is running"));
}

TEST_F(StoreTest, ReadersSeeWhatAWriterCommits) {
    const Store reader(m_store.file(), {.readOnly = true});
    EXPECT_EQ(reader.countRuns(), 4);
    const std::int64_t before = reader.changeCounter();
    m_store.removeRun("run1-abc");
    EXPECT_NE(reader.changeCounter(), before);
    EXPECT_EQ(reader.countRuns(), 3);
    Store writing(m_store.file(), {.readOnly = true});
    EXPECT_THROW(writing.removeRun("run2-abc"), Error);
}

TEST(Store, OfRunsOfOneSecondTheOneIndexedLastComesFirst) {
    const TemporaryFolder folder;
    Store store = Store::inMemory();
    for (const char* id : {"a-1", "b-1", "c-1"})
        Importer(store).indexRun(writeSampleRun(folder.path() / id, {.id = id}).path());
    std::vector<std::string> ids;
    for (const RunRow& run : store.listRuns()) ids.push_back(run.id);
    EXPECT_THAT(ids, ElementsAre("c-1", "b-1", "a-1"));
}

TEST(Store, PathsThatCannotBeADatabase) {
    const TemporaryFolder folder;
    EXPECT_THAT(errorOf([&] { const Store store(folder.path()); }), HasSubstr("is not a file"));
    EXPECT_THAT(errorOf([&] { const Store store(folder.path() / "x.sqlite", {.readOnly = true}); }),
                HasSubstr("There is no database"));
    EXPECT_THAT(errorOf([&] { const Store store("/proc/jumplora/x.sqlite"); }), HasSubstr("/proc/jumplora"));
    writeFileAtomically(folder.path() / "text.sqlite", std::string(5000, 'x'));
    EXPECT_THAT(errorOf([&] { const Store store(folder.path() / "text.sqlite"); }),
                HasSubstr("jumplora index"));
    EXPECT_EQ(readFile(folder.path() / "text.sqlite"), std::string(5000, 'x'));
    writeFileAtomically(folder.path() / "empty.sqlite", "");
    EXPECT_EQ(Store(folder.path() / "empty.sqlite").countRuns(), 0);
}

}  // namespace
}  // namespace jumplora
