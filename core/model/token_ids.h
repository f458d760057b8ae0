// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/torch_api.h"

#include <cstdint>
#include <vector>

namespace jumplora {

at::Tensor idTensor(const std::vector<std::int64_t>& ids, at::Device device);

// Throws Error(Input) when row `row` of a batch has no ids, or some outside the vocabulary. `what`: "source",
// "target".
void requireIds(const std::vector<std::int32_t>& ids, std::size_t row, const char* what,
                std::int64_t vocabularySize);

// The answers of a batch while its rows end one after another.
class GreedyRows {
  public:
    // A row ends with one of `stopIds`.
    GreedyRows(std::size_t rows, std::vector<std::int32_t> stopIds);
    [[nodiscard]] std::int64_t count() const { return static_cast<std::int64_t>(m_active.size()); }
    // Takes the next id of each row that goes on, [count]. Where some of them end by it: the places of those
    // that go on, [count] int64; undefined otherwise.
    at::Tensor add(const at::Tensor& next);
    [[nodiscard]] const std::vector<std::vector<std::int32_t>>& answers() const { return m_answers; }

  private:
    std::vector<std::int32_t> m_stopIds;
    std::vector<std::size_t> m_active;  // answers that go on, in the order of the batch
    std::vector<std::vector<std::int32_t>> m_answers;
};

}  // namespace jumplora
