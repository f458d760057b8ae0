// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/json.h"
#include "base/module_info.h"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace jumplora {

// What a run says. The store, the live view and events.jsonl are listeners of these, and of nothing else.
// Tasks are numbered from 1; task 0 means "before training". Steps count optimizer steps of a task from 1.
// JSON form: {"type": "step", ...fields in snake_case, "volatile": {"time", rates, memory}}: everything that
// differs between two equal computations stands in "volatile", everything else is bit-reproducible.

struct NamedValue {
    std::string name;
    double value = 0;
};

struct RunStarted {
    std::string runId;
    std::string specHash;
    std::vector<std::string> tasks;
    std::vector<std::int64_t> steps;  // planned optimizer steps per task
    std::vector<ModuleInfo> modules;
    std::int64_t trainable = 0;  // adapter parameters per task
};

struct TaskStarted {
    std::int64_t task = 0;
    std::string name;
    std::int64_t steps = 0;
    std::int64_t rows = 0;       // training rows
    std::int64_t firstStep = 0;  // gate schedule: warm start ends
    std::int64_t finalStep = 0;  // gate schedule: f = 1 from here
};

struct StepMetrics {
    std::int64_t task = 0;
    std::int64_t step = 0;
    std::int64_t globalStep = 0;
    double ce = 0;                      // mean over micro-batches
    std::vector<NamedValue> penalties;  // weighted, as added to the loss
    double gradNorm = 0;                // before clipping
    double lr = 0;
    double f = 0;
    std::vector<double> tau;  // after the step, one per threshold; empty without a gate
    double density = 1;  // alive entries of all modules / entries, after the step; 1 before initialisation
    std::int64_t rows = 0;
    std::int64_t tokens = 0;        // real source + target tokens
    std::int64_t paddedTokens = 0;  // what padding would have cost
    double tokensPerSecond = 0;     // volatile
    double stepSeconds = 0;         // volatile
    std::int64_t memoryBytes = 0;   // volatile: resident set
};

struct ThresholdInitialised {
    std::int64_t task = 0;
    std::int64_t step = 0;    // after which it happened
    std::vector<double> tau;  // one per threshold
};

// Snapshot of the gate; per module in the order of RunStarted::modules.
struct GateStatistics {
    std::int64_t task = 0;
    std::int64_t step = 0;
    std::vector<std::int64_t> alive;  // entries with |ΔW| > τ
    std::vector<double> maxAbs;       // max |ΔW|, unscaled
    std::vector<double> tau;          // per threshold
    std::vector<double> inWindow;     // per threshold: share of entries with ||ΔW|-τ| < ε/2
};

struct TaskTrained {
    std::int64_t task = 0;
    double f = 0;                     // blend factor when training ended; merged with the hard mask anyway
    std::vector<std::int64_t> alive;  // live entries per module
    std::int64_t aliveTotal = 0;
    std::int64_t entries = 0;
    std::int64_t storedBytes = 0;  // of the task's adapter file
    std::string adapterFile;       // relative to the run directory
};

struct EvaluationProgress {  // lifecycle: not part of the result
    std::int64_t afterTask = 0;
    std::int64_t task = 0;
    std::int64_t done = 0;
    std::int64_t total = 0;
};

struct EvaluationCell {
    std::int64_t afterTask = 0;  // row of the matrix; 0 = before training
    std::int64_t task = 0;       // column, from 1
    std::string split;
    std::int64_t correct = 0;
    std::int64_t total = 0;
    std::int64_t withinOptions = 0;      // answers that are one of the options
    std::string predictionsFile;         // relative to the run directory
    double seconds = 0;                  // volatile
    std::string metric = "exact_match";  // of data/answer_metric.h
    std::optional<double> score = {};    // mean over the rows, 0 to 1; none: correct of total
};

// Overlap of tasks i < j, or what describes task i == j alone; hard-masked ΔW, measures named as in
// analysis/overlap.h. A measure that cannot be computed is absent.
struct OverlapComputed {
    std::int64_t i = 0;
    std::int64_t j = 0;
    std::vector<NamedValue> pooled;
    std::vector<std::vector<NamedValue>> perModule;
};

struct CheckpointWritten {  // lifecycle
    std::string file;
    std::int64_t task = 0;
    std::int64_t step = 0;
    std::string phase;  // training, trained, merged
    std::int64_t bytes = 0;
};

struct WarningRaised {
    std::string code;  // stable, e.g. "short_task", "penalty_dwarfs_loss"
    std::string message;
    std::int64_t task = 0;
    std::int64_t step = 0;
};

struct RunResumed {  // lifecycle
    std::int64_t task = 0;
    std::int64_t step = 0;
};

struct RunEnded {         // lifecycle except for state "finished"
    std::string state;    // finished, paused, stopped, failed
    std::string message;  // a sentence; empty when finished
};

using EventPayload = std::variant<RunStarted, TaskStarted, StepMetrics, ThresholdInitialised, GateStatistics,
                                  TaskTrained, EvaluationProgress, EvaluationCell, OverlapComputed,
                                  CheckpointWritten, WarningRaised, RunResumed, RunEnded>;

struct Event {
    double time = 0;  // seconds since 1970, UTC; volatile
    EventPayload payload;
};

// One line of events.jsonl (without the line feed) and back. fromJson throws Error(Format).
Json toJson(const Event& event);
Event eventFromJson(const Json& json, const std::string& where);

// False for lifecycle events (progress, checkpoints, resumes, pauses): a killed and resumed run has other
// ones.
bool isPartOfResult(const Event& event);

class EventListener {
  public:
    virtual ~EventListener() = default;
    // Called on the trainer's thread; must not block for long and must not throw.
    virtual void onEvent(const Event& event) = 0;
};

}  // namespace jumplora
