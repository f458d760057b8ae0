// SPDX-License-Identifier: GPL-3.0-or-later
#include "live/curve_cards.h"

#include <QLabel>
#include <cmath>
#include <filesystem>

namespace jumplora {
namespace {

QString rate(double value) {
    return std::isnan(value) ? QStringLiteral("–") : QString::number(value, 'f', value < 10 ? 2 : 1);
}

double meanOfLast(const std::vector<double>& values, std::size_t count) {
    double sum = 0;
    std::size_t n = 0;
    for (std::size_t i = values.size() > count ? values.size() - count : 0; i < values.size(); ++i) {
        if (std::isnan(values[i])) continue;
        sum += values[i];
        ++n;
    }
    return n == 0 ? std::nan("") : sum / static_cast<double>(n);
}

}  // namespace

ResourceCard::ResourceCard(const Theme& theme, QWidget* parent)
    : RunCard(theme, QStringLiteral("resourceCard"), tr("Speed and memory"), parent),
      m_plot(new CurvePlot(theme, QStringLiteral("resourcePlot"), tr("Speed and memory"), this)),
      m_curves(*m_plot),
      m_line(new QLabel(this)) {
    m_plot->setPlaceholder(tr("Measured after 5 steps."));
    m_plot->setLeftAxis({tr("per second"), Quantity::Plain, true});
    m_plot->setRightAxis({tr("MiB"), Quantity::Plain, false, 0.0});
    m_line->setFont(theme.font(TextRole::Small));
    m_line->setForegroundRole(QPalette::PlaceholderText);
    m_line->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    addFigure(m_plot);
    addBody(m_line, 0);
    m_curves.add({QStringLiteral("steps_per_second"), tr("steps/s"), Quantity::Magnitude, 0},
                 [](const RunView::Steps& steps, std::size_t i) { return steps.stepsPerSecond[i]; });
    m_curves.add({QStringLiteral("rows_per_second"), tr("rows/s"), Quantity::Magnitude, 2},
                 [](const RunView::Steps& steps, std::size_t i) { return steps.rowsPerSecond[i]; });
    CurveInfo memory{QStringLiteral("memory"), tr("memory MiB"), Quantity::Magnitude, 1};
    memory.rightAxis = true;
    memory.smoothed = false;
    m_curves.add(memory, [](const RunView::Steps& steps, std::size_t i) { return steps.memory[i]; });
}

void ResourceCard::setTimeLeft(double ofTask, double ofRun) {
    m_left = std::isnan(ofRun) ? QString()
                               : tr(" · task %1, run %2 left")
                                     .arg(QString::fromStdString(formatEstimate(ofTask)),
                                          QString::fromStdString(formatEstimate(ofRun)));
}

void ResourceCard::describeNow(const RunView& view) {
    if (view.steps.size() == 0) return;
    constexpr std::size_t kRecent = 20;
    const double steps = meanOfLast(view.steps.stepsPerSecond, kRecent);
    const double rows = meanOfLast(view.steps.rowsPerSecond, kRecent);
    const double memory = view.steps.memory.back();
    constexpr double kMiB = 1024.0 * 1024.0;
    QString text = tr("%1 steps/s, %2 rows/s, memory %3")
                       .arg(rate(steps), rate(rows),
                            QString::fromStdString(formatNumber(memory * kMiB, Quantity::Bytes)));
    std::error_code error;
    const auto disk = std::filesystem::space(view.directory, error);
    if (!error)
        text += tr(", %1 free on disk")
                    .arg(QString::fromStdString(
                        formatNumber(static_cast<double>(disk.available), Quantity::Bytes)));
    text += m_left;
    m_line->setText(text);
    m_plot->setSummary(tr("Speed and memory: %1").arg(text));
}

void ResourceCard::show(const RunView& view, unsigned changes, StepAxis axis) {
    const bool anew = changes & (RunView::Started | RunView::StepsRemoved);
    if (changes & RunView::Started) {
        setStepAxis(*m_plot, axis);
        describe(*m_plot, view);
        m_line->clear();
    }
    m_plot->setTasks(taskSpans(view, axis));
    if (anew || (changes & RunView::StepsAdded)) m_curves.feed(view, axis, anew);
    describeNow(view);
}

}  // namespace jumplora
