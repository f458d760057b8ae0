// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "analysis/metrics.h"
#include "store/store.h"

#include <cstdint>
#include <string>
#include <vector>

namespace jumplora {

// What export tables need of one run; plain values.
struct ExportRun {
    RunRow row;
    std::vector<SpecValue> spec;
    std::string split;  // that the matrix was scored on
    AccuracyMatrix matrix;
    MetricReferences references;
    // JSON text of a key of the spec, "" when the run has none.
    [[nodiscard]] std::string specText(const std::string& key) const;
};

// From the index.
ExportRun readExportRun(const Store& store, const RunRow& row);

// Runs that differ in their seed alone, as indices in the order of seeds.
struct SeedGroup {
    std::string label;                 // name of the run, or what the names of its seeds share
    std::vector<std::size_t> runs;     // one for each seed
    std::vector<std::size_t> repeats;  // further runs of a seed; not counted, so that n stays honest
};

// In the order of the first run of each group; without `together` every run is a group of its own. Labels are
// unique.
std::vector<SeedGroup> groupSeeds(const std::vector<ExportRun>& runs, bool together);

// One sentence for each run: id, seed, spec hash, method, settings and split. Further ones for repeats and
// unfinished runs.
std::vector<std::string> provenanceComments(const std::vector<ExportRun>& runs,
                                            const std::vector<SeedGroup>& groups);

// Scores that some metrics compare with, in the order of the run's tasks, taken by name from another run: a
// per-task run gives a[i][i], a multi-task run a[T][i]. Throws Error(Input) naming the task that `other` has
// no score of.
std::vector<double> diagonalScores(const ExportRun& run, const ExportRun& other);
std::vector<double> finalScores(const ExportRun& run, const ExportRun& other);
// 1 / number of options of each task; empty when the run's task file is not there or a task has no options.
std::vector<double> guessingScores(const ExportRun& run);

}  // namespace jumplora
