// SPDX-License-Identifier: Apache-2.0
#include "store/store.h"

#include "base/error.h"
#include "store/connection.h"
#include "store/importer.h"
#include "store/labels.h"
#include "store/run_state.h"
#include "store/sql_values.h"
#include "train/run_directory.h"

#include <algorithm>

namespace jumplora {
namespace {

// Key of a run that has to exist.
std::int64_t requireRunKey(Connection& connection, const std::string& runId) {
    SQLite::Statement& statement = bound(connection.statement("SELECT key FROM runs WHERE id = ?1"), runId);
    const bool found = statement.executeStep();
    const std::int64_t key = found ? integerColumn(statement, 0) : 0;
    statement.reset();
    if (!found) fail(ErrorKind::Input, "There is no run \"{}\" in {}.", runId, connection.file().string());
    return key;
}

void keepLabels(const RunRow& run) {
    const auto before = readLabels(run.directory);
    writeLabels(run.directory, {.note = run.note,
                                .tags = run.tags,
                                .archived = run.archived,
                                .name = before ? before->name : std::string()});
}

}  // namespace

Store::Store(const std::filesystem::path& file, const StoreOptions& options)
    : m_connection(std::make_unique<Connection>(file, options)) {}
Store::Store(std::unique_ptr<Connection> connection) : m_connection(std::move(connection)) {}
Store::~Store() = default;
Store::Store(Store&&) noexcept = default;
Store& Store::operator=(Store&&) noexcept = default;

Store Store::inMemory() {
    return Store(std::make_unique<Connection>(std::filesystem::path(), StoreOptions{}));
}
std::filesystem::path Store::defaultFile() { return dataFolder() / "workbench.sqlite"; }
std::filesystem::path Store::file() const { return m_connection->file(); }

void Store::setNote(const std::string& runId, const std::string& text) {
    guarded(*m_connection, [&] {
        const std::int64_t key = requireRunKey(*m_connection, runId);
        if (text.empty())
            execute(m_connection->statement("DELETE FROM notes WHERE run = ?1"), key);
        else
            execute(m_connection->statement("INSERT OR REPLACE INTO notes VALUES (?1, ?2)"), key, text);
    });
    keepLabels(run(runId));
}

void Store::setName(const std::string& runId, const std::string& name) {
    checkName(name);
    guarded(*m_connection, [&] {
        execute(m_connection->statement("UPDATE runs SET name = ?2 WHERE key = ?1"),
                requireRunKey(*m_connection, runId), name);
    });
    const RunRow row = run(runId);
    writeLabels(row.directory, {.note = row.note, .tags = row.tags, .archived = row.archived, .name = name});
}

void Store::addTag(const std::string& runId, const std::string& tag) {
    checkTag(tag);
    guarded(*m_connection, [&] {
        execute(m_connection->statement("INSERT OR IGNORE INTO tags VALUES (?1, ?2)"),
                requireRunKey(*m_connection, runId), tag);
    });
    keepLabels(run(runId));
}

void Store::removeTag(const std::string& runId, const std::string& tag) {
    guarded(*m_connection, [&] {
        execute(m_connection->statement("DELETE FROM tags WHERE run = ?1 AND tag = ?2"),
                requireRunKey(*m_connection, runId), tag);
    });
    keepLabels(run(runId));
}

void Store::setArchived(const std::string& runId, bool archived) {
    guarded(*m_connection, [&] {
        execute(m_connection->statement("UPDATE runs SET archived = ?2 WHERE key = ?1"),
                requireRunKey(*m_connection, runId), static_cast<std::int64_t>(archived));
    });
    keepLabels(run(runId));
}

std::vector<std::string> Store::allTags() const {
    return guarded(*m_connection, [&] {
        std::vector<std::string> tags;
        SQLite::Statement& statement = m_connection->statement("SELECT DISTINCT tag FROM tags ORDER BY tag");
        while (statement.executeStep()) tags.push_back(textColumn(statement, 0));
        statement.reset();
        return tags;
    });
}

void Store::removeRun(const std::string& runId) {
    guarded(*m_connection, [&] {
        execute(m_connection->statement("DELETE FROM runs WHERE key = ?1"),
                requireRunKey(*m_connection, runId));
    });
}

void Store::deleteRunWithFiles(const std::string& runId) {
    const RunRow row = run(runId);
    if (row.state == "running")
        fail(ErrorKind::State, "Run \"{}\" is running. Stop it before its files are deleted.", row.name);
    std::error_code error;
    if (std::filesystem::exists(row.directory, error)) {
        if (!isRunDirectory(row.directory) || runIdOf(row.directory) != row.id)
            fail(ErrorKind::State, "{} does not hold run \"{}\" (any more); nothing was deleted.",
                 row.directory, row.id);
        std::filesystem::remove_all(row.directory, error);
        if (error)
            fail(ErrorKind::Io, "{} could not be deleted whole: {}. The run stays in the list.",
                 row.directory, error.message());
    }
    removeRun(row.id);
}

std::int64_t Store::changeCounter() const {
    return guarded(*m_connection, [&] {
        SQLite::Statement& statement = m_connection->statement("PRAGMA data_version");
        statement.executeStep();
        const std::int64_t version = integerColumn(statement, 0);
        statement.reset();
        return version;
    });
}

}  // namespace jumplora
