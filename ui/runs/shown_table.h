// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "exchange/table.h"
#include "plots/export_dialog.h"
#include "runs/run_table_model.h"

namespace jumplora {

// What the table of runs shows, as a table for files.
Table shownTable(const RunTableModel& model);
// The runs that it stands for; of very many the first.
Provenance shownRuns(const RunTableModel& model);

}  // namespace jumplora
