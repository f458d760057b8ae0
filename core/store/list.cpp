// SPDX-License-Identifier: Apache-2.0
// The list of runs and finding one of them.
#include "base/error.h"
#include "base/param.h"
#include "store/connection.h"
#include "store/sql_values.h"

#include <algorithm>

namespace jumplora {
namespace {

// A condition made of parts joined by AND, with the texts it binds.
struct Condition {
    std::string sql = "1";
    std::vector<std::string> texts;

    void add(const std::string& part) { sql += " AND (" + part + ")"; }
    std::string place(const std::string& text) {
        texts.push_back(text);
        return fmt::format("?{}", texts.size());
    }
    void oneOf(const std::string& expression, const std::vector<std::string>& values) {
        if (values.empty()) return;
        std::string list;
        for (const std::string& value : values) list += (list.empty() ? "" : ", ") + place(value);
        add(expression + " IN (" + list + ")");
    }
};

// LIKE pattern for "contains", with the wildcards of the text itself escaped.
std::string containsPattern(const std::string& text) {
    std::string pattern = "%";
    for (const char c : text) {
        if (c == '%' || c == '_' || c == '\\') pattern += '\\';
        pattern += c;
    }
    return pattern + "%";
}

Condition conditionOf(const RunFilter& filter) {
    Condition condition;
    if (!filter.text.empty()) {
        const std::string like = " LIKE " + condition.place(containsPattern(filter.text)) + " ESCAPE '\\'";
        condition.add("id" + like + " OR name" + like +
                      " OR EXISTS (SELECT 1 FROM notes WHERE run = runs.key AND text" + like +
                      ") OR EXISTS (SELECT 1 FROM tags WHERE run = runs.key AND tag" + like + ")");
    }
    condition.oneOf("live_state(state, pid, directory)", filter.states);
    condition.oneOf("method", filter.methods);
    condition.oneOf("gate", filter.gates);
    for (const std::string& tag : filter.tags)
        condition.add("EXISTS (SELECT 1 FROM tags WHERE run = runs.key AND tag = " + condition.place(tag) +
                      ")");
    if (!filter.specHash.empty()) condition.add("spec_hash = " + condition.place(filter.specHash));
    if (!filter.groupHash.empty()) condition.add("group_hash = " + condition.place(filter.groupHash));
    if (!filter.parent.empty()) condition.add("lineage_parent = " + condition.place(filter.parent));
    if (filter.archived) condition.add(*filter.archived ? "archived = 1" : "archived = 0");
    return condition;
}

SQLite::Statement& boundTexts(SQLite::Statement& statement, const std::vector<std::string>& texts) {
    for (std::size_t i = 0; i < texts.size(); ++i) bindValue(statement, static_cast<int>(i) + 1, texts[i]);
    return statement;
}

constexpr const char* kRunColumns =
    "SELECT key, id, name, directory, spec_hash, group_hash, live_state(state, pid, directory), message, "
    "created, "
    "updated, seed, "
    "method, gate, backbone, suite, lineage_parent, lineage_after_task, lineage_kind, archived, "
    "tasks_trained, "
    "steps_planned, steps_done, active_seconds, density, "
    "EXISTS (SELECT 1 FROM checkpoints WHERE run = key), (SELECT count(*) FROM warnings WHERE run = key), "
    "(SELECT text FROM notes WHERE run = key) FROM runs WHERE ";

RunRow runRow(const SQLite::Statement& row) {
    RunRow run;
    run.id = textColumn(row, 1);
    run.name = textColumn(row, 2);
    run.directory = textColumn(row, 3);
    run.specHash = textColumn(row, 4);
    run.groupHash = textColumn(row, 5);
    run.state = textColumn(row, 6);
    run.message = textColumn(row, 7);
    run.created = textColumn(row, 8);
    run.updated = textColumn(row, 9);
    run.seed = static_cast<std::uint64_t>(integerColumn(row, 10));
    run.method = textColumn(row, 11);
    run.gate = textColumn(row, 12);
    run.backbone = textColumn(row, 13);
    run.suite = textColumn(row, 14);
    run.lineageParent = textColumn(row, 15);
    run.lineageAfterTask = integerColumn(row, 16);
    run.lineageKind = textColumn(row, 17);
    run.archived = integerColumn(row, 18) != 0;
    run.tasksTrained = integerColumn(row, 19);
    run.stepsPlanned = integerColumn(row, 20);
    run.stepsDone = integerColumn(row, 21);
    run.activeSeconds = realColumn(row, 22);
    if (!row.isColumnNull(23) && run.gate != "none") run.density = realColumn(row, 23);
    run.hasCheckpoint = integerColumn(row, 24) != 0;
    run.warnings = integerColumn(row, 25);
    run.note = textColumn(row, 26);
    if (run.state == "lost" && run.message.empty())
        run.message = run.hasCheckpoint ? "Its process vanished. It can be resumed from its checkpoint."
                                        : "Its process vanished before the first checkpoint.";
    return run;
}

// Lists of one run that stand in tables of their own.
void fillLists(Connection& connection, std::int64_t key, RunRow& run) {
    SQLite::Statement& tasks =
        bound(connection.statement("SELECT name FROM tasks WHERE run = ?1 ORDER BY task"), key);
    while (tasks.executeStep()) run.tasks.push_back(textColumn(tasks, 0));
    tasks.reset();
    SQLite::Statement& tags =
        bound(connection.statement("SELECT tag FROM tags WHERE run = ?1 ORDER BY tag"), key);
    while (tags.executeStep()) run.tags.push_back(textColumn(tags, 0));
    tags.reset();
    SQLite::Statement& metrics =
        bound(connection.statement("SELECT name, value FROM metrics WHERE run = ?1 ORDER BY place"), key);
    while (metrics.executeStep()) run.metrics.push_back({textColumn(metrics, 0), realColumn(metrics, 1)});
    metrics.reset();
}

std::vector<RunRow> selectRuns(Connection& connection, const std::string& condition,
                               const std::vector<std::string>& texts) {
    // One snapshot for all statements, although a writer may be at work.
    SQLite::Transaction snapshot(connection.database());
    std::vector<RunRow> runs;
    SQLite::Statement& statement = boundTexts(connection.statement(kRunColumns + condition), texts);
    while (statement.executeStep()) {
        runs.push_back(runRow(statement));
        fillLists(connection, integerColumn(statement, 0), runs.back());
    }
    statement.reset();
    snapshot.commit();
    return runs;
}

std::vector<std::string> idsWhere(Connection& connection, const std::string& condition,
                                  const std::string& text) {
    std::vector<std::string> ids;
    SQLite::Statement& statement = bound(
        connection.statement("SELECT id FROM runs WHERE " + condition + " ORDER BY created DESC, key DESC"),
        text);
    while (statement.executeStep()) ids.push_back(textColumn(statement, 0));
    statement.reset();
    return ids;
}

// Throws Error(Input) when the reference fits none or several runs.
std::string resolve(Connection& connection, const std::string& reference) {
    if (reference.empty())
        fail(ErrorKind::Input, "Give a run: its id, the beginning of it, its name or its folder.");
    std::string directory = std::filesystem::absolute(reference).lexically_normal().string();
    while (directory.size() > 1 && directory.ends_with('/')) directory.pop_back();
    const std::vector<std::pair<std::string, std::string>> ways = {
        {"id = ?1", reference},
        {"directory = ?1", directory},
        {"name = ?1", reference},
        {"substr(id, 1, length(?1)) = ?1", reference},
    };
    for (const auto& [condition, text] : ways) {
        const std::vector<std::string> ids = idsWhere(connection, condition, text);
        if (ids.size() == 1) return ids.front();
        if (ids.size() > 1) {
            std::string some;
            for (std::size_t i = 0; i < std::min<std::size_t>(ids.size(), 5); ++i)
                some += (i > 0 ? ", " : "") + ids[i];
            fail(ErrorKind::Input, "\"{}\" fits {} runs: {}{}. Give more of the id.", reference, ids.size(),
                 some, ids.size() > 5 ? ", ..." : "");
        }
    }
    std::vector<std::string> known;
    SQLite::Statement& names = connection.statement("SELECT id FROM runs UNION SELECT name FROM runs");
    while (names.executeStep()) known.push_back(textColumn(names, 0));
    names.reset();
    const std::string near = nearestName(reference, known);
    fail(ErrorKind::Input,
         "No run \"{}\" in {}.{} \"jumplora list\" shows all runs, \"jumplora index FOLDER\" adds some.",
         reference, connection.file().empty() ? "memory" : connection.file().string(),
         near.empty() ? "" : " Did you mean \"" + near + "\"?");
}

}  // namespace

std::vector<RunRow> Store::listRuns(const RunFilter& filter) const {
    return guarded(*m_connection, [&] {
        Condition condition = conditionOf(filter);
        std::string sql = condition.sql + " ORDER BY created DESC, key DESC";
        if (filter.limit > 0 || filter.offset > 0) {
            sql += " LIMIT CAST(" + condition.place(std::to_string(filter.limit > 0 ? filter.limit : -1)) +
                   " AS INTEGER)";
            sql += " OFFSET CAST(" + condition.place(std::to_string(filter.offset)) + " AS INTEGER)";
        }
        return selectRuns(*m_connection, sql, condition.texts);
    });
}

std::int64_t Store::countRuns(const RunFilter& filter) const {
    return guarded(*m_connection, [&] {
        const Condition condition = conditionOf(filter);
        SQLite::Statement& statement = boundTexts(
            m_connection->statement("SELECT count(*) FROM runs WHERE " + condition.sql), condition.texts);
        statement.executeStep();
        const std::int64_t count = integerColumn(statement, 0);
        statement.reset();
        return count;
    });
}

RunRow Store::run(const std::string& reference) const {
    return guarded(*m_connection, [&] {
        const std::string id = resolve(*m_connection, reference);
        std::vector<RunRow> runs = selectRuns(*m_connection, "id = ?1", {id});
        if (runs.empty()) fail(ErrorKind::Input, "Run \"{}\" was removed by another program.", id);
        return std::move(runs.front());
    });
}

}  // namespace jumplora
