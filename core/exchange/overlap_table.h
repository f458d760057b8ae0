// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "exchange/run_export.h"
#include "exchange/table.h"

#include <string>
#include <vector>

namespace jumplora {

struct OverlapOfRun {
    std::vector<OverlapComputed> pairs;  // i == j: of one task
    std::vector<ModuleInfo> modules;
};

struct OverlapTableOptions {
    bool perModule = false;             // a row for each module instead of one over all
    std::vector<std::string> measures;  // keys of overlapMeasures(); empty: all
};

// One row for each pair of tasks i < j, and one for each task (i == j) where a measure of single tasks is
// asked for; a column for each measure. A first column "run" where there are several. Throws Error(Input) for
// an unknown measure.
Table overlapTable(const std::vector<ExportRun>& runs, const std::vector<OverlapOfRun>& overlaps,
                   const OverlapTableOptions& options = {});

}  // namespace jumplora
