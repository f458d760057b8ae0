// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "train/events.h"

#include <filesystem>
#include <vector>

namespace jumplora {

// Appends events to events.jsonl and hands them to the other listeners. Errors of writing end the run; a
// listener's exceptions are its own bugs and are not caught. Times of events are the calendar's when the file
// was opened, counted on from there: their differences are durations, whatever is done to the clock
// meanwhile.
class EventLog {
  public:
    // Opens the file, cut to `keepBytes` (what the newest checkpoint knows of). Throws Error(Io), and
    // Error(Format) when the file is shorter or no event ends there; it is then left as it is.
    EventLog(const std::filesystem::path& file, std::int64_t keepBytes,
             std::vector<EventListener*> listeners);
    ~EventLog();
    EventLog(const EventLog&) = delete;
    EventLog& operator=(const EventLog&) = delete;

    void emit(EventPayload payload);
    // Makes everything written durable; returns the file's size.
    std::int64_t sync();

  private:
    void refuseOtherFile() const;
    [[nodiscard]] std::int64_t fileSize() const;

    std::filesystem::path m_file;
    int m_descriptor = -1;
    std::int64_t m_bytes = 0;
    std::vector<EventListener*> m_listeners;
    double m_machineStarted;  // seconds since 1970
};

}  // namespace jumplora
