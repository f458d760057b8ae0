// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "parts/page.h"
#include "runs/compare_data.h"
#include "session/window_context.h"

class QComboBox;
class QGridLayout;
class QTabWidget;

namespace jumplora {

class CurvePlot;
class HeatMap;
class StateStack;
class TablePanel;

// Runs or groups of seeds beside each other: curves with bands, matrices and their difference, settings,
// metrics.
class ComparePage : public Page {
    Q_OBJECT

  public:
    explicit ComparePage(WindowContext& context, QWidget* parent = nullptr);

    [[nodiscard]] QString helpTopic() const override { return QStringLiteral("window.md#compare"); }
    void activated() override;
    // Runs (`runs`); `text` names a tab: curves, matrices, settings, metrics.
    void open(const PageRequest& request) override;
    [[nodiscard]] const ComparedRuns& compared() const { return m_compared; }

  Q_SIGNALS:
    void loaded();

  private:
    QWidget* buildHeader();
    QWidget* buildCurves();
    QWidget* buildMatrices();
    void read();
    void take(ComparedRuns compared);
    void readCurves();
    void showCurves(const std::vector<GroupCurve>& curves);
    void showMatrices();
    void showTables();
    [[nodiscard]] SpreadKind spread() const;
    [[nodiscard]] std::size_t baseline() const;

    WindowContext& m_context;
    QStringList m_ids;
    ComparedRuns m_compared;
    int m_generation = 0;
    QComboBox* m_baseline = nullptr;
    QComboBox* m_spread = nullptr;
    QComboBox* m_test = nullptr;
    QComboBox* m_curve = nullptr;
    QComboBox* m_left = nullptr;
    QComboBox* m_right = nullptr;
    QTabWidget* m_tabs = nullptr;
    StateStack* m_state = nullptr;
    CurvePlot* m_plot = nullptr;
    HeatMap* m_matrixA = nullptr;
    HeatMap* m_matrixB = nullptr;
    HeatMap* m_difference = nullptr;
    TablePanel* m_settings = nullptr;
    TablePanel* m_metrics = nullptr;
    TablePanel* m_differences = nullptr;
};

}  // namespace jumplora
