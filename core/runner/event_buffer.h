// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "train/events.h"

#include <cstddef>
#include <mutex>
#include <vector>

namespace jumplora {

// Between a trainer and a slower reader: keeps events in order for one reader that takes them in batches.
// Snapshots that replace each other (GateStatistics, EvaluationProgress) are kept newest only, and beyond
// `capacity` step metrics the oldest ones are thinned to every second one, so that a stalled reader never
// makes the trainer wait nor the memory grow. Nothing else is ever dropped. Thread-safe.
class EventBuffer : public EventListener {
  public:
    static constexpr std::size_t kCapacity = 20000;  // step metrics
    explicit EventBuffer(std::size_t capacity = kCapacity) : m_capacity(capacity) {}

    void onEvent(const Event& event) override;
    // Everything since the last call.
    [[nodiscard]] std::vector<Event> take();
    [[nodiscard]] bool empty() const;

  private:
    void thin();
    mutable std::mutex m_mutex;
    std::size_t m_capacity;
    std::size_t m_steps = 0;
    std::vector<Event> m_events;
};

}  // namespace jumplora
