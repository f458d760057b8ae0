// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/module_info.h"
#include "train/events.h"
#include "train/run_directory.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace jumplora {

// How much the updates of different tasks of one run get into each other's way, computed from the stored
// adapters (A, B, log τ). ΔW_t = s·BA·1[|BA| > τ] is what merging added for task t, S_t its live entries (all
// m·n without a gate), ρ_t = |S_t|/(mn). docs/overlap.md explains every measure.

// What a measure describes: two tasks, or one task (events with i == j).
enum class OverlapSubject { Pair, Task };

struct OverlapMeasure {
    std::string key;  // name of the NamedValue in OverlapComputed
    std::string label;
    std::string formula;  // i is the earlier task
    std::string unit;     // "share", "ratio", "cosine", "norm", "squared norm", "rad", "rank"
    std::string pooling;  // how the value over all modules comes about
    OverlapSubject subject = OverlapSubject::Pair;
    bool symmetric = true;   // swapping i and j changes nothing
    bool hasChance = false;  // see overlapChance()
    bool spectral = false;   // only with OverlapOptions::spectral
};

// Pairs: collision_rate, collision_chance, collision_lift, jaccard, jaccard_lift, contained_j_in_i,
// contained_i_in_j, sign_conflict, cosine, ella_energy, a_product_norm; spectral: update_product_norm,
// row_angle_min, row_angle_mean, row_angle_max, row_grassmann, column_angle_min, column_angle_mean,
// column_angle_max, column_grassmann. Tasks: density, frobenius_norm; spectral: effective_rank, stable_rank.
const std::vector<OverlapMeasure>& overlapMeasures();
// nullptr when there is no such measure.
const OverlapMeasure* findOverlapMeasure(const std::string& key);

// The value to expect if the live entries of the two tasks had nothing to do with each other.
// `collisionChance` is the value "collision_chance" of the same pair (per module ρ_i·ρ_j), the densities are
// those of the tasks. Nothing for measures without a chance level and where it is not defined (empty S).
std::optional<double> overlapChance(const std::string& key, double collisionChance, double densityI,
                                    double densityJ);

struct OverlapOptions {
    // Singular values, spaces and ‖ΔW_iᵀΔW_j‖: about 2·min(m,n)²·max(m,n) operations and more per module and
    // masked task. Without a gate they cost next to nothing.
    bool spectral = true;
};

// A value that cannot be computed (empty S, zero update) is absent from an event, never NaN.
//
// Task `task` (from 1) against every earlier one: first the event of the task itself (i == j == task), then
// (1, task), …, (task−1, task). Depends on the adapter files alone and repeats bit for bit. Throws
// Error(Io/Format) for absent or damaged adapters or ones that do not belong together.
std::vector<OverlapComputed> withEarlier(const RunDirectory& directory, std::int64_t task,
                                         const OverlapOptions& options = {});

// The same for every task that has an adapter, in the order of tasks: equal to all withEarlier() one after
// another. Throws Error(State) when there is no adapter yet.
std::vector<OverlapComputed> allPairs(const RunDirectory& directory, const OverlapOptions& options = {});

struct PrincipalAngles {
    std::vector<double> row;     // rad, ascending; empty when one update is zero
    std::vector<double> column;  // rad, ascending
};
// All principal angles between the spaces of two tasks in one module (index into the run's modules).
PrincipalAngles principalAngles(const RunDirectory& directory, std::int64_t i, std::int64_t j,
                                std::size_t module);

// What a call would take, before it is made: seconds on this machine's threads (within a factor of about
// three) and the peak of memory beside the mapped files.
struct OverlapCost {
    double seconds = 0;
    std::int64_t bytes = 0;
};
// `tasks` adapters are read, `pairs` compared: k and k−1 for withEarlier(k), T and T(T−1)/2 for allPairs.
// `density` is the mean share of live entries (1 without a gate), `rank` the adapters' r.
OverlapCost overlapCost(const std::vector<ModuleInfo>& modules, std::int64_t rank, std::int64_t tasks,
                        std::int64_t pairs, double density, const OverlapOptions& options = {});

}  // namespace jumplora
