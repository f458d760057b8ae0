// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "theme/theme.h"
#include "train/probe.h"

#include <QWidget>
#include <optional>

class QToolButton;

class QLabel;

namespace jumplora {

// The run before it starts: one bar per task, as long as it has steps or takes time, with the gate's phases.
class SchedulePicture : public QWidget {
    Q_OBJECT

  public:
    explicit SchedulePicture(Theme& theme, QWidget* parent = nullptr);
    void setPlan(const std::optional<RunPlan>& plan, bool gated);
    // None: time cannot be shown yet.
    void setProbe(const std::optional<ProbeResult>& probe);
    [[nodiscard]] bool showsTime() const { return m_byTime; }

  private:
    class Bars;
    void refresh();

    Theme& m_theme;
    std::optional<RunPlan> m_plan;
    std::optional<ProbeResult> m_probe;
    bool m_gated = false;
    bool m_byTime = false;
    QToolButton* m_steps;
    QToolButton* m_time;
    Bars* m_bars;
    QLabel* m_legend;
};

}  // namespace jumplora
