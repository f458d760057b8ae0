// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "live/run_card.h"

namespace jumplora {

class ShareBar;
class ShareLegend;

// CE, each weighted penalty and their total on one logarithmic axis, so that a penalty that dwarfs the task
// loss is seen at once; beside it the shares of the last 20 steps, named below.
class LossCard : public RunCard {
    Q_OBJECT

  public:
    explicit LossCard(const Theme& theme, QWidget* parent = nullptr);
    void show(const RunView& view, unsigned changes, StepAxis axis) override;
    void setSmoothing(const Smoothing& smoothing) override { m_plot->setSmoothing(smoothing); }
    void setGroup(AxisGroup* group) override { m_plot->setGroup(group); }

  Q_SIGNALS:
    // The penalty has been above 10 × CE for 20 steps; false: no longer.
    void penaltyDwarfsLoss(bool dwarfs, double ratio);

  protected:
    void maximisedChanged() override { m_plot->setWheelZooms(isMaximised()); }

  private:
    void rebuild(const RunView& view);
    void judge(const RunView& view);
    CurvePlot* m_plot;
    StepCurves m_curves;
    ShareBar* m_bar;
    ShareLegend* m_shares;
    std::vector<std::string> m_penalties;
    bool m_dwarfs = false;
};

// Gradient norm before clipping, with the norm it is clipped to.
class GradCard : public RunCard {
    Q_OBJECT

  public:
    explicit GradCard(const Theme& theme, QWidget* parent = nullptr);
    void show(const RunView& view, unsigned changes, StepAxis axis) override;
    void setSmoothing(const Smoothing& smoothing) override { m_plot->setSmoothing(smoothing); }
    void setGroup(AxisGroup* group) override { m_plot->setGroup(group); }

  protected:
    void maximisedChanged() override { m_plot->setWheelZooms(isMaximised()); }

  private:
    CurvePlot* m_plot;
    StepCurves m_curves;
    std::vector<PlotMark> m_clipped;
    std::size_t m_judged = 0;
};

// Thresholds above, density and blend factor below.
class GateCard : public RunCard {
    Q_OBJECT

  public:
    explicit GateCard(const Theme& theme, QWidget* parent = nullptr);
    void show(const RunView& view, unsigned changes, StepAxis axis) override;
    void setSmoothing(const Smoothing& smoothing) override;
    void setGroup(AxisGroup* group) override;
    [[nodiscard]] QString summary() const override { return m_summary; }

  protected:
    void maximisedChanged() override;

  private:
    void rebuild(const RunView& view);
    void addThresholds(const RunView& view);
    void mark(const RunView& view, StepAxis axis);
    void describeNow(const RunView& view);
    CurvePlot* m_tau;
    CurvePlot* m_density;
    StepCurves m_tauCurves;
    StepCurves m_densityCurves;
    QLabel* m_none;  // in place of the plots
    QLabel* m_note;
    QString m_summary;
    std::size_t m_thresholds = 0;
    // First steps at which each task's threshold is no longer a placeholder, as "step of the whole run".
    std::shared_ptr<std::vector<double>> m_initialisedAt;
};

// Steps and rows per second, memory of the process.
class ResourceCard : public RunCard {
    Q_OBJECT

  public:
    explicit ResourceCard(const Theme& theme, QWidget* parent = nullptr);
    void show(const RunView& view, unsigned changes, StepAxis axis) override;
    void setGroup(AxisGroup* group) override { m_plot->setGroup(group); }
    void setSmoothing(const Smoothing& smoothing) override { m_plot->setSmoothing(smoothing); }
    void setTimeLeft(double ofTask, double ofRun) override;

  protected:
    void maximisedChanged() override { m_plot->setWheelZooms(isMaximised()); }

  private:
    void describeNow(const RunView& view);
    CurvePlot* m_plot;
    StepCurves m_curves;
    QLabel* m_line;
    QString m_left;
    std::string m_directory;
};

}  // namespace jumplora
