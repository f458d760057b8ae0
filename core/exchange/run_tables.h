// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "exchange/run_export.h"
#include "exchange/table.h"

#include <string>
#include <vector>

namespace jumplora {

// Tables over runs. `groups` come from groupSeeds(); a group of several seeds is shown as mean ± sample
// standard deviation. Every table carries provenanceComments().

// a[t][i]: one row after each task (0 = before training), one column for each task of any run, by name.
Table matrixTable(const std::vector<ExportRun>& runs, const std::vector<SeedGroup>& groups);

// One row for each group: seeds, every metric of metricInfos() under its exact name, last density, time.
Table metricsTable(const std::vector<ExportRun>& runs, const std::vector<SeedGroup>& groups);

// a[T][i] of each group: the table of a paper.
Table finalTable(const std::vector<ExportRun>& runs, const std::vector<SeedGroup>& groups);

// The keys of the spec that differ between groups: one row a key, one column a group. Empty when none does.
Table configTable(const std::vector<ExportRun>& runs, const std::vector<SeedGroup>& groups);

// Every metric of every group minus that of the group `baseline`, over the seeds that both have: one row a
// group and metric.
Table differenceTable(const std::vector<ExportRun>& runs, const std::vector<SeedGroup>& groups,
                      std::size_t baseline);

// Without the columns that hold no value; the reasons become comments.
Table withoutEmptyColumns(Table table);

// How a metric of metricInfos() is shown.
Quantity metricQuantity(const std::string& key);

// One row for each run: what `list` shows, and one column for each of `keys` (of the spec, or metrics).
// Throws Error(Input) for a key that is neither.
Table runListTable(const std::vector<ExportRun>& runs, const std::vector<std::string>& keys);

}  // namespace jumplora
