// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <cstddef>
#include <deque>

namespace jumplora {

struct Smoothing {
    enum class Kind { None, Ema, Window };
    Kind kind = Kind::Ema;
    double decay = 0.9;  // of the EMA, over points; 0 ... 0.99
    int window = 51;     // points of the mean, 1 ... 501, ending at the point itself
    friend bool operator==(const Smoothing&, const Smoothing&) = default;
};

// Smooths values one after another. The EMA is debiased: s_k / (1 − decay^k), so that its first value is the
// first value itself. NaN stays NaN and changes nothing.
class Smoother {
  public:
    explicit Smoother(const Smoothing& smoothing = {}) : m_smoothing(smoothing) {}
    double next(double value);
    // Forgets: a mean across tasks would show a drop that nobody had.
    void restart();

  private:
    Smoothing m_smoothing;
    double m_sum = 0;
    double m_weight = 0;  // 1 − decay^k
    std::deque<double> m_window;
};

}  // namespace jumplora
