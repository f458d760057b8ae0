// SPDX-License-Identifier: Apache-2.0
#include "store/connection.h"

#include "base/error.h"
#include "base/file.h"
#include "store/run_state.h"

#include <sqlite3.h>

#include <thread>

namespace jumplora {
namespace {

std::string textArgument(sqlite3_value* argument) {
    const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(argument));
    return text != nullptr ? text : "";
}

// live_state(state, pid, directory): see liveState().
void liveStateFunction(sqlite3_context* context, int, sqlite3_value** arguments) {
    const std::string state =
        liveState(textArgument(arguments[0]), sqlite3_value_int64(arguments[1]), textArgument(arguments[2]));
    sqlite3_result_text(context, state.data(), static_cast<int>(state.size()), SQLITE_TRANSIENT);
}

// Changing to WAL needs the file for a moment alone and does not always wait for others by itself.
void useWriteAheadLog(SQLite::Database& database, std::chrono::milliseconds patience) {
    const auto end = std::chrono::steady_clock::now() + patience;
    while (true) {
        try {
            database.exec("PRAGMA journal_mode = WAL");
            return;
        } catch (const SQLite::Exception& exception) {
            if ((exception.getErrorCode() & 0xff) != SQLITE_BUSY || std::chrono::steady_clock::now() > end)
                throw;
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
    }
}

}  // namespace

Connection::Connection(std::filesystem::path file, const StoreOptions& options,
                       const std::vector<Migration>& migrations)
    : m_file(std::move(file)) {
    if (!m_file.empty()) {
        m_file = std::filesystem::absolute(m_file);
        std::error_code ignored;
        if (std::filesystem::exists(m_file, ignored) && !std::filesystem::is_regular_file(m_file, ignored))
            fail(ErrorKind::Io, "{} is not a file. Give the name of a database file.", m_file.string());
        if (options.readOnly && !std::filesystem::exists(m_file, ignored))
            fail(ErrorKind::Io,
                 "There is no database {} yet. \"jumplora index\" makes one from run directories.",
                 m_file.string());
        if (!options.readOnly) makeFolder(m_file.parent_path());
    }
    try {
        open(options, migrations);
    } catch (const SQLite::Exception& exception) {
        throwAsError(exception, m_file);
    } catch (const std::filesystem::filesystem_error& exception) {
        fail(ErrorKind::Io, "{}: the backup before bringing it up to date failed: {}. Nothing was changed.",
             m_file.string(), exception.code().message());
    }
}

void Connection::open(const StoreOptions& options, const std::vector<Migration>& migrations) {
    const int flags = options.readOnly ? SQLite::OPEN_READONLY : SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE;
    m_database = std::make_unique<SQLite::Database>(m_file.empty() ? ":memory:" : m_file.string(),
                                                    flags | SQLite::OPEN_NOMUTEX,
                                                    static_cast<int>(options.busyTimeout.count()));
    SQLite::Database& database = *m_database;
    // The file may come from anywhere: nothing in its schema may run code, sizes in it are checked.
    sqlite3_db_config(database.getHandle(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(database.getHandle(), SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    sqlite3_limit(database.getHandle(), SQLITE_LIMIT_LENGTH, 64 << 20);
    database.exec("PRAGMA cell_size_check = ON");
    if (options.readOnly) {
        requireVersion(database, m_file, migrations);
    } else {
        // Before anything is written: a newer or foreign file stays as it is, its journal mode included.
        const bool known =
            database.execAndGet("PRAGMA user_version").getInt() == static_cast<int>(migrations.size());
        if (known) requireVersion(database, m_file, migrations);
        if (!known) migrate(database, m_file, migrations);
        if (!m_file.empty()) useWriteAheadLog(database, options.busyTimeout);
        database.exec("PRAGMA synchronous = NORMAL");
        database.exec("PRAGMA foreign_keys = ON");
    }
    database.createFunction("live_state", 3, false, nullptr, liveStateFunction);
}

SQLite::Statement& Connection::statement(const std::string& sql) {
    std::unique_ptr<SQLite::Statement>& slot = m_statements[sql];
    if (!slot) slot = std::make_unique<SQLite::Statement>(*m_database, sql);
    slot->tryReset();
    slot->clearBindings();
    return *slot;
}

void Connection::resetStatements() {
    for (auto& [sql, statement] : m_statements)
        if (statement) statement->tryReset();
}

void throwAsError(const SQLite::Exception& exception, const std::filesystem::path& file) {
    const std::string name = file.empty() ? "The database in memory" : file.string();
    const std::string reason = exception.getErrorStr();
    switch (exception.getErrorCode() & 0xff) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            fail(ErrorKind::State,
                 "{} is being written by another program and did not become free in time. Nothing was lost; "
                 "try "
                 "again when the other program is done.",
                 name);
        case SQLITE_FULL:
            fail(ErrorKind::Resource, "{}: the disk is full. Free some space, then run \"jumplora index\".",
                 name);
        case SQLITE_NOMEM:
        case SQLITE_TOOBIG:
            fail(ErrorKind::Resource, "{}: {} ({})", name, reason, exception.what());
        case SQLITE_READONLY:
        case SQLITE_CANTOPEN:
        case SQLITE_PERM:
        case SQLITE_AUTH:
        case SQLITE_IOERR:
            fail(ErrorKind::Io,
                 "{} cannot be opened or written: {}. Check that the folder exists and is writable.", name,
                 reason);
        default:
            fail(ErrorKind::Format,
                 "{} is damaged or not a database of this program ({}). Move it away and run \"jumplora "
                 "index\": the "
                 "index is rebuilt from the run directories.",
                 name, exception.what());
    }
}

}  // namespace jumplora
