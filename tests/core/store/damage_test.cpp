// SPDX-License-Identifier: Apache-2.0
// Damaged files: every change of a byte ends in a typed error or in values, never in a crash.
#include "base/error.h"
#include "base/random.h"
#include "core/store/sample_run.h"
#include "store/importer.h"
#include "support/shared_data.h"

#include <SQLiteCpp/Database.h>
#include <gtest/gtest.h>

namespace jumplora {
namespace {

using testing::SampleRun;
using testing::TemporaryFolder;

// Flips bits, overwrites a stretch, cuts or doubles a part. Always differs from the original.
std::string damaged(const std::string& original, Rng& rng) {
    std::string bytes = original;
    const auto at = [&] { return static_cast<std::size_t>(rng.below(bytes.size())); };
    while (bytes == original) {
        switch (rng.below(5)) {
            case 0:
                bytes[at()] ^= static_cast<char>(1U << rng.below(8));
                break;
            case 1:
                bytes[at()] = static_cast<char>(rng.below(256));
                break;
            case 2:
                for (std::size_t i = at(), n = 0; i < bytes.size() && n < 16; ++i, ++n)
                    bytes[i] = static_cast<char>(rng.below(256));
                break;
            case 3:
                bytes.resize(at() + 1);
                break;
            default: {
                const std::size_t from = at();
                const std::size_t count = std::min<std::size_t>(bytes.size() - from, 1 + rng.below(64));
                bytes.insert(at(), bytes.substr(from, count));
            }
        }
    }
    return bytes;
}

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
    const std::string original = readFile(file);
    Rng rng(1);
    int refused = 0;
    int opened = 0;
    for (int i = 0; i < 700; ++i) {
        const auto victim = folder.path() / "damaged.sqlite";
        for (const char* suffix : {"", "-wal", "-shm", "-journal"})
            std::filesystem::remove(victim.string() + suffix);
        writeFileAtomically(victim, damaged(original, rng));
        try {
            Store store(victim);
            readAll(store);
            Importer(store).indexRun(run.path());
            readAll(store);
            ++opened;
        } catch (const Error& error) {
            EXPECT_FALSE(std::string(error.what()).empty());
            ++refused;
        }
    }
    EXPECT_GT(refused, 50);
    EXPECT_GT(opened, 50);
    EXPECT_EQ(refused + opened, 700);
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
    Rng rng(2);
    int refused = 0;
    int read = 0;
    for (const auto& victim : victims) {
        const std::string original = readFile(victim);
        for (int i = 0; i < 160; ++i) {
            writeFileAtomically(victim, damaged(original, rng));
            Store store = Store::inMemory();
            try {
                Importer(store).indexRun(files.path());
                ++read;
            } catch (const Error&) {
                ASSERT_EQ(store.countRuns(), 1) << "a row says what is wrong";
                EXPECT_EQ(store.listRuns()[0].state, "failed");
                EXPECT_FALSE(store.listRuns()[0].message.empty());
                ++refused;
            }
            readAll(store);
        }
        writeFileAtomically(victim, original);
    }
    EXPECT_GT(refused, 200);
    EXPECT_GT(read, 100);
    Store store = Store::inMemory();
    EXPECT_EQ(Importer(store).indexFolder(folder.path()).imported, 1) << "the undamaged run is read";
}

}  // namespace
}  // namespace jumplora
