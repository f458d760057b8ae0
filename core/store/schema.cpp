// SPDX-License-Identifier: Apache-2.0
#include "store/schema.h"

#include "base/error.h"

#include <SQLiteCpp/Backup.h>
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>
#include <sqlite3.h>
#include <unistd.h>

#include <atomic>
#include <charconv>

namespace jumplora {
namespace {

// "JLRA": tells our databases from other programs' (PRAGMA application_id).
constexpr int kApplicationId = 0x4a4c5241;

int userVersion(SQLite::Database& database) { return database.execAndGet("PRAGMA user_version").getInt(); }

// Version of the file; refuses what is not ours or newer than we know.
int checkedVersion(SQLite::Database& database, const std::filesystem::path& file, int newest) {
    // One statement, hence one state of the file, while another program may be creating it.
    SQLite::Statement header(
        database,
        "SELECT (SELECT user_version FROM pragma_user_version), "
        "(SELECT application_id FROM pragma_application_id), (SELECT count(*) FROM sqlite_schema)");
    header.executeStep();
    const int version = header.getColumn(0).getInt();
    const int application = header.getColumn(1).getInt();
    const bool empty = header.getColumn(2).getInt() == 0;
    if (empty && version == 0) return 0;
    if (application != kApplicationId || version < 1)
        fail(ErrorKind::Format,
             "{} is a database of another program, or its header is damaged. Nothing was changed. Choose "
             "another "
             "file; the index can be rebuilt from the run directories with \"jumplora index\".",
             file.string());
    if (version > newest)
        fail(ErrorKind::Format,
             "{} was written by a newer version of this program (schema {}; this program reads up to schema "
             "{}). "
             "Nothing was changed. Open it with the newer version, or choose another file.",
             file.string(), version, newest);
    return version;
}

void backUp(SQLite::Database& database, const std::filesystem::path& file, int version) {
    const std::filesystem::path name = backupName(file, version);
    // Two programs may do this at once, each with a copy of its own.
    static std::atomic<int> number{0};
    const std::filesystem::path temporary = fmt::format("{}.{}.{}.tmp", name.string(), ::getpid(), ++number);
    std::filesystem::remove(temporary);
    {
        SQLite::Database copy(temporary.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
        SQLite::Backup backup(copy, database);
        if (backup.executeStep(-1) != SQLITE_DONE)
            fail(ErrorKind::State,
                 "{} could not be backed up: another program is writing it. Nothing was changed.",
                 file.string());
    }
    std::filesystem::rename(temporary, name);
}

// Inside a transaction.
void apply(SQLite::Database& database, const std::filesystem::path& file, const Migration& migration) {
    // Another program may have been faster while we waited for the lock.
    if (userVersion(database) >= migration.version) return;
    database.exec(migration.sql);
    database.exec("PRAGMA user_version = " + std::to_string(migration.version));
    database.exec("PRAGMA application_id = " + std::to_string(kApplicationId));
    SQLite::Statement orphans(database, "PRAGMA foreign_key_check");
    if (orphans.executeStep())
        fail(ErrorKind::Format,
             "{}: migration to schema {} would leave rows without their run; nothing was changed",
             file.string(), migration.version);
}

}  // namespace

std::vector<Migration> builtinMigrations() {
    std::vector<Migration> migrations;
    for (const EmbeddedText& file : sqlMigrations()) {
        int version = 0;
        std::from_chars(file.name.data(), file.name.data() + file.name.size(), version);
        if (version != static_cast<int>(migrations.size()) + 1)
            fail(ErrorKind::State, "embedded migration {} is out of order: expected number {}", file.name,
                 migrations.size() + 1);
        migrations.push_back({version, std::string(file.text)});
    }
    return migrations;
}

void migrate(SQLite::Database& database, const std::filesystem::path& file,
             const std::vector<Migration>& migrations) {
    const int newest = static_cast<int>(migrations.size());
    const int before = checkedVersion(database, file, newest);
    if (before == newest) return;
    if (before > 0 && !file.empty()) backUp(database, file, before);
    // A pragma that has no effect inside a transaction; tables may be rebuilt without cascades.
    database.exec("PRAGMA foreign_keys = OFF");
    if (before == 0) {
        // A new file appears whole: nobody sees, and backs up, a version on the way.
        SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
        for (const Migration& migration : migrations) apply(database, file, migration);
        transaction.commit();
        return;
    }
    for (const Migration& migration : migrations) {
        SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
        apply(database, file, migration);
        transaction.commit();
    }
}

void requireVersion(SQLite::Database& database, const std::filesystem::path& file,
                    const std::vector<Migration>& migrations) {
    const int newest = static_cast<int>(migrations.size());
    const int version = checkedVersion(database, file, newest);
    if (version != newest)
        fail(ErrorKind::State,
             "{} has schema {}, this program needs schema {}. Open it once for writing (for example with "
             "\"jumplora "
             "list\"): it is then brought up to date after a backup.",
             file.string(), version, newest);
}

std::filesystem::path backupName(const std::filesystem::path& file, int version) {
    return file.string() + ".v" + std::to_string(version) + ".backup";
}

}  // namespace jumplora
