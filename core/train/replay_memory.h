// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "train/run_setup.h"

#include <cstdint>
#include <vector>

namespace jumplora {

// Training rows of earlier tasks that a method mixes into its batches. Every draw depends on (seed, task,
// batch) alone.
class ReplayMemory {
  public:
    ReplayMemory() = default;
    // As many rows of each stage before `stage` as the method keeps; empty when it replays nothing.
    ReplayMemory(const RunSetup& setup, std::int64_t stage);
    // Adds this batch's share of earlier rows; `draw` counts the micro-batches of the stage from 0. Fractions
    // of a row add up over the batches.
    void addTo(std::vector<TokenRow>& batch, std::int64_t draw) const;

  private:
    std::vector<TokenRow> m_rows;
    double m_share = 0;
    std::uint64_t m_seed = 0;
    std::int64_t m_stage = 0;
};

}  // namespace jumplora
