// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "train/events.h"

#include <cstdint>
#include <string>
#include <vector>

namespace jumplora {

// How long a run still takes, from its own events: steps at their present pace, and the cells of the matrix
// that are left at the mean time of those evaluated so far.
class TimeLeft {
  public:
    void onEvent(const Event& event);
    void setEvaluatesAll(bool all) { m_evaluatesAll = all; }
    // Seconds; training alone while no cell has been evaluated (see evaluationKnown).
    [[nodiscard]] double ofTask() const;
    [[nodiscard]] double ofRun() const;
    [[nodiscard]] bool evaluationKnown() const { return m_cells > 0; }
    [[nodiscard]] double secondsPerStep() const { return m_secondsPerStep; }
    [[nodiscard]] double rowsPerSecond() const { return m_rowsPerSecond; }
    [[nodiscard]] const std::vector<std::string>& tasks() const { return m_tasks; }

  private:
    [[nodiscard]] std::int64_t cellsOfRow(std::int64_t row) const;
    [[nodiscard]] double cellsLeftOfRow() const;
    [[nodiscard]] double secondsPerCell() const;

    std::vector<std::string> m_tasks;
    std::vector<std::int64_t> m_steps;  // of each stage; one stage for joint training
    bool m_evaluatesAll = false;
    std::int64_t m_row = 0;  // present row of the matrix
    std::int64_t m_stepsLeft = 0;
    std::int64_t m_stepsSeen = 0;
    double m_secondsPerStep = 0;   // of about the last twenty steps
    std::int64_t m_cellsDone = 0;  // of the present row
    double m_partOfCell = 0;       // of the cell under evaluation
    double m_cellSeconds = 0;      // sum over all cells
    std::int64_t m_cells = 0;
    double m_cellStarted = 0;
    double m_rowsPerSecond = 0;
};

}  // namespace jumplora
