// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <vector>

namespace jumplora {

// Which rows each optimizer step of a task sees. The order of each epoch is a permutation drawn from
// (seed, task, epoch) alone; the last, smaller batch of an epoch is kept; an optimizer step never spans two
// epochs.
class BatchPlan {
  public:
    BatchPlan(std::int64_t rows, std::int64_t batchSize, std::int64_t accumulate, double epochs,
              std::uint64_t seed, std::int64_t task);
    // ⌈epochs · steps per epoch⌉.
    [[nodiscard]] std::int64_t steps() const { return m_steps; }
    // Row numbers of each micro-batch of step `step` (from 0).
    [[nodiscard]] std::vector<std::vector<std::int64_t>> microBatches(std::int64_t step);

  private:
    std::int64_t m_rows, m_batchSize, m_accumulate;
    std::uint64_t m_seed;
    std::int64_t m_task;
    std::int64_t m_stepsPerEpoch, m_steps;
    std::int64_t m_epoch = -1;
    std::vector<std::int64_t> m_order;  // of m_epoch
};

// Every row that the plan's steps from `from` on see, in the order in which they first do.
std::vector<std::int64_t> rowsInOrderOfUse(BatchPlan plan, std::int64_t rows, std::int64_t from);

}  // namespace jumplora
