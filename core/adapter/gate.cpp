// SPDX-License-Identifier: Apache-2.0
#include "adapter/gate.h"

#include <algorithm>
#include <cmath>

namespace jumplora {

BlendSchedule::BlendSchedule(double first, double final, std::int64_t steps)
    : m_first(static_cast<std::int64_t>(std::floor(first * static_cast<double>(steps)))),
      m_final(static_cast<std::int64_t>(std::floor(final * static_cast<double>(steps)))) {}

std::int64_t BlendSchedule::initialisationStep() const { return std::max<std::int64_t>(m_first, 1); }

double BlendSchedule::blend(std::int64_t completed) const {
    // Nothing is gated before there is a threshold, however short the task.
    if (completed < initialisationStep()) return 0.0;
    if (completed >= m_final) return 1.0;
    const double share = static_cast<double>(completed - m_first) / static_cast<double>(m_final - m_first);
    return std::clamp(share, 0.0, 1.0);
}

}  // namespace jumplora
