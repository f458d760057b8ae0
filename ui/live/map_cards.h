// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "live/run_card.h"
#include "live/seed_summary.h"
#include "plots/gate_map.h"
#include "plots/overlap_map.h"

#include <map>

class QFormLayout;

namespace jumplora {

// Density of every module now; newest snapshot wins.
class GateMapCard : public RunCard {
    Q_OBJECT

  public:
    explicit GateMapCard(const Theme& theme, QWidget* parent = nullptr);
    void show(const RunView& view, unsigned changes, StepAxis axis) override;
    [[nodiscard]] const HeatMap& map() const { return *m_map; }

  Q_SIGNALS:
    void moduleActivated(const QString& module);

  private:
    HeatMap* m_map;
    GateMapPlaces m_places;
    QLabel* m_note;
};

// The accuracy matrix as it fills, with the metrics over the tasks seen so far.
class MatrixCard : public RunCard {
    Q_OBJECT

  public:
    explicit MatrixCard(const Theme& theme, QWidget* parent = nullptr);
    void show(const RunView& view, unsigned changes, StepAxis axis) override;
    void setTimeLeft(double ofTask, double ofRun) override;
    // What runs with the same settings and other seeds have reached.
    void setSeeds(const SeedSummary& seeds);
    [[nodiscard]] const HeatMap& map() const { return *m_map; }

  Q_SIGNALS:
    // Numbers of the matrix: row after training task `afterTask` (0 = before), column `task`.
    void cellActivated(int afterTask, int task);

  private:
    void fill(const RunView& view);
    void showMetrics(const RunView& view);
    HeatMap* m_map;
    QFormLayout* m_metrics;
    QLabel* m_done;
    QLabel* m_seeds;
    std::map<QString, QLabel*> m_values;
    std::map<QString, QLabel*> m_names;
    bool m_hasRowZero = false;
    bool m_empty = true;
    double m_ofTask = 0;
};

// Overlap of each pair of finished tasks.
class OverlapCard : public RunCard {
    Q_OBJECT

  public:
    explicit OverlapCard(const Theme& theme, QWidget* parent = nullptr);
    void show(const RunView& view, unsigned changes, StepAxis axis) override;

  Q_SIGNALS:
    void pairActivated(int i, int j);

  private:
    OverlapMap* m_map;
};

}  // namespace jumplora
