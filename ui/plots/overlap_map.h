// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "plots/heat_map.h"
#include "train/events.h"

#include <map>

class QComboBox;

namespace jumplora {

using OverlapPairs = std::map<std::pair<std::int64_t, std::int64_t>, OverlapComputed>;

// One measure of the overlap between the updates of all pairs of tasks, over all modules or in one of them.
// The choosers belong to whoever shows the map: measureBox() and moduleBox().
class OverlapMap : public HeatMap {
    Q_OBJECT

  public:
    OverlapMap(const Theme& theme, const QString& name, QWidget* parent = nullptr);
    void setOverlap(QStringList tasks, std::vector<ModuleInfo> modules, OverlapPairs pairs);
    [[nodiscard]] QComboBox* measureBox() const { return m_measure; }
    [[nodiscard]] QComboBox* moduleBox() const { return m_module; }
    [[nodiscard]] QString measure() const;
    void setMeasure(const QString& key);
    // −1: all modules.
    [[nodiscard]] int module() const;
    [[nodiscard]] std::optional<double> valueOf(std::int64_t i, std::int64_t j, int module) const;
    [[nodiscard]] std::optional<double> chanceOf(std::int64_t i, std::int64_t j, int module) const;
    [[nodiscard]] const std::vector<ModuleInfo>& modules() const { return m_modules; }

  Q_SIGNALS:
    void chosenMeasureChanged();

  private:
    void rebuild();
    [[nodiscard]] QString describeCell(int row, int column) const;
    QStringList m_tasks;
    std::vector<ModuleInfo> m_modules;
    OverlapPairs m_pairs;
    QComboBox* m_measure;
    QComboBox* m_module;
};

// How a value of a measure is written: shares in percent, cosines and angles with three decimals.
QString overlapText(const QString& measure, double value);

}  // namespace jumplora
