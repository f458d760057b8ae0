// SPDX-License-Identifier: Apache-2.0
// Reading what the index knows of one run.
#include "base/error.h"
#include "store/connection.h"
#include "store/sql_values.h"

#include <algorithm>
#include <limits>
#include <map>

namespace jumplora {
namespace {

constexpr const char* kRunKey = "(SELECT key FROM runs WHERE id = ?1)";

// Calls `read` for each row of "SELECT ... WHERE run = {run key of ?1} ...".
template <typename Read, typename... Values>
void forEach(Connection& connection, const std::string& sql, const Read& read, const Values&... values) {
    guarded(connection, [&] {
        SQLite::Statement& statement = bound(connection.statement(sql), values...);
        while (statement.executeStep()) read(statement);
        statement.reset();
    });
}

std::string ofRun(const char* select, const char* order) {
    return std::string(select) + " WHERE run = " + kRunKey + " " + order;
}

GateStatistics gateRow(const SQLite::Statement& row) {
    return {integerColumn(row, 0), integerColumn(row, 1), integersColumn(row, 2),
            realsColumn(row, 3),   realsColumn(row, 4),   realsColumn(row, 5)};
}

constexpr const char* kGateColumns = "SELECT task, step, alive, max_abs, tau, in_window FROM gate_statistics";

}  // namespace

std::vector<SpecValue> Store::spec(const std::string& runId) const {
    std::vector<SpecValue> values;
    forEach(
        *m_connection, ofRun("SELECT key, value FROM specs", "ORDER BY key"),
        [&](const SQLite::Statement& row) {
            values.push_back({textColumn(row, 0), textColumn(row, 1)});
        },
        runId);
    return values;
}

std::vector<std::pair<std::string, std::string>> Store::specColumn(const std::string& key) const {
    std::vector<std::pair<std::string, std::string>> values;
    forEach(
        *m_connection,
        "SELECT runs.id, specs.value FROM specs JOIN runs ON runs.key = specs.run WHERE specs.key = ?1",
        [&](const SQLite::Statement& row) { values.emplace_back(textColumn(row, 0), textColumn(row, 1)); },
        key);
    return values;
}

std::vector<std::string> Store::specKeys() const {
    std::vector<std::string> keys;
    forEach(*m_connection, "SELECT DISTINCT key FROM specs ORDER BY key",
            [&](const SQLite::Statement& row) { keys.push_back(textColumn(row, 0)); });
    return keys;
}

std::vector<TaskRow> Store::tasks(const std::string& runId) const {
    std::vector<TaskRow> tasks;
    forEach(
        *m_connection,
        ofRun("SELECT task, name, steps, rows, first_step, final_step, threshold_step, threshold_initial, "
              "trained, "
              "trained_f, alive, alive_total, entries, stored_bytes, adapter_file FROM tasks",
              "ORDER BY task"),
        [&](const SQLite::Statement& row) {
            TaskRow task;
            task.task = integerColumn(row, 0);
            task.name = textColumn(row, 1);
            task.steps = integerColumn(row, 2);
            task.rows = integerColumn(row, 3);
            task.firstStep = integerColumn(row, 4);
            task.finalStep = integerColumn(row, 5);
            if (!row.isColumnNull(6)) task.thresholdStep = integerColumn(row, 6);
            task.thresholdInitial = realsColumn(row, 7);
            if (integerColumn(row, 8) != 0)
                task.trained = TaskTrained{task.task,
                                           realColumn(row, 9),
                                           integersColumn(row, 10),
                                           integerColumn(row, 11),
                                           integerColumn(row, 12),
                                           integerColumn(row, 13),
                                           textColumn(row, 14)};
            tasks.push_back(std::move(task));
        },
        runId);
    return tasks;
}

std::vector<ModuleInfo> Store::modules(const std::string& runId) const {
    std::vector<ModuleInfo> modules;
    forEach(
        *m_connection,
        ofRun("SELECT name, module_group, block, rows, columns, threshold FROM modules", "ORDER BY module"),
        [&](const SQLite::Statement& row) {
            modules.push_back({textColumn(row, 0), textColumn(row, 1), integerColumn(row, 2),
                               integerColumn(row, 3), integerColumn(row, 4), integerColumn(row, 5)});
        },
        runId);
    return modules;
}

std::vector<EvaluationCell> Store::cells(const std::string& runId) const {
    std::vector<EvaluationCell> cells;
    forEach(
        *m_connection,
        ofRun("SELECT after_task, task, split, correct, total, within_options, predictions_file, seconds, "
              "metric, "
              "score FROM evaluation_cells",
              "ORDER BY after_task, task, split"),
        [&](const SQLite::Statement& row) {
            cells.push_back({integerColumn(row, 0), integerColumn(row, 1), textColumn(row, 2),
                             integerColumn(row, 3), integerColumn(row, 4), integerColumn(row, 5),
                             textColumn(row, 6), realColumn(row, 7), textColumn(row, 8)});
            if (!row.isColumnNull(9)) cells.back().score = realColumn(row, 9);
        },
        runId);
    return cells;
}

std::vector<GateStatistics> Store::gateStatistics(const std::string& runId,
                                                  std::optional<std::int64_t> task) const {
    std::vector<GateStatistics> snapshots;
    forEach(
        *m_connection, ofRun(kGateColumns, "AND (?2 IS NULL OR task = ?2) ORDER BY task, step"),
        [&](const SQLite::Statement& row) { snapshots.push_back(gateRow(row)); }, runId, task);
    return snapshots;
}

std::optional<GateStatistics> Store::lastGateStatistics(const std::string& runId) const {
    std::optional<GateStatistics> last;
    forEach(
        *m_connection, ofRun(kGateColumns, "ORDER BY task DESC, step DESC LIMIT 1"),
        [&](const SQLite::Statement& row) { last = gateRow(row); }, runId);
    return last;
}

std::vector<OverlapComputed> Store::overlap(const std::string& runId) const {
    std::vector<OverlapComputed> pairs;
    forEach(
        *m_connection,
        ofRun("SELECT i, j, measure, pooled, has_pooled, per_module FROM overlap", "ORDER BY i, j, place"),
        [&](const SQLite::Statement& row) {
            const std::int64_t i = integerColumn(row, 0);
            const std::int64_t j = integerColumn(row, 1);
            if (pairs.empty() || pairs.back().i != i || pairs.back().j != j) pairs.push_back({i, j, {}, {}});
            const std::string measure = textColumn(row, 2);
            if (integerColumn(row, 4) != 0) pairs.back().pooled.push_back({measure, realColumn(row, 3)});
            const std::vector<double> perModule = realsColumn(row, 5);
            auto& modules = pairs.back().perModule;
            if (modules.size() < perModule.size()) modules.resize(perModule.size());
            for (std::size_t m = 0; m < perModule.size(); ++m) modules[m].push_back({measure, perModule[m]});
        },
        runId);
    return pairs;
}

std::vector<CheckpointWritten> Store::checkpoints(const std::string& runId) const {
    std::vector<CheckpointWritten> checkpoints;
    forEach(
        *m_connection,
        ofRun("SELECT file, task, step, phase, bytes FROM checkpoints", "ORDER BY task, step, phase"),
        [&](const SQLite::Statement& row) {
            checkpoints.push_back({textColumn(row, 0), integerColumn(row, 1), integerColumn(row, 2),
                                   textColumn(row, 3), integerColumn(row, 4)});
        },
        runId);
    return checkpoints;
}

std::vector<WarningRaised> Store::warnings(const std::string& runId) const {
    std::vector<WarningRaised> warnings;
    forEach(
        *m_connection, ofRun("SELECT code, message, task, step FROM warnings", "ORDER BY task, step, code"),
        [&](const SQLite::Statement& row) {
            warnings.push_back(
                {textColumn(row, 0), textColumn(row, 1), integerColumn(row, 2), integerColumn(row, 3)});
        },
        runId);
    return warnings;
}

}  // namespace jumplora
