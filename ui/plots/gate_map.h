// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "base/module_info.h"
#include "plots/heat_map.h"

#include <memory>
#include <optional>
#include <vector>

namespace jumplora {

// What is known of the gate of one module.
struct ModuleDensity {
    bool gated = false;  // its threshold has been initialised
    std::int64_t alive = 0;
    std::optional<double> tau = {};
    std::optional<double> maxAbs = {};
};

// Places of a run's modules on a map: rows by group ("encoder self q"), columns by block.
class GateMapPlaces {
  public:
    GateMapPlaces() = default;
    explicit GateMapPlaces(std::vector<ModuleInfo> modules);
    [[nodiscard]] const std::vector<ModuleInfo>& modules() const { return m_modules; }
    // Index of the module in a cell; −1 where there is none.
    [[nodiscard]] int moduleAt(int row, int column) const;
    // (column, row).
    [[nodiscard]] QPoint placeOf(int module) const;
    // Density of each module on the fixed logarithmic scale 0.1 … 100 %.
    [[nodiscard]] HeatMapData data(const std::vector<ModuleDensity>& densities) const;
    // "48 modules, median density 1.56 percent, sparsest …, densest …"
    [[nodiscard]] QString summary(const std::vector<ModuleDensity>& densities) const;

  private:
    std::vector<ModuleInfo> m_modules;
    QStringList m_groups;
    int m_columns = 0;
    std::vector<int> m_cells;
    std::vector<int> m_gaps;
    // For descriptions that outlive this object: copied once, not for every snapshot of a run.
    mutable std::shared_ptr<const GateMapPlaces> m_shared;
};

}  // namespace jumplora
