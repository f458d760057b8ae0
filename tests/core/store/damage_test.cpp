// SPDX-License-Identifier: Apache-2.0
// Damaged files: every change of a byte ends in a typed error or in values, never in a crash.
#include "base/error.h"
#include "base/file.h"
#include "core/store/sample_run.h"
#include "store/importer.h"
#include "support/mutation.h"
#include "support/shared_data.h"

#include <SQLiteCpp/Database.h>
#include <gtest/gtest.h>

#include <fstream>

namespace jumplora {
namespace {

using testing::SampleRun;
using testing::TemporaryFolder;

// Reads whatever can be read.
void readAll(Store& store) {
    for (const RunRow& run : store.listRuns({.archived = std::nullopt})) {
        (void)store.spec(run.id);
        (void)store.tasks(run.id);
        (void)store.modules(run.id);
        (void)store.curves(run.id, {"ce", "total", "penalty.ella", "tau.0"});
        (void)store.curveKeys(run.id);
        (void)store.cells(run.id);
        (void)store.gateStatistics(run.id);
        (void)store.overlap(run.id);
        (void)store.checkpoints(run.id);
        (void)store.warnings(run.id);
    }
    (void)store.allTags();
    (void)store.specKeys();
}

TEST(Damage, DatabaseFiles) {
    const TemporaryFolder folder;
    const auto file = folder.path() / "workbench.sqlite";
    const auto run = testing::writeSampleRun(folder.path() / "run");
    {
        Store store(file);
        Importer(store).indexRun(run.path());
        store.setNote(SampleRun{}.id, "a note");
        store.addTag(SampleRun{}.id, "tag");
    }
    {
        SQLite::Database database(file.string(), SQLite::OPEN_READWRITE);
        database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
    }
    // The first page holds the file's header and the schema; runs, steps and cells lie behind it.
    constexpr std::size_t kPage = 4096;
    const auto count = testing::damageFile(readFile(file), kPage, 1, 900, [&](const std::string& bytes) {
        const auto victim = folder.path() / "damaged.sqlite";
        for (const char* suffix : {"", "-wal", "-shm", "-journal"})
            std::filesystem::remove(victim.string() + suffix);
        std::ofstream(victim, std::ios::binary) << bytes;
        Store store(victim);
        readAll(store);
        Importer(store).indexRun(run.path());
        readAll(store);
    });
    EXPECT_GT(count.refused, 100);
    EXPECT_GT(count.accepted, 100);
}

TEST(Damage, RunDirectories) {
    const TemporaryFolder folder;
    const RunDirectory files = testing::writeSampleRun(folder.path() / "run");
    {
        Store store = Store::inMemory();
        Importer(store).indexRun(files.path());
        store.setNote(SampleRun{}.id, "a note");
        store.addTag(SampleRun{}.id, "tag");
    }
    const std::vector<std::filesystem::path> victims = {files.runFile(), files.specFile(), files.stateFile(),
                                                        files.eventsFile(), files.path() / "labels.json"};
    for (const auto& victim : victims) {
        SCOPED_TRACE(victim);
        const auto header = victim == files.eventsFile() ? readFile(victim).find('\n') + 1 : 0;
        const auto count = testing::damageFileOnDisk(victim, header, 2, 300, [&] {
            Store store = Store::inMemory();
            try {
                Importer(store).indexRun(files.path());
            } catch (const Error&) {
                EXPECT_EQ(store.countRuns(), 1) << "a row says what is wrong";
                EXPECT_EQ(store.listRuns()[0].state, "failed");
                EXPECT_FALSE(store.listRuns()[0].message.empty());
                readAll(store);
                throw;
            }
            readAll(store);
        });
        // Labels that cannot be read are left out, not an error.
        const int expected = victim.filename() == "labels.json" ? 0 : 40;
        EXPECT_GE(count.refused, expected);
    }
    Store store = Store::inMemory();
    EXPECT_EQ(Importer(store).indexFolder(folder.path()).imported, 1) << "the undamaged run is read";
}

}  // namespace
}  // namespace jumplora
