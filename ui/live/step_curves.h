// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "live/run_view.h"
#include "plots/curve_plot.h"

#include <functional>

namespace jumplora {

// What the x axis of all curves counts.
enum class StepAxis { Steps, Rows, Time };

const std::vector<double>& axisValues(const RunView& view, StepAxis axis);
// Index of a step of a task among the steps that are known; the last one where it has not come yet.
std::size_t indexOfStep(const RunView& view, std::int64_t task, std::int64_t step);
// Place of "after step `step` of task `task`" on the axis.
double axisPlace(const RunView& view, StepAxis axis, std::int64_t task, std::int64_t step);
// Borders and phases of the tasks that have begun.
std::vector<TaskSpan> taskSpans(const RunView& view, StepAxis axis);
void setStepAxis(CurvePlot& plot, StepAxis axis);

// Keeps curves of a plot equal to series of a run: appends what is new, replaces all when steps were taken
// back or the axis changed.
class StepCurves {
  public:
    using Series = std::function<double(const RunView::Steps&, std::size_t)>;
    explicit StepCurves(CurvePlot& plot) : m_plot(plot) {}
    int add(const CurveInfo& info, Series series);
    void clear();
    [[nodiscard]] std::size_t size() const { return m_series.size(); }
    // `anew`: from the first step on.
    void feed(const RunView& view, StepAxis axis, bool anew);

  private:
    CurvePlot& m_plot;
    std::vector<Series> m_series;
    std::size_t m_fed = 0;
};

}  // namespace jumplora
