// SPDX-License-Identifier: Apache-2.0
#include "store/schema.h"

#include "base/error.h"
#include "core/store/sample_run.h"
#include "store/connection.h"
#include "store/importer.h"
#include "support/shared_data.h"

#include <gmock/gmock.h>

#include <thread>

namespace jumplora {
namespace {

using ::testing::HasSubstr;
using testing::TemporaryFolder;

std::vector<Migration> withOneMore(const std::string& sql) {
    std::vector<Migration> migrations = builtinMigrations();
    migrations.push_back({static_cast<int>(migrations.size()) + 1, sql});
    return migrations;
}

int versionOf(const std::filesystem::path& file) {
    SQLite::Database database(file.string());
    return database.execAndGet("PRAGMA user_version").getInt();
}

std::string errorOf(const std::function<void()>& action) {
    try {
        action();
    } catch (const Error& error) {
        return error.what();
    }
    return "no error";
}

TEST(Schema, EveryTableIsStrictAndTiedToARun) {
    SQLite::Database database(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    migrate(database, {}, builtinMigrations());
    SQLite::Statement tables(database,
                             "SELECT name, strict FROM pragma_table_list WHERE type = 'table' AND name NOT "
                             "LIKE 'sqlite_%'");
    int count = 0;
    while (tables.executeStep()) {
        const std::string name = tables.getColumn(0).getString();
        EXPECT_EQ(tables.getColumn(1).getInt(), 1) << name;
        SQLite::Statement keys(
            database, "SELECT count(*) FROM pragma_foreign_key_list(?1) WHERE on_delete = 'CASCADE'");
        keys.bind(1, name);
        keys.executeStep();
        EXPECT_EQ(keys.getColumn(0).getInt(), name == "runs" ? 0 : 1) << name;
        ++count;
    }
    EXPECT_EQ(count, 15);
}

TEST(Schema, AnOlderFileIsBackedUpAndBroughtUpToDate) {
    const TemporaryFolder folder;
    const auto file = folder.path() / "workbench.sqlite";
    const auto run = testing::writeSampleRun(folder.path() / "run");
    {
        Store store(file);
        Importer(store).indexRun(run.path());
    }
    const int oldVersion = versionOf(file);
    const auto migrations = withOneMore(
        "ALTER TABLE runs ADD COLUMN colour TEXT NOT NULL DEFAULT 'blue'; CREATE TABLE "
        "extra (x INTEGER) STRICT;");
    EXPECT_THAT(errorOf([&] { Connection connection(file, {.readOnly = true}, migrations); }),
                HasSubstr("Open it once for writing"));
    {
        Connection connection(file, {}, migrations);
        EXPECT_EQ(connection.database().execAndGet("SELECT colour FROM runs").getString(), "blue");
        EXPECT_EQ(connection.database().execAndGet("SELECT count(*) FROM step_metrics").getInt(), 15);
        EXPECT_EQ(connection.database().execAndGet("PRAGMA foreign_keys").getInt(), 1);
    }
    EXPECT_EQ(versionOf(file), oldVersion + 1);
    const auto backup = backupName(file, oldVersion);
    ASSERT_TRUE(std::filesystem::exists(backup));
    EXPECT_EQ(versionOf(backup), oldVersion);
    EXPECT_EQ(Store(backup, {.readOnly = true}).run(testing::SampleRun{}.id).stepsDone, 15);
}

TEST(Schema, ANewerFileIsRefusedAndUntouched) {
    const TemporaryFolder folder;
    const auto file = folder.path() / "workbench.sqlite";
    { const Connection connection(file, {}, withOneMore("CREATE TABLE extra (x INTEGER) STRICT")); }
    const std::string before = readFile(file);
    EXPECT_THAT(
        errorOf([&] { const Store store(file); }),
        HasSubstr(fmt::format("newer version of this program (schema {}", builtinMigrations().size() + 1)));
    EXPECT_THAT(errorOf([&] { const Store store(file, {.readOnly = true}); }), HasSubstr("newer version"));
    EXPECT_EQ(readFile(file), before);
}

TEST(Schema, AFailingMigrationLeavesTheFileAsItWas) {
    const TemporaryFolder folder;
    const auto file = folder.path() / "workbench.sqlite";
    const auto run = testing::writeSampleRun(folder.path() / "run");
    {
        Store store(file);
        Importer(store).indexRun(run.path());
    }
    for (const char* sql : {"CREATE TABLE extra (x INTEGER) STRICT; INSERT INTO absent VALUES (1)",
                            "UPDATE step_metrics SET run = 77"}) {
        EXPECT_THROW(Connection(file, {}, withOneMore(sql)), Error) << sql;
        Store store(file);
        EXPECT_EQ(store.run(testing::SampleRun{}.id).stepsDone, 15) << sql;
    }
}

TEST(Schema, OtherProgramsDatabasesAreRefused) {
    const TemporaryFolder folder;
    const auto file = folder.path() / "foreign.sqlite";
    {
        SQLite::Database database(file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
        database.exec("CREATE TABLE notes (id INTEGER); PRAGMA user_version = 1");
    }
    EXPECT_THAT(errorOf([&] { const Store store(file); }), HasSubstr("another program"));
}

TEST(Schema, TwoProgramsMayCreateTheSameFile) {
    for (int round = 0; round < 5; ++round) {
        const TemporaryFolder folder;
        const auto file = folder.path() / "workbench.sqlite";
        std::vector<std::string> errors(4);
        {
            std::vector<std::jthread> programs;
            for (std::string& error : errors)
                programs.emplace_back([&] { error = errorOf([&] { (void)Store(file).countRuns(); }); });
        }
        EXPECT_THAT(errors, ::testing::Each("no error"));
    }
}

}  // namespace
}  // namespace jumplora
