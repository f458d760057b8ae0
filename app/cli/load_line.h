// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "weights/load_progress.h"

#include <string>

namespace jumplora::cli {

// A line on standard error while a big checkpoint is read: redrawn on a terminal, and only when reading takes
// longer than a moment; nothing otherwise. Gone when it is done.
LoadProgress loadLine(const std::string& what);

}  // namespace jumplora::cli
