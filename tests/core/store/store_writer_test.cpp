// SPDX-License-Identifier: Apache-2.0
#include "store/store_writer.h"

#include "base/error.h"
#include "core/store/database_dump.h"
#include "core/store/sample_run.h"
#include "store/importer.h"
#include "support/shared_data.h"
#include "train/run_lock.h"

#include <gmock/gmock.h>
#include <unistd.h>

#include <mutex>
#include <thread>

namespace jumplora {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::SampleRun;
using testing::TemporaryFolder;

class StoreWriterTest : public ::testing::Test {
  protected:
    void SetUp() override {
        m_events = testing::sampleEvents({});
        SampleRun waiting;
        waiting.state = "waiting";
        m_files = testing::writeSampleRun(m_folder.path() / "run", waiting);
        writeFileAtomically(m_files.eventsFile(), "");
        m_held.emplace(m_files);
    }
    // As the event log does: the file first, then the listeners.
    void emit(StoreWriter& writer, std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) {
            m_lines += toJson(m_events[i]).dump() + "\n";
            writeFileAtomically(m_files.eventsFile(), m_lines);
            writer.onEvent(m_events[i]);
        }
    }
    StoreWriter::WarningCallback collect() {
        return [this](const std::string& warning) {
            const std::lock_guard lock(m_mutex);
            m_warnings.push_back(warning);
        };
    }
    std::string imported() {
        Store store = Store::inMemory();
        Importer(store).indexRun(m_files.path());
        return contentOf(store);
    }
    // Without the columns that only an indexing of the files sets.
    static std::string contentOf(Store& store) {
        store.connection().database().exec("UPDATE runs SET source_stamp = '', pid = 0");
        return testing::dumpDatabase(store.connection());
    }

    TemporaryFolder m_folder;
    std::filesystem::path m_database = m_folder.path() / "workbench.sqlite";
    RunDirectory m_files{""};
    std::optional<RunLock> m_held;  // as the trainer has it
    std::vector<Event> m_events;
    std::string m_lines;
    std::mutex m_mutex;
    std::vector<std::string> m_warnings;
};

TEST_F(StoreWriterTest, LiveWritingEqualsImporting) {
    StoreWriter writer(m_database, m_files.path(), collect());
    emit(writer, 0, 10);
    writer.flush();
    {
        const Store reader(m_database, {.readOnly = true});
        const RunRow run = reader.run(SampleRun{}.id);
        EXPECT_EQ(run.state, "running");
        EXPECT_GT(run.stepsDone, 0);
        EXPECT_LT(run.stepsDone, 15);
    }
    emit(writer, 10, m_events.size());
    testing::writeState(m_files.path(), "finished", 0);
    writer.close();
    EXPECT_THAT(m_warnings, ElementsAre());
    Store store(m_database);
    EXPECT_EQ(store.run(SampleRun{}.id).state, "finished");
    Importer(store).indexRun(m_files.path());
    EXPECT_EQ(contentOf(store), imported());
}

TEST_F(StoreWriterTest, RowsEqualThoseOfTheLogWithoutReadingItAgain) {
    StoreWriter writer(m_database, m_files.path(), collect());
    emit(writer, 0, 1);
    writer.flush();
    // From here on the log stands still: what the index holds came through the listener.
    for (std::size_t i = 1; i < m_events.size(); ++i) writer.onEvent(m_events[i]);
    writer.close();
    testing::writeState(m_files.path(), "finished", 0);
    writeFileAtomically(m_files.eventsFile(), testing::eventLines(m_events));
    Store live(m_database);
    live.connection().database().exec("UPDATE runs SET updated = '2026-03-04T15:00:00Z'");
    EXPECT_EQ(contentOf(live), imported());
}

TEST_F(StoreWriterTest, AResumedRunLosesTheStepsItTookBack) {
    {
        StoreWriter writer(m_database, m_files.path(), collect());
        emit(writer, 0, 30);
        writer.close();
    }
    const std::int64_t before = Store(m_database).run(SampleRun{}.id).stepsDone;
    // The log is cut back to a checkpoint, then the run says that it goes on.
    const std::vector<Event> kept(m_events.begin(), m_events.begin() + 12);
    m_lines = testing::eventLines(kept);
    writeFileAtomically(m_files.eventsFile(), m_lines);
    StoreWriter writer(m_database, m_files.path(), collect());
    const Event resumed{1.0, RunResumed{1, 3}};
    writer.onEvent(resumed);
    writer.flush();
    const RunRow run = Store(m_database).run(SampleRun{}.id);
    EXPECT_LT(run.stepsDone, before);
    EXPECT_EQ(run.state, "running");
    EXPECT_THAT(m_warnings, ElementsAre());
}

TEST_F(StoreWriterTest, ALockedDatabaseIsAWarningAndHealsLater) {
    std::optional<Store> other(std::in_place, m_database);
    other->connection().database().exec("BEGIN IMMEDIATE");
    StoreWriter writer(m_database, m_files.path(), collect(), {.busyTimeout = std::chrono::milliseconds(50)});
    emit(writer, 0, 8);
    writer.flush();
    {
        const std::lock_guard lock(m_mutex);
        ASSERT_EQ(m_warnings.size(), 1U);
        EXPECT_THAT(m_warnings[0], HasSubstr("being written by another program"));
    }
    other->connection().database().exec("ROLLBACK");
    emit(writer, 8, m_events.size());
    testing::writeState(m_files.path(), "finished", 0);
    writer.close();
    Importer(*other).indexRun(m_files.path());
    EXPECT_EQ(contentOf(*other), imported());
}

TEST_F(StoreWriterTest, ADatabaseThatCannotBeOpenedNeverReachesTheTrainer) {
    writeFileAtomically(m_database, std::string(4096, 'z'));
    StoreWriter writer(m_database, m_files.path(), collect());
    emit(writer, 0, m_events.size());
    writer.flush();
    writer.flush();
    writer.close();
    writer.onEvent(m_events[0]);
    ASSERT_EQ(m_warnings.size(), 1U) << "one sentence, not one per attempt";
    EXPECT_THAT(m_warnings[0], HasSubstr("The run goes on"));
}

TEST_F(StoreWriterTest, SeveralRunsWriteAtTheSameTime) {
    constexpr int kRuns = 3;
    std::vector<RunDirectory> runs;
    for (int r = 0; r < kRuns; ++r) {
        SampleRun run;
        run.id = "run" + std::to_string(r);
        run.tasks = 4;
        run.steps = 40;
        runs.push_back(testing::writeSampleRun(m_folder.path() / run.id, run));
    }
    {
        std::vector<std::jthread> trainers;
        trainers.reserve(kRuns);
        for (int r = 0; r < kRuns; ++r)
            trainers.emplace_back([&, r] {
                const std::vector<Event> events = runs[static_cast<std::size_t>(r)].readEvents();
                StoreWriter writer(m_database, runs[static_cast<std::size_t>(r)].path(), collect());
                for (const Event& event : events) writer.onEvent(event);
                writer.close();
            });
        trainers.emplace_back([&] {
            for (int i = 0; i < 20; ++i) (void)Store(m_database).listRuns();
        });
    }
    EXPECT_THAT(m_warnings, ElementsAre());
    for (const RunRow& run : Store(m_database).listRuns()) EXPECT_EQ(run.stepsDone, 160) << run.id;
    EXPECT_EQ(Store(m_database).countRuns(), kRuns);
}

}  // namespace
}  // namespace jumplora
