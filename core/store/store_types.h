// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "train/events.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace jumplora {

// One run as a list shows it. Times are ISO 8601 in UTC ("2026-03-04T14:05:12Z"), "" when unknown.
struct RunRow {
    std::string id;
    std::string name;
    std::string directory;  // absolute
    std::string specHash;   // equal hash = equal computation
    std::string groupHash;  // hash of the spec without name and seed: equal = seeds of one experiment
    std::string state;      // waiting, running, paused, finished, stopped, failed, lost
    std::string message;    // a sentence; empty when all is well
    std::string created;
    std::string updated;
    std::uint64_t seed = 0;
    std::string method;              // key, e.g. "ella"
    std::string gate;                // none, jumprelu
    std::string backbone;            // "builtin" or a folder
    std::string suite;               // "builtin" or a task file
    std::vector<std::string> tasks;  // names in order
    std::int64_t tasksTrained = 0;
    std::int64_t stepsPlanned = 0;
    std::int64_t stepsDone = 0;
    double activeSeconds = 0;   // training steps and evaluation, without pauses
    std::string lineageParent;  // run id; empty when the run starts from nothing
    std::int64_t lineageAfterTask = 0;
    std::string lineageKind;  // fork, extend
    bool archived = false;
    bool hasCheckpoint = false;
    std::int64_t warnings = 0;
    std::string note;
    std::vector<std::string> tags;    // sorted
    std::optional<double> density;    // last logged, 0..1; none without a gate
    std::vector<NamedValue> metrics;  // of the tasks seen so far, names of analysis/metrics.h
    [[nodiscard]] const double* metric(const std::string& metricName) const {
        for (const NamedValue& each : metrics)
            if (each.name == metricName) return &each.value;
        return nullptr;
    }
};

// Which runs a list shows; empty members restrict nothing. Newest first; of those of one second, the one that
// was indexed last.
struct RunFilter {
    std::string text = {};  // part of id, name, note or a tag; case does not matter
    std::vector<std::string> states = {};
    std::vector<std::string> methods = {};
    std::vector<std::string> gates = {};
    std::vector<std::string> tags = {};  // all of them
    std::string specHash = {};
    std::string groupHash = {};
    std::string parent = {};
    std::optional<bool> archived = false;  // nullopt: both
    std::int64_t limit = 0;                // 0 = all
    std::int64_t offset = 0;
};

struct SpecValue {
    std::string key;   // flattened: "optimizer.lr"; lists are one value
    std::string json;  // e.g. 0.001, "ella", ["q","v"]
};

// Measurements of a run over its optimizer steps, in order; values[k][i] belongs to keys[k] and step i, NaN
// where nothing was recorded.
struct CurveSet {
    std::vector<std::string> keys;
    std::vector<std::int64_t> task;
    std::vector<std::int64_t> step;        // within its task, from 1
    std::vector<std::int64_t> globalStep;  // over the whole run, from 1
    std::vector<std::vector<double>> values;
};

struct CurveRange {
    std::optional<std::int64_t> task = {};
    std::int64_t firstGlobalStep = 0;  // inclusive
    std::optional<std::int64_t> lastGlobalStep = {};
};

// One task of a run: what was planned and, once trained, what came out.
struct TaskRow {
    std::int64_t task = 0;  // from 1
    std::string name;
    std::int64_t steps = 0;
    std::int64_t rows = 0;
    std::int64_t firstStep = 0;
    std::int64_t finalStep = 0;
    std::optional<std::int64_t> thresholdStep;  // after which the threshold was initialised
    std::vector<double> thresholdInitial;
    std::optional<TaskTrained> trained;
};

}  // namespace jumplora
