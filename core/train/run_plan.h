// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/module_info.h"
#include "train/run_spec.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace jumplora {

// What a run will do, known before anything of the backbone is loaded.
struct PlannedStage {
    std::string name;            // unique: the second "yahoo" is "yahoo (2)"
    std::int64_t rows = 0;       // training rows
    std::int64_t steps = 0;      // optimizer steps
    std::int64_t firstStep = 0;  // gate schedule: warm start ends, f = 0 before
    std::int64_t finalStep = 0;  // gate schedule: f = 1 from here
    std::int64_t initialisationStep = 0;
    bool tooShort = false;  // for three phases
    std::int64_t evaluatedRows = 0;
};
struct RunPlan {
    std::vector<PlannedStage> stages;
    std::int64_t steps = 0;
    std::int64_t rows = 0;
    std::int64_t evaluatedRows = 0;  // before training included
};

// Rows that one task of the suite has for training ("train") or in the evaluated split, before any limit of
// the spec; asked for once per task and split.
using RowCounter = std::function<std::int64_t(const std::string& task, const std::string& split)>;

// Steps exactly as the trainer will make them. Throws Error(Input) naming the key of the spec that does not
// fit.
RunPlan planRun(const RunSpec& spec, const RowCounter& rowsOf);
RunPlan planRun(const RunSpec& spec);  // counts by reading the task files

// The adapted layers by the checkpoint's header alone, with Σ of all weights' elements. `threshold` is not
// set.
struct BackboneShape {
    std::vector<ModuleInfo> modules;
    std::int64_t weightBytes = 0;  // in the run's precision
    Json config;
};
// Throws Error as loading the backbone would: for files that are missing or damaged, and for a precision that
// this machine does not compute.
BackboneShape backboneShape(const RunSpec& spec);

// How much a run needs, by formula; measured runs stayed within a fifth of it. `sourceTokens`: mean length of
// a prompt of its longest task (the spec's cut is applied).
struct RunNeeds {
    std::int64_t weightBytes = 0;
    std::int64_t adapterBytes = 0;       // parameters, gradients, optimizer state
    std::int64_t memoryOfPastBytes = 0;  // dense arrays that the method keeps
    std::int64_t activationBytes = 0;    // of one micro-batch, gate's temporaries included
    std::int64_t programBytes = 0;       // the libraries themselves
    [[nodiscard]] std::int64_t memoryBytes() const {
        return weightBytes + adapterBytes + memoryOfPastBytes + activationBytes + programBytes;
    }
    std::int64_t checkpointBytes = 0;
    std::int64_t adapterFileBytes = 0;  // of one task
    std::int64_t diskBytes = 0;
};
RunNeeds estimateNeeds(const RunSpec& spec, const RunPlan& plan, const BackboneShape& shape,
                       double sourceTokens);

}  // namespace jumplora
