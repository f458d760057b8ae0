// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/json.h"
#include "exchange/run_export.h"

namespace jumplora::cli {

// What `list --json` says about a run: the row of the index and the metrics that can be computed, as shares.
Json runJson(const ExportRun& run);

// {"oa": 0.83, ...}: every metric, null where it cannot be computed.
Json metricsJson(const ExportRun& run);

// Row by row from 0, null where nothing was evaluated.
Json matrixJson(const AccuracyMatrix& matrix);

}  // namespace jumplora::cli
