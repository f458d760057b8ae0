// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/statistics.h"
#include "live/curve_cards.h"

#include <QLabel>
#include <algorithm>
#include <cmath>

namespace jumplora {
namespace {

constexpr std::size_t kMostLines = 8;  // thresholds with a line of their own
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

QString tauText(double value) { return QString::fromStdString(formatNumber(value, Quantity::Threshold)); }

// τ of a step at a share of the sorted thresholds.
double quantileOfThresholds(const RunView::Steps& steps, std::size_t i, double share) {
    std::vector<double> values;
    for (const auto& series : steps.tau) {
        if (!std::isnan(series[i])) values.push_back(series[i]);
    }
    return quantile(std::move(values), share);
}

}  // namespace

GateCard::GateCard(const Theme& theme, QWidget* parent)
    : RunCard(theme, QStringLiteral("gateCard"), tr("Gate"), parent),
      m_tau(new CurvePlot(theme, QStringLiteral("gateTauPlot"), tr("Threshold τ"), this)),
      m_density(new CurvePlot(theme, QStringLiteral("gateDensityPlot"), tr("Density"), this)),
      m_tauCurves(*m_tau),
      m_densityCurves(*m_density),
      m_none(new QLabel(tr("This run has no gate: every entry of the update is alive."), this)),
      m_note(new QLabel(this)),
      m_initialisedAt(std::make_shared<std::vector<double>>()) {
    m_tau->setLeftAxis({tr("τ"), Quantity::Threshold, true});
    constexpr double kLeast = 1e-3;
    m_density->setLeftAxis({tr("density %"), Quantity::Density, true, kLeast, 1.2});
    m_density->setRightAxis({tr("f"), Quantity::Plain, false, 0.0, 1.05});
    m_tau->setCompact(true);
    m_density->setCompact(true);
    m_note->setFont(theme.font(TextRole::Small));
    m_note->setForegroundRole(QPalette::PlaceholderText);
    addFigure(m_tau);
    addFigure(m_density);
    m_none->setObjectName(QStringLiteral("noGate"));
    m_none->setAlignment(Qt::AlignCenter);
    m_none->setWordWrap(true);
    m_none->setForegroundRole(QPalette::PlaceholderText);
    m_none->hide();
    addBody(m_none);
    addBody(m_note, 0);
    m_note->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
}

void GateCard::setSmoothing(const Smoothing& /*smoothing*/) {
    // Thresholds and counts are no noisy measurements: a smoothed jump would show values that never were.
}

void GateCard::setGroup(AxisGroup* group) {
    m_tau->setGroup(group);
    m_density->setGroup(group);
}

void GateCard::maximisedChanged() {
    m_tau->setWheelZooms(isMaximised());
    m_density->setWheelZooms(isMaximised());
}

void GateCard::addThresholds(const RunView& view) {
    const auto tau = [](std::size_t k) {
        return [k](const RunView::Steps& steps, std::size_t i) { return steps.tau[k][i]; };
    };
    const auto initialised = m_initialisedAt;
    // Before its task's initialisation τ is a placeholder: grey and dotted.
    const auto splitCurve = [&](CurveInfo info, const StepCurves::Series& value) {
        info.smoothed = false;
        const auto isSet = [initialised](const RunView::Steps& steps, std::size_t i) {
            const auto task = static_cast<std::size_t>(steps.task[i]) - 1;
            return task < initialised->size() && static_cast<double>(steps.step[i]) >= (*initialised)[task];
        };
        m_tauCurves.add(info, [value, isSet](const RunView::Steps& steps, std::size_t i) {
            return isSet(steps, i) ? value(steps, i) : kNaN;
        });
    };
    m_thresholds = view.steps.tau.size();
    if (m_thresholds <= kMostLines) {
        for (std::size_t k = 0; k < m_thresholds; ++k) {
            const QString name = m_thresholds == 1 ? tr("τ") : tr("τ %1").arg(k + 1);
            splitCurve({QStringLiteral("tau.%1").arg(k), name, Quantity::Threshold, static_cast<int>(k)},
                       tau(k));
        }
    } else {
        const auto quantile = [](double share) {
            return [share](const RunView::Steps& steps, std::size_t i) {
                return quantileOfThresholds(steps, i, share);
            };
        };
        splitCurve({QStringLiteral("tau.median"), tr("median"), Quantity::Threshold, 0}, quantile(0.5));
        splitCurve({QStringLiteral("tau.low"), tr("10 %"), Quantity::Threshold, 0, true}, quantile(0.1));
        splitCurve({QStringLiteral("tau.high"), tr("90 %"), Quantity::Threshold, 0, true}, quantile(0.9));
    }
    CurveInfo placeholder{QStringLiteral("tau.placeholder"), tr("placeholder"), Quantity::Threshold, 0};
    placeholder.muted = true;
    placeholder.smoothed = false;
    m_tauCurves.add(placeholder, [initialised](const RunView::Steps& steps, std::size_t i) {
        const auto task = static_cast<std::size_t>(steps.task[i]) - 1;
        const bool set =
            task < initialised->size() && static_cast<double>(steps.step[i]) >= (*initialised)[task];
        return set || steps.tau.empty() ? kNaN : steps.tau.front()[i];
    });
}

void GateCard::rebuild(const RunView& view) {
    m_tauCurves.clear();
    m_densityCurves.clear();
    m_tau->setVisible(view.gated);
    m_density->setVisible(view.gated);
    m_none->setVisible(!view.gated);
    if (!view.gated) return;
    addThresholds(view);
    CurveInfo density{QStringLiteral("density"), tr("density"), Quantity::Density, 0};
    density.smoothed = false;
    m_densityCurves.add(density, [](const RunView::Steps& steps, std::size_t i) { return steps.density[i]; });
    CurveInfo f{QStringLiteral("f"), tr("f"), Quantity::Plain, 3};
    f.smoothed = false;
    f.stepped = true;
    f.rightAxis = true;
    m_densityCurves.add(f, [](const RunView::Steps& steps, std::size_t i) { return steps.f[i]; });
}

void GateCard::mark(const RunView& view, StepAxis axis) {
    m_initialisedAt->clear();
    std::vector<PlotMark> marks;
    for (std::size_t i = 0; i < view.tasks.size(); ++i) {
        const RunView::Task& task = view.tasks[i];
        m_initialisedAt->push_back(task.thresholdStep ? static_cast<double>(*task.thresholdStep) : 1e18);
        if (!task.thresholdStep || task.thresholdInitial.empty()) continue;
        const double x = axisPlace(view, axis, static_cast<std::int64_t>(i) + 1, *task.thresholdStep);
        marks.push_back({x, task.thresholdInitial.front(), PlotMark::Shape::TriangleUp,
                         tr("τ initialised after step %1 of task %2: %3")
                             .arg(*task.thresholdStep)
                             .arg(i + 1)
                             .arg(tauText(task.thresholdInitial.front())),
                         -1});
    }
    m_tau->setMarks(std::move(marks));
}

void GateCard::describeNow(const RunView& view) {
    if (!view.gated) {
        m_summary = tr("Gate: this run has none");
        m_note->clear();
        return;
    }
    QStringList parts;
    if (view.gate && !view.gate->inWindow.empty()) {
        const double share = *std::max_element(view.gate->inWindow.begin(), view.gate->inWindow.end());
        parts += tr("%1 % of the entries within ε/2 of τ")
                     .arg(QString::fromStdString(formatNumber(share, Quantity::Density)));
    }
    for (std::size_t i = view.tasks.size(); i-- > 0;) {
        const auto& trained = view.tasks[i].trained;
        if (!trained) continue;
        constexpr double kAlmostOne = 0.9995;
        if (trained->f < kAlmostOne)
            parts += tr("task %1 merged with the hard mask at f = %2").arg(i + 1).arg(trained->f, 0, 'f', 2);
        break;
    }
    m_note->setText(parts.join(QStringLiteral(" · ")));
    if (view.steps.size() == 0) {
        m_summary = tr("Gate, no step yet");
        return;
    }
    const double tau = quantileOfThresholds(view.steps, view.steps.size() - 1, 0.5);
    m_summary = tr("Gate: threshold %1, density %2 percent, blend factor %3, phase %4")
                    .arg(tauText(tau),
                         QString::fromStdString(formatNumber(view.steps.density.back(), Quantity::Density)))
                    .arg(view.steps.f.back(), 0, 'f', 2)
                    .arg(view.phaseNow());
    m_tau->setSummary(m_summary);
    m_density->setSummary(m_summary);
}

void GateCard::show(const RunView& view, unsigned changes, StepAxis axis) {
    const bool started = changes & RunView::Started;
    bool anew = changes & (RunView::Started | RunView::StepsRemoved);
    if (started) {
        for (CurvePlot* plot : {m_tau, m_density}) {
            setStepAxis(*plot, axis);
            describe(*plot, view, {tr("density: share of entries of ΔW above τ, before s = α/r")});
        }
        m_tau->setXAxis({}, axis == StepAxis::Time ? Quantity::Seconds : Quantity::Count);
    }
    if (started || m_thresholds != view.steps.tau.size()) {
        rebuild(view);
        anew = true;
    }
    if (changes & (RunView::Started | RunView::TasksChanged)) {
        std::int64_t first = 0;
        if (!view.tasks.empty()) first = view.tasks.front().blendFrom;
        m_tau->setPlaceholder(
            first > 0 ? tr("The threshold is set after step %1; until then a placeholder.").arg(first)
                      : tr("The threshold appears with the first step."));
        m_density->setPlaceholder(tr("Density appears with the first step."));
        // Steps from the initialisation on are the threshold's own; those before it stay placeholders, so
        // nothing that is drawn already changes.
        mark(view, axis);
    }
    if (view.gated) {
        const auto spans = taskSpans(view, axis);
        m_tau->setTasks(spans);
        m_density->setTasks(spans);
        if (anew || (changes & RunView::StepsAdded)) {
            m_tauCurves.feed(view, axis, anew);
            m_densityCurves.feed(view, axis, anew);
        }
    }
    describeNow(view);
}

}  // namespace jumplora
