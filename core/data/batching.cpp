// SPDX-License-Identifier: Apache-2.0
#include "data/batching.h"

#include "base/random.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

namespace jumplora {

BatchPlan::BatchPlan(std::int64_t rows, std::int64_t batchSize, std::int64_t accumulate, double epochs,
                     std::uint64_t seed, std::int64_t task)
    : m_rows(rows), m_batchSize(batchSize), m_accumulate(accumulate), m_seed(seed), m_task(task) {
    const std::int64_t batches = (rows + batchSize - 1) / batchSize;
    m_stepsPerEpoch = (batches + accumulate - 1) / accumulate;
    m_steps = static_cast<std::int64_t>(std::ceil(epochs * static_cast<double>(m_stepsPerEpoch)));
}

std::vector<std::vector<std::int64_t>> BatchPlan::microBatches(std::int64_t step) {
    const std::int64_t epoch = step / m_stepsPerEpoch;
    if (epoch != m_epoch) {
        m_order.resize(static_cast<std::size_t>(m_rows));
        std::iota(m_order.begin(), m_order.end(), std::int64_t{0});
        Rng rng(deriveSeed(m_seed, "shuffle", static_cast<std::uint64_t>(m_task),
                           static_cast<std::uint64_t>(epoch)));
        rng.shuffle(std::span(m_order));
        m_epoch = epoch;
    }
    std::vector<std::vector<std::int64_t>> batches;
    std::int64_t begin = (step % m_stepsPerEpoch) * m_accumulate * m_batchSize;
    for (std::int64_t k = 0; k < m_accumulate && begin < m_rows; ++k) {
        const std::int64_t end = std::min(begin + m_batchSize, m_rows);
        batches.emplace_back(m_order.begin() + begin, m_order.begin() + end);
        begin = end;
    }
    return batches;
}

std::vector<std::int64_t> rowsInOrderOfUse(BatchPlan plan, std::int64_t rows, std::int64_t from) {
    std::vector<std::int64_t> order;
    std::vector<bool> seen(static_cast<std::size_t>(rows));
    for (std::int64_t step = from; step < plan.steps() && static_cast<std::int64_t>(order.size()) < rows;
         ++step) {
        for (const auto& batch : plan.microBatches(step)) {
            for (const std::int64_t row : batch) {
                if (seen[static_cast<std::size_t>(row)]) continue;
                seen[static_cast<std::size_t>(row)] = true;
                order.push_back(row);
            }
        }
    }
    return order;
}

}  // namespace jumplora
