// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "exchange/comparison.h"
#include "plots/heat_map.h"
#include "store/store.h"

#include <QStringList>
#include <optional>
#include <vector>

namespace jumplora {

// Runs that are looked at together, with their seeds as groups.
struct ComparedRuns {
    std::vector<ExportRun> runs;
    std::vector<SeedGroup> groups;
    QStringList unusable;        // "order1-s2: no evaluated task yet"
    QStringList curveKeys;       // that any of them has
    std::vector<TaskRow> tasks;  // that all of them have; empty where they differ
    [[nodiscard]] bool isEmpty() const { return groups.empty(); }
};
// Blocking. Unknown ids are named in `unusable`.
ComparedRuns readCompared(const Store& store, const QStringList& ids, bool together = true);

// A curve of one group over the steps of the whole run: mean over its seeds and the sides of the band.
struct GroupCurve {
    std::vector<double> x;
    std::vector<double> mean;
    std::vector<double> low;  // empty with one seed
    std::vector<double> high;
    std::int64_t n = 0;
};
std::vector<GroupCurve> readGroupCurves(const Store& store, const ComparedRuns& compared,
                                        const std::string& key, SpreadKind spread);

// Mean over seeds of one cell; none where no run has it.
struct MeanCell {
    double mean = 0;
    std::optional<double> deviation;
    std::int64_t n = 0;
};
std::optional<MeanCell> meanCell(const ComparedRuns& compared, const SeedGroup& group, std::int64_t afterTask,
                                 const std::string& task);

// The accuracy matrix of a group as a map: numbers in cells, ± in the tooltip.
HeatMapData matrixMap(const ComparedRuns& compared, const SeedGroup& group);
// b − a by the names of tasks, cell by cell where both have one, over the rows of `a`.
HeatMapData differenceMap(const ComparedRuns& compared, const SeedGroup& a, const SeedGroup& b, bool dark);

// Settings that differ, with the sequences aligned place by place below "suite.order".
Table settingsDifference(const ComparedRuns& compared);

Provenance provenanceOf(const ComparedRuns& compared);

}  // namespace jumplora
