// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "train/encoded_rows.h"
#include "train/run_setup.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace jumplora {

// Training rows of earlier tasks that a method mixes into its batches. Every draw depends on (seed, task,
// batch) alone.
class ReplayMemory {
  public:
    ReplayMemory() = default;
    // As many rows of each stage before `stage` as the method keeps; empty when it replays nothing. `setup`
    // has to outlive the memory, which goes on tokenizing.
    ReplayMemory(const RunSetup& setup, std::int64_t stage);
    // Adds this batch's share of earlier rows; `draw` counts the micro-batches of the stage from 0. Fractions
    // of a row add up over the batches.
    void addTo(std::vector<TokenRow>& batch, std::int64_t draw) const;

  private:
    std::unique_ptr<EncodedRows> m_rows;  // none when nothing is replayed
    double m_share = 0;
    std::uint64_t m_seed = 0;
    std::int64_t m_stage = 0;
};

}  // namespace jumplora
