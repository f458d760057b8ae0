// SPDX-License-Identifier: GPL-3.0-or-later
#include "live/curve_cards.h"
#include "live/share_bar.h"

#include <QHBoxLayout>
#include <cmath>

namespace jumplora {
namespace {

constexpr std::size_t kJudged = 20;  // steps
constexpr double kDwarfs = 10;       // × CE

QString penaltyName(const std::string& key) {
    QString name = QString::fromStdString(key);
    // Methods are written in capitals where papers do.
    if (name == QLatin1String("ella")) return QStringLiteral("ELLA");
    if (name == QLatin1String("ewc")) return QStringLiteral("EWC");
    return name;
}

}  // namespace

void RunCard::describe(Figure& figure, const RunView& view, const QStringList& definitions) {
    figure.setProvenance({{QString::fromStdString(view.name)},
                          {QString::fromStdString(view.id)},
                          {QString::fromStdString(view.specHash)},
                          definitions});
}

LossCard::LossCard(const Theme& theme, QWidget* parent)
    : RunCard(theme, QStringLiteral("lossCard"), tr("Loss"), parent),
      m_plot(new CurvePlot(theme, QStringLiteral("lossPlot"), tr("Loss"), this)),
      m_curves(*m_plot),
      m_bar(new ShareBar(theme, this)),
      m_shares(new ShareLegend(*m_bar, theme, this)) {
    m_plot->setPlaceholder(tr("Loss appears after the first step, in a few seconds."));
    m_plot->setLeftAxis({tr("loss"), Quantity::Loss, true});
    auto* line = new QWidget(this);
    auto* row = new QHBoxLayout(line);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(m_plot, 1);
    auto* column = new QVBoxLayout;
    column->setContentsMargins(0, 8, 4, 34);
    column->addWidget(m_bar);
    row->addLayout(column);
    addBody(line);
    m_shares->hide();
    addBody(m_shares, 0);
    setMenuFigure(m_plot);
    m_bar->hide();
}

void LossCard::rebuild(const RunView& view) {
    m_curves.clear();
    m_penalties.clear();
    m_curves.add({QStringLiteral("ce"), tr("CE"), Quantity::Loss, 0},
                 [](const RunView::Steps& steps, std::size_t i) { return steps.ce[i]; });
    int look = 1;
    for (const auto& [name, values] : view.steps.penalties) {
        m_penalties.push_back(name);
        m_curves.add({QStringLiteral("penalty.") + QString::fromStdString(name), penaltyName(name),
                      Quantity::Magnitude, look++},
                     [key = name](const RunView::Steps& steps, std::size_t i) {
                         const auto found = steps.penalties.find(key);
                         return found == steps.penalties.end() ? std::nan("") : found->second[i];
                     });
    }
    if (!m_penalties.empty()) {
        CurveInfo total{QStringLiteral("total"), tr("total"), Quantity::Loss, 4};
        total.dashed = true;
        m_curves.add(total, [](const RunView::Steps& steps, std::size_t i) { return steps.total(i); });
    }
}

void LossCard::show(const RunView& view, unsigned changes, StepAxis axis) {
    const bool started = (changes & RunView::Started) != 0;
    const bool other = started || m_penalties.size() != view.steps.penalties.size();
    if (started) {
        setStepAxis(*m_plot, axis);
        describe(*m_plot, view);
    }
    if (other) rebuild(view);
    if (changes & (RunView::Started | RunView::TasksChanged | RunView::StepsAdded | RunView::StepsRemoved))
        m_plot->setTasks(taskSpans(view, axis));
    if (other || (changes & (RunView::StepsAdded | RunView::StepsRemoved)))
        m_curves.feed(view, axis, other || (changes & RunView::StepsRemoved));
    judge(view);
}

void LossCard::judge(const RunView& view) {
    const std::size_t size = view.steps.size();
    const std::size_t first = size > kJudged ? size - kJudged : 0;
    double ce = 0;
    std::vector<double> sums(m_penalties.size(), 0);
    bool dwarfs = size >= kJudged && !m_penalties.empty();
    double ratio = 0;
    for (std::size_t i = first; i < size; ++i) {
        ce += view.steps.ce[i];
        double penalty = 0;
        for (std::size_t p = 0; p < m_penalties.size(); ++p) {
            const double value = view.steps.penalties.at(m_penalties[p])[i];
            if (std::isnan(value)) continue;
            sums[p] += value;
            penalty += value;
        }
        dwarfs = dwarfs && penalty > kDwarfs * view.steps.ce[i];
        ratio += penalty;
    }
    ratio = ce > 0 ? ratio / ce : 0;
    std::vector<ShareBar::Part> parts = {{tr("CE"), ce, 0}};
    for (std::size_t p = 0; p < m_penalties.size(); ++p)
        parts.push_back({penaltyName(m_penalties[p]), sums[p], static_cast<int>(p) + 1});
    m_bar->setParts(std::move(parts));
    m_shares->setVisible(!m_bar->isHidden());
    m_shares->update();
    if (dwarfs != m_dwarfs) {
        m_dwarfs = dwarfs;
        setWarning(dwarfs ? tr("the penalty is above 10 × CE") : QString());
        Q_EMIT penaltyDwarfsLoss(dwarfs, ratio);
    }
    if (size == 0) {
        m_plot->setSummary(tr("Loss, no step yet"));
        return;
    }
    const double early = view.steps.ce[first];
    const double now = view.steps.ce.back();
    QString text = tr("Loss, step %1 of task %2 %3: cross-entropy %4, %5")
                       .arg(view.steps.step.back())
                       .arg(view.steps.task.back())
                       .arg(view.taskName(view.steps.task.back()),
                            QString::fromStdString(formatNumber(now, Quantity::Loss)),
                            now < early ? tr("falling") : tr("not falling"));
    for (std::size_t p = 0; p < m_penalties.size(); ++p) {
        const double value = view.steps.penalties.at(m_penalties[p]).back();
        if (std::isnan(value)) continue;
        const double total = view.steps.total(size - 1);
        text += tr("; %1 penalty %2, %3 percent of the total")
                    .arg(penaltyName(m_penalties[p]),
                         QString::fromStdString(formatNumber(value, Quantity::Magnitude)))
                    .arg(qRound(total > 0 ? 100 * value / total : 0));
    }
    m_plot->setSummary(text);
}

}  // namespace jumplora
