// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "train/events.h"

#include <chrono>
#include <string>
#include <vector>

namespace jumplora::cli {

// Shows a run on standard error: one line that is redrawn on a terminal, plain lines otherwise.
class ProgressDisplay : public EventListener {
  public:
    ProgressDisplay();
    void onEvent(const Event& event) override;

  private:
    void show(const std::string& line, bool last);
    void onStep(const StepMetrics& step);

    bool m_terminal;
    std::vector<std::string> m_tasks;
    std::vector<std::int64_t> m_steps;
    std::int64_t m_totalSteps = 0;
    TaskStarted m_task;
    double m_secondsPerStep = 0;  // moving average
    std::chrono::steady_clock::time_point m_lastShown;
    bool m_open = false;  // a line is being redrawn
};

}  // namespace jumplora::cli
