// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "train/run_plan.h"

#include <atomic>

namespace jumplora {

// What a few real steps cost on this machine.
struct ProbeResult {
    double warmStepSeconds = 0;   // while f = 0
    double gatedStepSeconds = 0;  // while f > 0; equal to the former without a gate
    double evaluatedRowSeconds = 0;
    // Training and evaluation of the whole plan.
    [[nodiscard]] double seconds(const RunPlan& plan) const;
};

// Opens the run and makes steps on its first task, with what the method remembers of a finished task, then
// evaluates a batch. Takes about `budgetSeconds` beyond loading; nothing is written. Not to be called while
// another run computes in this process: it sets the number of threads. Throws as opening the run does,
// Error(State) when cancelled.
ProbeResult probeRun(const RunSpec& spec, const std::atomic<bool>& cancelled, double budgetSeconds = 3);

// Equal keys: the same would be measured. Leaves out name, seed, length of the sequence and what costs no
// time.
std::string probeKey(const RunSpec& spec);

}  // namespace jumplora
