// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "analysis/metrics.h"

#include <string>

namespace jumplora::cli {

// The matrix in percent and the metrics as aligned text; with `all` also those that cannot be computed, with
// the reason.
std::string matrixText(const AccuracyMatrix& matrix);
std::string metricsText(const AccuracyMatrix& matrix, const MetricReferences& references = {},
                        bool all = false);

}  // namespace jumplora::cli
