// SPDX-License-Identifier: GPL-3.0-or-later
#include "adapters/adapter_run.h"

#include "adapters/overlap_breakdown.h"

namespace jumplora {

AdapterRun readAdapterRun(const Store& store, const std::string& runId) {
    AdapterRun run;
    run.row = store.run(runId);
    run.modules = store.modules(run.row.id);
    const bool gated = run.row.gate != "none";
    for (const TaskRow& task : store.tasks(run.row.id)) {
        AdapterRun::Task entry;
        entry.name = task.name;
        if (task.trained) {
            entry.trained = true;
            entry.alive = task.trained->alive;
            entry.adapterFile = task.trained->adapterFile;
        }
        if (gated && task.trained) {
            const auto snapshots = store.gateStatistics(run.row.id, task.task);
            if (!snapshots.empty()) {
                entry.tau = snapshots.back().tau;
                entry.maxAbs = snapshots.back().maxAbs;
            }
        }
        run.tasks.push_back(std::move(entry));
    }
    for (const OverlapComputed& overlap : store.overlap(run.row.id))
        run.overlap[{overlap.i, overlap.j}] = overlap;
    return run;
}

std::vector<ModuleDensity> AdapterRun::densities(std::size_t task) const {
    std::vector<ModuleDensity> result(modules.size());
    if (task >= tasks.size() || !tasks[task].trained) return result;
    const Task& of = tasks[task];
    for (std::size_t i = 0; i < result.size(); ++i) {
        if (i < of.alive.size()) result[i].alive = of.alive[i];
        result[i].gated = modules[i].threshold >= 0;
        const auto threshold = static_cast<std::size_t>(std::max<std::int64_t>(modules[i].threshold, 0));
        if (modules[i].threshold >= 0 && threshold < of.tau.size()) result[i].tau = of.tau[threshold];
        if (i < of.maxAbs.size()) result[i].maxAbs = of.maxAbs[i];
    }
    return result;
}

std::filesystem::path AdapterRun::adapterPath(std::size_t task) const {
    return std::filesystem::path(row.directory) / tasks[task].adapterFile;
}

int AdapterRun::lastTrained() const {
    int last = 0;
    for (std::size_t i = 0; i < tasks.size(); ++i) {
        if (tasks[i].trained && !tasks[i].adapterFile.empty()) last = static_cast<int>(i) + 1;
    }
    return last;
}

Table AdapterRun::moduleTable(std::size_t task) const {
    Table table;
    table.title = "modules";
    table.columns = {{"module"},
                     {"dens.", Quantity::Density, "density: share of entries of ΔW above τ"},
                     {"τ", Quantity::Threshold},
                     {"alive", Quantity::Count}};
    const std::vector<ModuleDensity> values = densities(task);
    for (std::size_t i = 0; i < modules.size(); ++i) {
        const auto entries = static_cast<double>(modules[i].rows * modules[i].columns);
        const bool known = task < tasks.size() && tasks[task].trained;
        table.addRow(
            {TableCell::ofText(shortModuleName(QString::fromStdString(modules[i].name)).toStdString()),
             known ? TableCell::ofNumber(static_cast<double>(values[i].alive) / entries)
                   : TableCell::missing(),
             values[i].tau ? TableCell::ofNumber(*values[i].tau) : TableCell::missing(),
             known ? TableCell::ofNumber(static_cast<double>(values[i].alive)) : TableCell::missing()});
    }
    return table;
}

}  // namespace jumplora
