// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstdint>

namespace jumplora::testing {

// What the calendar clock of this program is wrong by, in seconds; clocks that only count stay right. Nothing
// else on the machine notices.
void setClockError(std::int64_t seconds);

}  // namespace jumplora::testing
