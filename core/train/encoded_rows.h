// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "data/task.h"
#include "model/backbone.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace jumplora {

// Rows that a thread of its own tokenizes ahead of their use. Which row comes out does not depend on who
// tokenized it or when.
class EncodedRows {
  public:
    using Encode = std::function<TokenRow(const Example&)>;
    // `order`: numbers of the examples, the first needed first; what it does not name comes last. `encode` is
    // called on two threads at once.
    EncodedRows(std::vector<Example> examples, Encode encode, const std::vector<std::int64_t>& order = {});
    // Leaves what was not tokenized yet.
    ~EncodedRows();
    EncodedRows(const EncodedRows&) = delete;
    EncodedRows& operator=(const EncodedRows&) = delete;

    [[nodiscard]] std::size_t size() const { return m_rows.size(); }
    // A row that is not ready is tokenized by the caller. Throws what `encode` threw for any row so far.
    const TokenRow& operator[](std::size_t row);

  private:
    enum class State : std::uint8_t { Waiting, Taken, Done };

    void fill(std::size_t row);

    std::vector<Example> m_examples;  // emptied as rows are done
    Encode m_encode;
    std::vector<TokenRow> m_rows;
    std::vector<std::atomic<State>> m_states;
    std::atomic<bool> m_failed = false;
    std::mutex m_problemLock;
    std::exception_ptr m_problem;  // the first
    std::jthread m_ahead;
};

}  // namespace jumplora
