// SPDX-License-Identifier: Apache-2.0
#include "runner/event_buffer.h"

#include <algorithm>
#include <utility>

namespace jumplora {
namespace {

bool isStep(const Event& event) { return std::holds_alternative<StepMetrics>(event.payload); }

// Of these only the newest says anything.
bool isSnapshot(const Event& event) {
    return std::holds_alternative<GateStatistics>(event.payload) ||
           std::holds_alternative<EvaluationProgress>(event.payload);
}

}  // namespace

void EventBuffer::onEvent(const Event& event) {
    const std::lock_guard lock(m_mutex);
    if (isSnapshot(event)) {
        const auto old = std::find_if(m_events.rbegin(), m_events.rend(), [&](const Event& each) {
            return each.payload.index() == event.payload.index();
        });
        if (old != m_events.rend()) m_events.erase(std::next(old).base());
    }
    if (isStep(event) && ++m_steps > m_capacity) thin();
    m_events.push_back(event);
}

void EventBuffer::thin() {
    bool keep = false;
    std::erase_if(m_events, [&](const Event& each) {
        if (!isStep(each)) return false;
        keep = !keep;
        return !keep;
    });
    m_steps = 1 + static_cast<std::size_t>(std::count_if(m_events.begin(), m_events.end(), isStep));
}

std::vector<Event> EventBuffer::take() {
    const std::lock_guard lock(m_mutex);
    m_steps = 0;
    return std::exchange(m_events, {});
}

bool EventBuffer::empty() const {
    const std::lock_guard lock(m_mutex);
    return m_events.empty();
}

}  // namespace jumplora
