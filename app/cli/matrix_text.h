// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "analysis/metrics.h"

#include <string>

namespace jumplora::cli {

// The matrix in percent and the metrics that can be computed, as aligned text.
std::string matrixText(const AccuracyMatrix& matrix);
std::string metricsText(const AccuracyMatrix& matrix);

}  // namespace jumplora::cli
