// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "runner/time_left.h"
#include "train/events.h"
#include "train/run_directory.h"

#include <chrono>
#include <string>

namespace jumplora::cli {

// Shows a run on standard error: one line that is redrawn on a terminal, plain lines otherwise.
class ProgressDisplay : public EventListener {
  public:
    // Knows what was already done when a run is resumed.
    explicit ProgressDisplay(const RunDirectory& directory);
    void onEvent(const Event& event) override;

  private:
    void show(const std::string& line, bool last);
    void onStep(const StepMetrics& step);
    [[nodiscard]] std::string left() const;

    bool m_terminal;
    TimeLeft m_time;
    TaskStarted m_task;
    std::chrono::steady_clock::time_point m_lastShown;
};

}  // namespace jumplora::cli
