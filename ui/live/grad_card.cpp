// SPDX-License-Identifier: GPL-3.0-or-later
#include "live/curve_cards.h"

#include <algorithm>
#include <cmath>

namespace jumplora {
namespace {

constexpr std::size_t kMedianOf = 100;
constexpr std::size_t kMostTicks = 4000;  // more would be a bar

QString norm(double value) { return QString::fromStdString(formatNumber(value, Quantity::Magnitude)); }

}  // namespace

GradCard::GradCard(const Theme& theme, QWidget* parent)
    : RunCard(theme, QStringLiteral("gradCard"), tr("Gradient norm"), parent),
      m_plot(new CurvePlot(theme, QStringLiteral("gradPlot"), tr("Gradient norm"), this)),
      m_curves(*m_plot) {
    m_plot->setPlaceholder(tr("Gradient norm appears with the first step."));
    m_plot->setLeftAxis({tr("norm before clipping"), Quantity::Magnitude, true});
    addFigure(m_plot);
    m_curves.add({QStringLiteral("grad_norm"), tr("norm"), Quantity::Magnitude, 0},
                 [](const RunView::Steps& steps, std::size_t i) { return steps.gradNorm[i]; });
}

void GradCard::show(const RunView& view, unsigned changes, StepAxis axis) {
    const bool anew = changes & (RunView::Started | RunView::StepsRemoved);
    if (changes & RunView::Started) {
        setStepAxis(*m_plot, axis);
        m_plot->setReferenceLine(view.clip > 0 ? std::optional(view.clip) : std::nullopt,
                                 tr("clipped to %1").arg(norm(view.clip)));
        describe(*m_plot, view);
    }
    if (anew) {
        m_clipped.clear();
        m_judged = 0;
    }
    m_plot->setTasks(taskSpans(view, axis));
    if (changes & (RunView::Started | RunView::StepsAdded | RunView::StepsRemoved))
        m_curves.feed(view, axis, anew);
    const auto& x = axisValues(view, axis);
    const auto& norms = view.steps.gradNorm;
    const std::size_t before = m_clipped.size();
    for (; m_judged < norms.size(); ++m_judged) {
        if (view.clip > 0 && norms[m_judged] > view.clip)
            m_clipped.push_back({x[m_judged], view.clip, PlotMark::Shape::Tick, tr("clipped"), -1});
    }
    if ((anew || m_clipped.size() != before) && m_clipped.size() <= kMostTicks) m_plot->setMarks(m_clipped);
    if (norms.empty()) return;
    std::vector<double> last(norms.end() - static_cast<std::ptrdiff_t>(std::min(norms.size(), kMedianOf)),
                             norms.end());
    std::erase_if(last, [](double value) { return std::isnan(value); });
    if (last.empty()) return;
    std::nth_element(last.begin(), last.begin() + static_cast<std::ptrdiff_t>(last.size() / 2), last.end());
    m_plot->setSummary(
        tr("Gradient norm %1, median of the last %2 steps %3, %4 percent of all steps clipped")
            .arg(norm(norms.back()))
            .arg(last.size())
            .arg(norm(last[last.size() / 2]))
            .arg(qRound(100.0 * static_cast<double>(m_clipped.size()) / static_cast<double>(norms.size()))));
}

}  // namespace jumplora
