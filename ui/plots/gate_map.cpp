// SPDX-License-Identifier: GPL-3.0-or-later
#include "plots/gate_map.h"

#include "exchange/number_format.h"

#include <QCoreApplication>
#include <algorithm>

namespace jumplora {
namespace {

QString number(double value, Quantity quantity) {
    return QString::fromStdString(formatNumber(value, quantity));
}

double densityOf(const ModuleInfo& info, const ModuleDensity& density) {
    return density.gated ? static_cast<double>(density.alive) / static_cast<double>(info.rows * info.columns)
                         : 1;
}

QString description(const ModuleInfo& info, const ModuleDensity& density) {
    QString text = QString::fromStdString(info.name);
    if (!density.gated) return text + '\n' + HeatMap::tr("not gated yet, everything is alive");
    text += '\n' + HeatMap::tr("%1 % alive: %2 of %3")
                       .arg(number(densityOf(info, density), Quantity::Density),
                            number(static_cast<double>(density.alive), Quantity::Count),
                            number(static_cast<double>(info.rows * info.columns), Quantity::Count));
    if (density.tau) text += '\n' + HeatMap::tr("τ %1").arg(number(*density.tau, Quantity::Threshold));
    if (density.maxAbs)
        text += '\n' + HeatMap::tr("largest |ΔW| %1").arg(number(*density.maxAbs, Quantity::Threshold));
    return text;
}

}  // namespace

GateMapPlaces::GateMapPlaces(std::vector<ModuleInfo> modules) : m_modules(std::move(modules)) {
    for (const ModuleInfo& module : m_modules) {
        const QString group = QString::fromStdString(module.group);
        if (!m_groups.contains(group)) m_groups += group;
        m_columns = std::max(m_columns, static_cast<int>(module.block) + 1);
    }
    // "decoder cross q" and "decoder cross v" stand together.
    QString before;
    for (qsizetype row = 0; row < m_groups.size(); ++row) {
        const QString stack = m_groups[row].section(' ', 0, -2);
        if (row > 0 && stack != before) m_gaps.push_back(static_cast<int>(row));
        before = stack;
    }
    m_cells.assign(static_cast<std::size_t>(m_groups.size()) * static_cast<std::size_t>(m_columns), -1);
    for (std::size_t i = 0; i < m_modules.size(); ++i) {
        const auto row =
            static_cast<std::size_t>(m_groups.indexOf(QString::fromStdString(m_modules[i].group)));
        m_cells[row * static_cast<std::size_t>(m_columns) + static_cast<std::size_t>(m_modules[i].block)] =
            static_cast<int>(i);
    }
}

int GateMapPlaces::moduleAt(int row, int column) const {
    if (row < 0 || column < 0 || row >= m_groups.size() || column >= m_columns) return -1;
    return m_cells[static_cast<std::size_t>(row * m_columns + column)];
}

QPoint GateMapPlaces::placeOf(int module) const {
    const auto found = std::find(m_cells.begin(), m_cells.end(), module);
    if (found == m_cells.end()) return {-1, -1};
    const auto at = static_cast<int>(found - m_cells.begin());
    return {at % m_columns, at / m_columns};
}

HeatMapData GateMapPlaces::data(const std::vector<ModuleDensity>& densities) const {
    HeatMapData data;
    data.rows = static_cast<int>(m_groups.size());
    data.columns = m_columns;
    data.rowNames = m_groups;
    data.gapsBefore = m_gaps;
    data.map = ColourMap::cividisLog();
    data.quantity = Quantity::Density;
    data.valueName = HeatMap::tr("density");
    data.largestCell = {40, 40};
    for (int column = 0; column < m_columns; ++column) {
        data.columnNames += HeatMap::tr("block %1").arg(column);
        data.columnLabels += QString::number(column);
    }
    data.corner = HeatMap::tr("block");
    for (const int module : m_cells) {
        HeatCell cell;
        if (module >= 0 && module < static_cast<int>(densities.size())) {
            const auto index = static_cast<std::size_t>(module);
            cell.value = densityOf(m_modules[index], densities[index]);
            cell.dot = densities[index].gated && densities[index].alive == 0;
        }
        data.cells.push_back(cell);
    }
    if (!m_shared) m_shared = std::make_shared<const GateMapPlaces>(*this);
    data.describe = [places = m_shared, densities](int row, int column) {
        const int module = places->moduleAt(row, column);
        if (module < 0 || module >= static_cast<int>(densities.size()))
            return HeatMap::tr("%1, block %2: not adapted").arg(places->m_groups.value(row)).arg(column);
        const auto index = static_cast<std::size_t>(module);
        return description(places->m_modules[index], densities[index]);
    };
    return data;
}

QString GateMapPlaces::summary(const std::vector<ModuleDensity>& densities) const {
    struct Named {
        double density;
        std::size_t module;
    };
    std::vector<Named> sorted;
    for (std::size_t i = 0; i < m_modules.size() && i < densities.size(); ++i)
        sorted.push_back({densityOf(m_modules[i], densities[i]), i});
    if (sorted.empty()) return HeatMap::tr("Gate map, no modules yet");
    std::sort(sorted.begin(), sorted.end(),
              [](const Named& a, const Named& b) { return a.density < b.density; });
    const auto percent = [](double share) { return number(share, Quantity::Density); };
    return HeatMap::tr(
               "Gate map, %1 modules, median density %2 percent, sparsest %3 with %4, densest %5 with %6")
        .arg(sorted.size())
        .arg(percent(sorted[sorted.size() / 2].density),
             QString::fromStdString(m_modules[sorted.front().module].name), percent(sorted.front().density),
             QString::fromStdString(m_modules[sorted.back().module].name), percent(sorted.back().density));
}

}  // namespace jumplora
