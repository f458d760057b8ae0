// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "analysis/metrics.h"
#include "store/store.h"

#include <QString>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace jumplora {

// One line of a run's log.
struct LogLine {
    enum class Level { Detail, Info, Warning, Error };
    double time = 0;  // seconds since 1970; 0 unknown
    Level level = Level::Info;
    std::string text;
};

// Everything that a dashboard shows of one run, as plain values: filled from the index for a stored run, from
// events for one that goes on, and the same either way. A step is there once, whatever was told twice.
struct RunView {
    struct Task {
        std::string name;
        std::int64_t steps = 0;
        std::int64_t rows = 0;
        std::int64_t blendFrom = 0;  // step after which blending begins
        std::int64_t gateFrom = 0;   // step after which f = 1
        bool started = false;
        std::optional<std::int64_t> thresholdStep;
        std::vector<double> thresholdInitial;
        std::optional<TaskTrained> trained;
    };
    // Parallel lists over the steps of the run. NaN where nothing was recorded.
    struct Steps {
        std::vector<std::int64_t> task;
        std::vector<std::int64_t> step;  // within the task
        std::vector<double> global;
        std::vector<double> rowsSeen;  // so far, with this step
        std::vector<double> seconds;   // of training so far
        std::vector<double> ce, gradNorm, lr, f, density, stepsPerSecond, rowsPerSecond, memory;
        std::vector<std::vector<double>> tau;                  // [threshold][step]
        std::map<std::string, std::vector<double>> penalties;  // by name
        [[nodiscard]] std::size_t size() const { return task.size(); }
        void reserve(std::size_t count);
        [[nodiscard]] double total(std::size_t i) const;
    };

    std::string id;
    std::string name;
    std::string directory;
    std::string specHash;
    std::string state;
    std::string message;
    bool gated = false;
    double clip = 0;  // gradient norm that is cut to; 0 = no clipping
    std::int64_t rank = 0;
    std::vector<Task> tasks;
    std::vector<ModuleInfo> modules;
    Steps steps;
    AccuracyMatrix matrix;
    std::map<std::pair<std::int64_t, std::int64_t>, EvaluationCell> cells;  // (after task, task)
    std::optional<EvaluationProgress> evaluating;
    std::optional<GateStatistics> gate;  // newest snapshot
    std::map<std::pair<std::int64_t, std::int64_t>, OverlapComputed> overlap;
    std::vector<LogLine> log;
    std::size_t logBegin = 0;  // lines before the first of them, let go when there were too many
    bool complete = false;     // its beginning is known

    // What an event changed.
    enum Change : unsigned {
        Started = 1,  // tasks, modules: everything has to be drawn anew
        StepsAdded = 2,
        StepsRemoved = 4,  // cut back to a checkpoint
        TasksChanged = 8,  // borders, phases, thresholds
        GateChanged = 16,
        CellsChanged = 32,
        OverlapChanged = 64,
        LogAdded = 128,
        StateChanged = 256
    };
    unsigned apply(const Event& event);
    // A line of the log at the time of the newest event.
    void note(LogLine::Level level, std::string text);
    // Number of a step within the whole run, before its task's first step.
    [[nodiscard]] std::int64_t stepsBefore(std::int64_t task) const;
    // Task of the last step, from 1; 0 before the first.
    [[nodiscard]] std::int64_t currentTask() const { return steps.size() == 0 ? 0 : steps.task.back(); }
    [[nodiscard]] std::int64_t tasksDone() const;  // whose row of the matrix is complete up to the diagonal
    [[nodiscard]] QString taskName(std::int64_t task) const;
    [[nodiscard]] QString phaseNow() const;  // "warm start", …; "" without a gate
    // Value of a metric of metricInfos() over the tasks seen so far.
    [[nodiscard]] MetricValue metric(const std::string& key) const;

  private:
    unsigned take(const RunStarted& event);
    unsigned take(const TaskStarted& event);
    unsigned take(const StepMetrics& event);
    unsigned take(const ThresholdInitialised& event);
    unsigned take(const GateStatistics& event);
    unsigned take(const TaskTrained& event);
    unsigned take(const EvaluationProgress& event);
    unsigned take(const EvaluationCell& event);
    unsigned take(const OverlapComputed& event);
    unsigned take(const CheckpointWritten& event);
    unsigned take(const WarningRaised& event);
    unsigned take(const RunResumed& event);
    unsigned take(const RunEnded& event);
    Task& taskAt(std::int64_t task);
    double m_now = 0;  // time of the event that is applied
};

// A stored run from the index, its log from the run's folder as far as that is there. Throws Error(Input) for
// an unknown run. For worker threads.
RunView readRunView(const Store& store, const std::string& runId);
// From the event log alone; lines of steps as well. Throws Error(Io/Format).
RunView readRunEvents(const std::string& directory);
// What the spec says of a view: name, gate, clipping, rank.
void describeFromSpec(RunView& view, const std::vector<SpecValue>& spec);

}  // namespace jumplora
