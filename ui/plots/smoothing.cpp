// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/smoothing.h"

#include <cmath>
#include <numeric>

namespace jumplora {

double Smoother::next(double value) {
    if (m_smoothing.kind == Smoothing::Kind::None || std::isnan(value)) return value;
    if (m_smoothing.kind == Smoothing::Kind::Ema) {
        m_sum = m_smoothing.decay * m_sum + (1 - m_smoothing.decay) * value;
        m_weight = m_smoothing.decay * m_weight + (1 - m_smoothing.decay);
        return m_sum / m_weight;
    }
    m_window.push_back(value);
    if (m_window.size() > static_cast<std::size_t>(m_smoothing.window)) m_window.pop_front();
    // Summed anew: adding and subtracting would keep the rounding of a value that was once huge.
    return std::accumulate(m_window.begin(), m_window.end(), 0.0) / static_cast<double>(m_window.size());
}

void Smoother::restart() {
    m_sum = 0;
    m_weight = 0;
    m_window.clear();
}

}  // namespace jumplora
