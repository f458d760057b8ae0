// SPDX-License-Identifier: Apache-2.0
#include "train/encoded_rows.h"

namespace jumplora {

EncodedRows::EncodedRows(std::vector<Example> examples, Encode encode, const std::vector<std::int64_t>& order)
    : m_examples(std::move(examples)),
      m_encode(std::move(encode)),
      m_rows(m_examples.size()),
      m_states(m_examples.size()),
      m_ahead([this, order](const std::stop_token& stop) {
          for (const std::int64_t row : order) {
              if (stop.stop_requested() || m_failed) return;
              fill(static_cast<std::size_t>(row));
          }
          for (std::size_t row = 0; row < m_rows.size() && !stop.stop_requested() && !m_failed; ++row)
              fill(row);
      }) {}

EncodedRows::~EncodedRows() = default;

void EncodedRows::fill(std::size_t row) {
    State expected = State::Waiting;
    if (!m_states[row].compare_exchange_strong(expected, State::Taken)) return;
    try {
        m_rows[row] = m_encode(m_examples[row]);
        m_examples[row] = {};
    } catch (...) {
        const std::lock_guard lock(m_problemLock);
        if (!m_problem) m_problem = std::current_exception();
        m_failed = true;
    }
    m_states[row] = State::Done;
    m_states[row].notify_all();
}

const TokenRow& EncodedRows::operator[](std::size_t row) {
    fill(row);
    m_states[row].wait(State::Taken);
    if (m_failed) {
        const std::lock_guard lock(m_problemLock);
        std::rethrow_exception(m_problem);
    }
    return m_rows[row];
}

}  // namespace jumplora
