// SPDX-License-Identifier: Apache-2.0
#include "runner/time_left.h"

#include <algorithm>

namespace jumplora {
namespace {

constexpr double kStepsAveraged = 20;

}  // namespace

std::int64_t TimeLeft::cellsOfRow(std::int64_t row) const {
    return m_evaluatesAll ? static_cast<std::int64_t>(m_tasks.size()) : row;
}

double TimeLeft::secondsPerCell() const {
    return m_cells > 0 ? m_cellSeconds / static_cast<double>(m_cells) : 0;
}

double TimeLeft::cellsLeftOfRow() const {
    return std::max(0.0, static_cast<double>(cellsOfRow(m_row) - m_cellsDone) - m_partOfCell);
}

double TimeLeft::ofTask() const {
    return static_cast<double>(m_stepsLeft) * m_secondsPerStep + cellsLeftOfRow() * secondsPerCell();
}

double TimeLeft::ofRun() const {
    double seconds = ofTask();
    // Joint training has one stage for all tasks: nothing comes after it.
    if (m_steps.size() != m_tasks.size()) return seconds;
    for (auto row = static_cast<std::size_t>(m_row); row < m_steps.size(); ++row)
        seconds += static_cast<double>(m_steps[row]) * m_secondsPerStep +
                   static_cast<double>(cellsOfRow(static_cast<std::int64_t>(row) + 1)) * secondsPerCell();
    return seconds;
}

void TimeLeft::onEvent(const Event& event) {
    if (const auto* started = std::get_if<RunStarted>(&event.payload)) {
        m_tasks = started->tasks;
        m_steps = started->steps;
    } else if (const auto* task = std::get_if<TaskStarted>(&event.payload)) {
        m_row = task->task;
        m_stepsLeft = task->steps;
        m_cellsDone = 0;
        m_partOfCell = 0;
        const auto stage = m_steps.size() == m_tasks.size() ? static_cast<std::size_t>(m_row - 1) : 0;
        // What was planned is what the start of the task says.
        if (stage < m_steps.size()) m_steps[stage] = task->steps;
    } else if (const auto* step = std::get_if<StepMetrics>(&event.payload)) {
        // The first step of a process also warms it up: the second one takes its place.
        const auto n = static_cast<double>(std::max<std::int64_t>(m_stepsSeen, 1));
        const double weight = 1.0 / std::min(n, kStepsAveraged);
        m_secondsPerStep += weight * (step->stepSeconds - m_secondsPerStep);
        ++m_stepsSeen;
        const auto stage = m_steps.size() == m_tasks.size() ? static_cast<std::size_t>(step->task - 1) : 0;
        if (stage < m_steps.size()) m_stepsLeft = std::max<std::int64_t>(m_steps[stage] - step->step, 0);
    } else if (const auto* progress = std::get_if<EvaluationProgress>(&event.payload)) {
        const double since = event.time - m_cellStarted;
        m_rowsPerSecond = since > 0 ? static_cast<double>(progress->done) / since : 0;
        m_partOfCell = progress->total > 0
                           ? static_cast<double>(progress->done) / static_cast<double>(progress->total)
                           : 0;
    } else if (const auto* cell = std::get_if<EvaluationCell>(&event.payload)) {
        m_cellSeconds += cell->seconds;
        ++m_cells;
        m_partOfCell = 0;
        m_cellsDone = cell->afterTask == m_row ? m_cellsDone + 1 : 0;
    }
    if (!std::holds_alternative<EvaluationProgress>(event.payload)) m_cellStarted = event.time;
}

}  // namespace jumplora
