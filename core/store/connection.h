// SPDX-License-Identifier: Apache-2.0
#pragma once
// Internal to the store room: the SQLite connection behind a Store.
#include "store/schema.h"
#include "store/store.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>

#include <memory>
#include <string>
#include <unordered_map>

namespace jumplora {

class Connection {
  public:
    // An empty file name means in memory. Throws Error.
    Connection(std::filesystem::path file, const StoreOptions& options,
               const std::vector<Migration>& migrations = builtinMigrations());

    [[nodiscard]] SQLite::Database& database() { return *m_database; }
    [[nodiscard]] const std::filesystem::path& file() const { return m_file; }
    // Prepared once, returned without bindings. Two uses of the same text must not overlap.
    SQLite::Statement& statement(const std::string& sql);
    // Ends what an exception has left half read, so that no old snapshot stays open.
    void resetStatements();

  private:
    void open(const StoreOptions& options, const std::vector<Migration>& migrations);

    std::filesystem::path m_file;
    std::unique_ptr<SQLite::Database> m_database;
    std::unordered_map<std::string, std::unique_ptr<SQLite::Statement>> m_statements;
};

// Throws the Error that says what a database exception means for the user.
[[noreturn]] void throwAsError(const SQLite::Exception& exception, const std::filesystem::path& file);

// Runs `body`; database exceptions leave it as Error.
template <typename Body>
auto guarded(Connection& connection, Body&& body) {
    try {
        return body();
    } catch (const SQLite::Exception& exception) {
        connection.resetStatements();
        throwAsError(exception, connection.file());
    } catch (...) {
        connection.resetStatements();
        throw;
    }
}

// A write transaction that takes its lock at the start, so that it cannot fail half-way for want of one.
class WriteTransaction {
  public:
    explicit WriteTransaction(Connection& connection)
        : m_transaction(connection.database(), SQLite::TransactionBehavior::IMMEDIATE) {}
    void commit() { m_transaction.commit(); }

  private:
    SQLite::Transaction m_transaction;
};

}  // namespace jumplora
