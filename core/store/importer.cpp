// SPDX-License-Identifier: Apache-2.0
#include "store/importer.h"

#include "base/error.h"
#include "base/file.h"
#include "store/connection.h"
#include "store/recorder.h"
#include "store/run_files.h"
#include "store/run_state.h"
#include "store/sql_values.h"
#include "train/run_directory.h"

#include <algorithm>

namespace jumplora {
namespace {

constexpr int kDepth = 4;

// The fault of a run directory, as opposed to one of the database.
class UnreadableRun : public Error {
  public:
    using Error::Error;
};

std::filesystem::path normal(const std::filesystem::path& path) {
    std::error_code error;
    std::filesystem::path result = std::filesystem::weakly_canonical(std::filesystem::absolute(path), error);
    if (error) result = std::filesystem::absolute(path).lexically_normal();
    return result.has_filename() ? result : result.parent_path();
}

std::string oneText(Connection& connection, const char* sql, const std::string& argument) {
    SQLite::Statement& statement = bound(connection.statement(sql), argument);
    std::string text = statement.executeStep() ? textColumn(statement, 0) : std::string{};
    statement.reset();
    return text;
}

std::int64_t runKey(Connection& connection, const std::string& id, const std::string& directory) {
    execute(connection.statement("INSERT OR IGNORE INTO runs (id, directory) VALUES (?1, ?2)"), id,
            directory);
    SQLite::Statement& statement = bound(connection.statement("SELECT key FROM runs WHERE id = ?1"), id);
    statement.executeStep();
    const std::int64_t key = integerColumn(statement, 0);
    statement.reset();
    return key;
}

std::string placeholderId(const std::string& directory) { return "unreadable-" + contentHash(directory); }

// A copy of a run directory must not take the place of the original, turn and turn about.
void refuseCopy(Connection& connection, const RunRow& row) {
    const std::string known = oneText(connection, "SELECT directory FROM runs WHERE id = ?1", row.id);
    if (known.empty() || known == row.directory || runIdOf(known) != row.id) return;
    fail(ErrorKind::Input,
         "{} is a copy of run \"{}\" in {}; the index keeps that one. Remove one of the two.", row.directory,
         row.id, known);
}

void writeLabelRows(Connection& connection, std::int64_t key, const Labels& labels) {
    execute(connection.statement("DELETE FROM notes WHERE run = ?1"), key);
    execute(connection.statement("DELETE FROM tags WHERE run = ?1"), key);
    if (!labels.note.empty())
        execute(connection.statement("INSERT INTO notes VALUES (?1, ?2)"), key, labels.note);
    for (const std::string& tag : labels.tags)
        execute(connection.statement("INSERT OR IGNORE INTO tags VALUES (?1, ?2)"), key, tag);
    execute(connection.statement("UPDATE runs SET archived = ?2 WHERE key = ?1"), key,
            static_cast<std::int64_t>(labels.archived));
}

void writeRun(Connection& connection, const RunFiles& files, const std::string& stamp) {
    const RunRow& row = files.row;
    WriteTransaction transaction(connection);
    // What stood for this directory while it could not be read; a run that lay here before has lost its
    // files.
    execute(connection.statement("DELETE FROM runs WHERE directory = ?1 AND id = ?2"), row.directory,
            placeholderId(row.directory));
    execute(connection.statement("UPDATE runs SET directory = '' WHERE directory = ?1 AND id <> ?2"),
            row.directory, row.id);
    const std::int64_t key = runKey(connection, row.id, row.directory);
    Recorder recorder(connection, key);
    recorder.clear();
    for (const SpecValue& value : files.spec)
        execute(connection.statement("INSERT OR REPLACE INTO specs VALUES (?1, ?2, ?3)"), key, value.key,
                value.json);
    for (const Event& event : files.events) recorder.record(event);
    recorder.summarise();
    execute(connection.statement(
                "UPDATE runs SET name = ?2, directory = ?3, spec_hash = ?4, group_hash = ?5, "
                "state = ?6, message = ?7, pid = ?8, created = ?9, updated = ?10, seed = ?11, "
                "method = ?12, gate = ?13, backbone = ?14, suite = ?15, lineage_parent = ?16, "
                "lineage_after_task = ?17, lineage_kind = ?18, provenance = ?19, source_stamp = ?20 "
                "WHERE key = ?1"),
            key, files.labels && !files.labels->name.empty() ? files.labels->name : row.name, row.directory,
            row.specHash, row.groupHash, liveState(row.state, files.pid, row.directory), row.message,
            files.pid, row.created, row.updated, static_cast<std::int64_t>(row.seed), row.method, row.gate,
            row.backbone, row.suite, row.lineageParent, row.lineageAfterTask, row.lineageKind,
            files.provenance, stamp);
    if (files.labels) writeLabelRows(connection, key, *files.labels);
    transaction.commit();
}

// Keeps what was known of the run, if anything, and says why it cannot be read now.
void writeUnreadable(Connection& connection, const std::filesystem::path& directory,
                     const std::string& reason, const std::string& stamp) {
    WriteTransaction transaction(connection);
    std::string id = oneText(connection, "SELECT id FROM runs WHERE directory = ?1", directory.string());
    if (id.empty()) {
        id = placeholderId(directory.string());
        execute(connection.statement("UPDATE runs SET name = ?2 WHERE key = ?1"),
                runKey(connection, id, directory.string()), directory.filename().string());
    }
    execute(connection.statement(
                "UPDATE runs SET state = 'failed', pid = 0, message = ?2, source_stamp = ?3 WHERE id = ?1"),
            id, reason, stamp);
    transaction.commit();
}

RunFiles readOrMark(Connection& connection, const std::filesystem::path& directory,
                    const std::string& stamp) {
    std::string reason;
    ErrorKind kind = ErrorKind::Format;
    try {
        return readRunFiles(directory);
    } catch (const Error& error) {
        reason = error.what();
        kind = error.kind();
    } catch (const Json::exception& error) {
        reason = directory.string() + ": " + error.what();
    }
    guarded(connection, [&] { writeUnreadable(connection, directory, reason, stamp); });
    throw UnreadableRun(kind, reason);
}

bool isHidden(const std::filesystem::path& path) { return path.filename().string().starts_with('.'); }

std::vector<std::filesystem::path> runDirectoriesBelow(const std::filesystem::path& folder) {
    if (isRunDirectory(folder)) return {folder};
    std::vector<std::filesystem::path> found;
    std::error_code error;
    std::filesystem::recursive_directory_iterator entry(
        folder, std::filesystem::directory_options::skip_permission_denied, error);
    if (error) fail(ErrorKind::Io, "{} cannot be read: {}", folder.string(), error.message());
    for (; entry != std::filesystem::recursive_directory_iterator(); entry.increment(error)) {
        if (error) break;
        std::error_code ignored;
        if (!entry->is_directory(ignored)) continue;
        const bool isRun = !isHidden(entry->path()) && isRunDirectory(entry->path());
        if (isRun) found.push_back(entry->path());
        if (isRun || isHidden(entry->path()) || entry.depth() + 1 >= kDepth)
            entry.disable_recursion_pending();
    }
    std::sort(found.begin(), found.end());
    return found;
}

}  // namespace

bool isRunDirectory(const std::filesystem::path& directory) {
    const RunDirectory run(directory);
    std::error_code ignored;
    if (std::filesystem::is_regular_file(run.runFile(), ignored)) return true;
    return std::filesystem::is_regular_file(run.specFile(), ignored) &&
           std::filesystem::is_regular_file(run.eventsFile(), ignored);
}

std::string runIdOf(const std::filesystem::path& directory) {
    try {
        const Json json = readJsonFile(RunDirectory(directory).runFile());
        return json.is_object() ? requireString(json, "id", "run.json") : std::string{};
    } catch (const Error&) {
        return {};
    }
}

std::string Importer::indexRun(const std::filesystem::path& path) {
    const std::filesystem::path directory = normal(path);
    if (!isRunDirectory(directory))
        fail(ErrorKind::Input,
             "{} is no run directory: it holds neither run.json nor spec.json with events.jsonl",
             directory.string());
    Connection& connection = m_store.connection();
    // Taken before reading: a file that changes meanwhile is read again next time.
    const std::string stamp = sourceStamp(directory);
    const RunFiles files = readOrMark(connection, directory, stamp);
    guarded(connection, [&] {
        refuseCopy(connection, files.row);
        writeRun(connection, files, stamp);
    });
    return files.row.id;
}

IndexReport Importer::indexFolder(const std::filesystem::path& folder, bool everything,
                                  const std::function<bool(std::int64_t, std::int64_t)>& progress) {
    std::error_code ignored;
    if (!std::filesystem::is_directory(folder, ignored))
        fail(ErrorKind::Input, "{} is no folder. Give the folder that holds the run directories.",
             folder.string());
    Connection& connection = m_store.connection();
    IndexReport report;
    const std::vector<std::filesystem::path> directories = runDirectoriesBelow(normal(folder));
    report.found = static_cast<std::int64_t>(directories.size());
    for (std::size_t i = 0; i < directories.size(); ++i) {
        if (progress && !progress(static_cast<std::int64_t>(i), report.found)) return report;
        const std::string known = guarded(connection, [&] {
            return oneText(connection, "SELECT source_stamp FROM runs WHERE directory = ?1",
                           directories[i].string());
        });
        if (!everything && !known.empty() && known == sourceStamp(directories[i])) {
            ++report.unchanged;
            continue;
        }
        try {
            indexRun(directories[i]);
            ++report.imported;
        } catch (const UnreadableRun& error) {
            report.problems.emplace_back(error.what());
        }
    }
    if (progress) progress(report.found, report.found);
    return report;
}

}  // namespace jumplora
