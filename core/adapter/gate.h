// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>

namespace jumplora {

enum class ThresholdMode { Global, PerBlock, PerModule };

struct GateOptions {
    bool enabled = false;
    ThresholdMode mode = ThresholdMode::Global;
    double bandwidth = 1e-3;  // ε of the straight-through gradient
    double first = 0.2;       // share of a task's steps without a gate
    double final = 0.8;       // share of a task's steps after which f = 1
};

// Initial ℓ = log τ, a placeholder until the threshold is initialised (JumpLoRA, reference implementation).
inline constexpr double kInitialLogThreshold = -4.7;

// f over the optimizer steps of one task (arXiv 2604.16171): 0 until ⌊first·S⌋, rising linearly to 1 at
// ⌊final·S⌋.
class BlendSchedule {
  public:
    BlendSchedule(double first, double final, std::int64_t steps);
    // Step after which the threshold is initialised: the first at or after ⌊first·S⌋, at least 1.
    [[nodiscard]] std::int64_t initialisationStep() const;
    [[nodiscard]] std::int64_t firstStep() const { return m_first; }
    [[nodiscard]] std::int64_t finalStep() const { return m_final; }
    // Blend factor used by the step that follows `completed` steps.
    [[nodiscard]] double blend(std::int64_t completed) const;
    // True when the task is too short for three phases (S < 5, or first and final fall together).
    [[nodiscard]] bool degenerate() const { return m_first == 0 || m_first == m_final; }

  private:
    std::int64_t m_first;
    std::int64_t m_final;
};

}  // namespace jumplora
