// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace SQLite {
class Database;
}

namespace jumplora {

struct EmbeddedText {
    std::string_view name;
    std::string_view text;
};
// resources/sql/*.sql, in the order of their names.
std::span<const EmbeddedText> sqlMigrations();

// Step from version - 1 to version.
struct Migration {
    int version = 0;
    std::string sql;
};
// The embedded files; "001_index.sql" leads to version 1.
std::vector<Migration> builtinMigrations();

// Brings a database to the newest version, each step in one transaction, after a backup to backupName() when
// it had an older version. An empty `file` (in memory) is not backed up. Throws Error(Format) for a newer or
// foreign database, SQLite::Exception otherwise.
void migrate(SQLite::Database& database, const std::filesystem::path& file,
             const std::vector<Migration>& migrations);

// Refuses newer, older and foreign databases. For read-only connections.
void requireVersion(SQLite::Database& database, const std::filesystem::path& file,
                    const std::vector<Migration>& migrations);

std::filesystem::path backupName(const std::filesystem::path& file, int version);

}  // namespace jumplora
