// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "runner/event_buffer.h"
#include "train/trainer.h"

#include <QString>
#include <atomic>
#include <functional>
#include <optional>
#include <thread>

namespace jumplora {

// A run on a thread of this program. Its events wait in a buffer; `wake` is called on the run's thread when
// the first event after a take() arrives and when the run has ended.
class LocalRun : private EventListener {
  public:
    struct Task {
        RunDirectory directory;
        std::optional<RunSpec> prepareWith;  // a new run; absent: go on with a stored one
        std::filesystem::path database;
    };
    struct End {
        QString state;
        QString message;
    };
    using Problem = std::function<void(const QString&)>;

    LocalRun(Task task, std::function<void()> wake, Problem problem);
    // Pauses and waits.
    ~LocalRun() override;
    LocalRun(const LocalRun&) = delete;
    LocalRun& operator=(const LocalRun&) = delete;

    RunControl& control() { return m_control; }
    [[nodiscard]] const RunDirectory& directory() const { return m_task.directory; }
    [[nodiscard]] std::vector<Event> take();
    // Set once the run has ended and all its events are in the buffer.
    [[nodiscard]] const End* ended() const { return m_hasEnded ? &m_end : nullptr; }

  private:
    void onEvent(const Event& event) override;
    void execute();

    Task m_task;
    std::function<void()> m_wake;
    Problem m_problem;
    RunControl m_control;
    EventBuffer m_buffer;
    std::atomic<bool> m_woken{false};
    std::atomic<bool> m_hasEnded{false};
    End m_end;
    std::thread m_thread;
};

}  // namespace jumplora
