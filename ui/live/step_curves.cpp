// SPDX-License-Identifier: GPL-3.0-or-later
#include "live/step_curves.h"

#include <QCoreApplication>
#include <algorithm>

namespace jumplora {

const std::vector<double>& axisValues(const RunView& view, StepAxis axis) {
    if (axis == StepAxis::Rows) return view.steps.rowsSeen;
    return axis == StepAxis::Time ? view.steps.seconds : view.steps.global;
}

std::size_t indexOfStep(const RunView& view, std::int64_t task, std::int64_t step) {
    const auto& global = view.steps.global;
    const auto number = static_cast<double>(view.stepsBefore(task) + step);
    const auto at = std::lower_bound(global.begin(), global.end(), number) - global.begin();
    return std::min(static_cast<std::size_t>(at), global.empty() ? 0 : global.size() - 1);
}

double axisPlace(const RunView& view, StepAxis axis, std::int64_t task, std::int64_t step) {
    const std::int64_t number = view.stepsBefore(task) + step;
    if (axis == StepAxis::Steps) return static_cast<double>(number);
    const auto& x = axisValues(view, axis);
    if (number <= 0 || x.empty()) return 0;
    return x[indexOfStep(view, task, step)];
}

std::vector<TaskSpan> taskSpans(const RunView& view, StepAxis axis) {
    std::vector<TaskSpan> spans;
    const auto& x = axisValues(view, axis);
    if (x.empty()) return spans;
    for (std::size_t i = 0; i < view.tasks.size(); ++i) {
        const RunView::Task& task = view.tasks[i];
        const auto number = static_cast<std::int64_t>(i) + 1;
        TaskSpan span;
        span.name = QString::fromStdString(task.name);
        span.number = number;
        span.begin = axisPlace(view, axis, number, 0);
        if (span.begin >= x.back() && i > 0) break;
        span.end = axisPlace(view, axis, number, task.steps);
        span.stepsPerUnit = axis == StepAxis::Steps ? 1 : 0;
        constexpr std::int64_t kShortest = 5;
        if (view.gated && task.gateFrom > 0) {
            span.tooShort = task.steps < kShortest;
            span.blendBegin = axisPlace(view, axis, number, task.blendFrom);
            span.gateBegin = axisPlace(view, axis, number, task.gateFrom);
        }
        spans.push_back(span);
    }
    return spans;
}

void setStepAxis(CurvePlot& plot, StepAxis axis) {
    if (axis == StepAxis::Time)
        plot.setXAxis(QCoreApplication::translate("StepAxis", "training time"), Quantity::Seconds);
    else
        plot.setXAxis(axis == StepAxis::Rows ? QCoreApplication::translate("StepAxis", "rows")
                                             : QCoreApplication::translate("StepAxis", "step"),
                      Quantity::Count);
}

int StepCurves::add(const CurveInfo& info, Series series) {
    m_series.push_back(std::move(series));
    m_fed = 0;
    return m_plot.addCurve(info);
}

void StepCurves::clear() {
    m_series.clear();
    m_fed = 0;
    m_plot.clearCurves();
}

void StepCurves::feed(const RunView& view, StepAxis axis, bool anew) {
    const auto& x = axisValues(view, axis);
    // Many at once, as when the page comes into sight again, are prepared on a worker like all of them.
    constexpr std::size_t kMany = 20000;
    if (anew || m_fed == 0 || x.size() - m_fed > kMany) {
        m_plot.setPlanned(
            static_cast<std::size_t>(view.stepsBefore(static_cast<std::int64_t>(view.tasks.size()) + 1)));
        for (std::size_t c = 0; c < m_series.size(); ++c) {
            std::vector<double> y(x.size());
            for (std::size_t i = 0; i < x.size(); ++i) y[i] = m_series[c](view.steps, i);
            m_plot.setPoints(static_cast<int>(c), x, std::move(y));
        }
    } else {
        for (std::size_t i = m_fed; i < x.size(); ++i) {
            for (std::size_t c = 0; c < m_series.size(); ++c)
                m_plot.append(static_cast<int>(c), x[i], m_series[c](view.steps, i));
        }
    }
    m_fed = x.size();
}

}  // namespace jumplora
