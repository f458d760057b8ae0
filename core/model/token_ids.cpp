// SPDX-License-Identifier: Apache-2.0
#include "model/token_ids.h"

#include "base/error.h"

#include <algorithm>
#include <numeric>

namespace jumplora {

at::Tensor idTensor(const std::vector<std::int64_t>& ids, at::Device device) {
    auto tensor = at::empty({static_cast<std::int64_t>(ids.size())}, at::kLong);
    std::copy(ids.begin(), ids.end(), tensor.data_ptr<std::int64_t>());
    return tensor.to(device);
}

void requireIds(const std::vector<std::int32_t>& ids, std::size_t row, const char* what,
                std::int64_t vocabularySize) {
    if (ids.empty()) fail(ErrorKind::Input, "row {} of the batch has no {} ids", row, what);
    for (const std::int32_t id : ids) {
        if (id < 0 || id >= vocabularySize)
            fail(ErrorKind::Input,
                 "row {} of the batch has the {} id {}, the model's vocabulary ends at {}; tokenizer and "
                 "model do not belong together",
                 row, what, id, vocabularySize - 1);
    }
}

GreedyRows::GreedyRows(std::size_t rows, std::vector<std::int32_t> stopIds)
    : m_stopIds(std::move(stopIds)), m_active(rows), m_answers(rows) {
    std::iota(m_active.begin(), m_active.end(), std::size_t{0});
}

at::Tensor GreedyRows::add(const at::Tensor& next) {
    const at::Tensor picked = next.to(at::kCPU);
    const auto* ids = picked.data_ptr<std::int64_t>();
    std::vector<std::int64_t> kept;
    std::vector<std::size_t> remaining;
    for (std::size_t i = 0; i < m_active.size(); ++i) {
        const auto id = static_cast<std::int32_t>(ids[i]);
        m_answers[m_active[i]].push_back(id);
        if (std::find(m_stopIds.begin(), m_stopIds.end(), id) != m_stopIds.end()) continue;
        kept.push_back(static_cast<std::int64_t>(i));
        remaining.push_back(m_active[i]);
    }
    const bool allGoOn = kept.size() == m_active.size();
    m_active = std::move(remaining);
    return allGoOn ? at::Tensor() : idTensor(kept, next.device());
}

}  // namespace jumplora
