// SPDX-License-Identifier: Apache-2.0
#include "store/recorder.h"

#include "analysis/metrics.h"
#include "store/sql_values.h"

#include <unistd.h>

#include <cmath>
#include <limits>
#include <map>

namespace jumplora {

template <typename... Values>
void Recorder::run(const char* sql, const Values&... values) {
    execute(m_connection.statement(sql), m_run, values...);
}

void Recorder::record(const Event& event) {
    std::visit([this](const auto& payload) { put(payload); }, event.payload);
}

void Recorder::put(const RunStarted& event) {
    run("DELETE FROM modules WHERE run = ?1");
    for (std::size_t i = 0; i < event.modules.size(); ++i) {
        const ModuleInfo& module = event.modules[i];
        run("INSERT INTO modules VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)", static_cast<std::int64_t>(i),
            module.name, module.group, module.block, module.rows, module.columns, module.threshold);
    }
    const auto count = static_cast<std::int64_t>(event.tasks.size());
    run("DELETE FROM tasks WHERE run = ?1 AND task > ?2", count);
    std::int64_t planned = 0;
    for (std::int64_t task = 1; task <= count; ++task) {
        const auto at = static_cast<std::size_t>(task - 1);
        const std::int64_t steps = at < event.steps.size() ? event.steps[at] : 0;
        // Sums of numbers from a file may overflow; nobody plans that many steps.
        planned = steps > 0 && planned <= std::numeric_limits<std::int64_t>::max() - steps ? planned + steps
                                                                                           : planned;
        run("INSERT INTO tasks (run, task, name, steps) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (run, task) DO "
            "UPDATE "
            "SET name = excluded.name, steps = excluded.steps",
            task, event.tasks[at], steps);
    }
    run("UPDATE runs SET steps_planned = ?2 WHERE key = ?1", planned);
    setState("running", "");
}

void Recorder::put(const TaskStarted& event) {
    // The names of the columns stay those of RunStarted: joint training calls its one stage "all tasks".
    run("INSERT INTO tasks (run, task, name, steps, rows, first_step, final_step) VALUES (?1, ?2, ?3, ?4, "
        "?5, ?6, ?7) "
        "ON CONFLICT (run, task) DO UPDATE SET steps = excluded.steps, rows = "
        "excluded.rows, "
        "first_step = excluded.first_step, final_step = excluded.final_step",
        event.task, event.name, event.steps, event.rows, event.firstStep, event.finalStep);
}

void Recorder::put(const StepMetrics& event) {
    run("INSERT OR REPLACE INTO step_metrics VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, "
        "?14, "
        "?15)",
        event.task, event.step, event.globalStep, event.ce, event.gradNorm, event.lr, event.f, event.density,
        event.rows, event.tokens, event.paddedTokens, event.tokensPerSecond, event.stepSeconds,
        event.memoryBytes);
    run("DELETE FROM penalties WHERE run = ?1 AND task = ?2 AND step = ?3", event.task, event.step);
    for (const NamedValue& penalty : event.penalties)
        run("INSERT OR REPLACE INTO penalties VALUES (?1, ?2, ?3, ?4, ?5)", event.task, event.step,
            penalty.name, penalty.value);
    if (!event.tau.empty())
        run("INSERT OR REPLACE INTO thresholds VALUES (?1, ?2, ?3, ?4)", event.task, event.step, event.tau);
    else
        run("DELETE FROM thresholds WHERE run = ?1 AND task = ?2 AND step = ?3", event.task, event.step);
}

void Recorder::put(const ThresholdInitialised& event) {
    run("INSERT INTO tasks (run, task, threshold_step, threshold_initial) VALUES (?1, ?2, ?3, ?4) ON "
        "CONFLICT (run, "
        "task) DO UPDATE SET threshold_step = excluded.threshold_step, threshold_initial = "
        "excluded.threshold_initial",
        event.task, event.step, event.tau);
}

void Recorder::put(const GateStatistics& event) {
    run("INSERT OR REPLACE INTO gate_statistics VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)", event.task, event.step,
        event.alive, event.maxAbs, event.tau, event.inWindow);
}

void Recorder::put(const TaskTrained& event) {
    run("INSERT INTO tasks (run, task, trained, trained_f, alive, alive_total, entries, stored_bytes, "
        "adapter_file) "
        "VALUES (?1, ?2, 1, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (run, task) DO UPDATE SET trained = 1, "
        "trained_f = "
        "excluded.trained_f, alive = excluded.alive, alive_total = excluded.alive_total, entries = "
        "excluded.entries, "
        "stored_bytes = excluded.stored_bytes, adapter_file = excluded.adapter_file",
        event.task, event.f, event.alive, event.aliveTotal, event.entries, event.storedBytes,
        event.adapterFile);
}

void Recorder::put(const EvaluationCell& event) {
    run("INSERT OR REPLACE INTO evaluation_cells VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        event.afterTask, event.task, event.split, event.correct, event.total, event.withinOptions,
        event.predictionsFile, event.seconds, event.metric, event.score);
}

void Recorder::put(const OverlapComputed& event) {
    struct Measure {
        std::optional<double> pooled;
        std::vector<double> perModule;
        std::int64_t place = 0;
    };
    std::map<std::string, Measure> measures;
    const auto measure = [&](const std::string& name) -> Measure& {
        const auto [found, isNew] = measures.try_emplace(name);
        if (isNew) {
            found->second.place = static_cast<std::int64_t>(measures.size());
            found->second.perModule.assign(event.perModule.size(), std::numeric_limits<double>::quiet_NaN());
        }
        return found->second;
    };
    for (const NamedValue& value : event.pooled) measure(value.name).pooled = value.value;
    for (std::size_t module = 0; module < event.perModule.size(); ++module)
        for (const NamedValue& value : event.perModule[module])
            measure(value.name).perModule[module] = value.value;

    run("DELETE FROM overlap WHERE run = ?1 AND i = ?2 AND j = ?3", event.i, event.j);
    for (const auto& [name, values] : measures)
        run("INSERT INTO overlap VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)", event.i, event.j, name,
            values.place, values.pooled, static_cast<std::int64_t>(values.pooled.has_value()),
            values.perModule);
}

void Recorder::put(const CheckpointWritten& event) {
    run("INSERT OR REPLACE INTO checkpoints VALUES (?1, ?2, ?3, ?4, ?5, ?6)", event.task, event.step,
        event.phase, event.file, event.bytes);
}

void Recorder::put(const WarningRaised& event) {
    run("INSERT OR REPLACE INTO warnings VALUES (?1, ?2, ?3, ?4, ?5)", event.task, event.step, event.code,
        event.message);
}

void Recorder::put(const RunResumed&) { setState("running", ""); }

void Recorder::put(const RunEnded& event) { setState(event.state, event.message); }

void Recorder::setState(const std::string& state, const std::string& message) {
    run("UPDATE runs SET state = ?2, message = ?3, pid = ?4 WHERE key = ?1", state, message,
        static_cast<std::int64_t>(state == "running" ? getpid() : 0));
}

void Recorder::summarise() {
    run("UPDATE runs SET "
        "steps_done = (SELECT count(*) FROM step_metrics WHERE run = ?1), "
        "tasks_trained = (SELECT count(*) FROM tasks WHERE run = ?1 AND trained), "
        "active_seconds = (SELECT total(step_seconds) FROM step_metrics WHERE run = ?1) + "
        "(SELECT total(seconds) FROM evaluation_cells WHERE run = ?1), "
        "density = (SELECT density FROM step_metrics WHERE run = ?1 ORDER BY task DESC, step DESC LIMIT 1) "
        "WHERE key = ?1");
    summariseMetrics();
}

// Of the tasks seen so far: those up to the last row of the matrix that is complete.
void Recorder::summariseMetrics() {
    struct Cell {
        std::int64_t row, column;
        MatrixCell value;
    };
    std::vector<Cell> cells;
    // A run is scored on one split; of a log with several, the first one counts.
    SQLite::Statement& rows =
        bound(m_connection.statement(
                  "SELECT after_task, task, correct, total, within_options, score FROM evaluation_cells "
                  "WHERE run = ?1 AND split = (SELECT min(split) FROM evaluation_cells WHERE run = ?1)"),
              m_run);
    while (rows.executeStep()) {
        cells.push_back({integerColumn(rows, 0),
                         integerColumn(rows, 1),
                         {integerColumn(rows, 2), integerColumn(rows, 3), integerColumn(rows, 4)}});
        if (!rows.isColumnNull(5)) cells.back().value.score = realColumn(rows, 5);
    }
    rows.reset();
    run("DELETE FROM metrics WHERE run = ?1");
    std::map<std::int64_t, std::int64_t> seen;  // per row: how many of the tasks up to it are scored
    for (const Cell& cell : cells)
        if (cell.column <= cell.row) ++seen[cell.row];
    std::int64_t tasks = 0;
    for (const auto& [row, count] : seen)
        if (count == row) tasks = row;
    if (tasks == 0) return;
    AccuracyMatrix matrix{std::vector<std::string>(static_cast<std::size_t>(tasks))};
    for (const Cell& cell : cells)
        if (cell.row >= 0 && cell.row <= tasks && cell.column >= 1 && cell.column <= tasks)
            matrix.set(cell.row, cell.column, cell.value);
    std::int64_t place = 0;
    for (const MetricInfo& metric : metricInfos())
        if (const MetricValue value = metric.compute(matrix, {}); value.value)
            run("INSERT INTO metrics VALUES (?1, ?2, ?3, ?4)", metric.key, place++, *value.value);
}

void Recorder::clear() {
    for (const char* table :
         {"specs", "modules", "tasks", "step_metrics", "penalties", "thresholds", "gate_statistics",
          "evaluation_cells", "overlap", "checkpoints", "warnings", "metrics"})
        execute(m_connection.statement(std::string("DELETE FROM ") + table + " WHERE run = ?1"), m_run);
    run("UPDATE runs SET steps_planned = 0, steps_done = 0, tasks_trained = 0, active_seconds = 0, density = "
        "NULL "
        "WHERE key = ?1");
}

}  // namespace jumplora
