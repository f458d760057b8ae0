// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "plots/gate_map.h"
#include "plots/overlap_map.h"
#include "store/store.h"

#include <filesystem>

namespace jumplora {

// What the page needs of a run beside the adapters themselves.
struct AdapterRun {
    RunRow row;
    std::vector<ModuleInfo> modules;
    struct Task {
        std::string name;
        bool trained = false;
        std::string adapterFile;  // relative to the run's folder
        std::vector<std::int64_t> alive;
        std::vector<double> tau;  // one per threshold; empty without a gate
        std::vector<double> maxAbs;
    };
    std::vector<Task> tasks;
    OverlapPairs overlap;

    [[nodiscard]] std::vector<ModuleDensity> densities(std::size_t task) const;
    [[nodiscard]] std::filesystem::path adapterPath(std::size_t task) const;
    // Last task with an adapter, from 1; 0 none.
    [[nodiscard]] int lastTrained() const;
    // One row for each of `modules`, with short names.
    [[nodiscard]] Table moduleTable(std::size_t task) const;
};

// Throws Error(Input) for an unknown run. For worker threads.
AdapterRun readAdapterRun(const Store& store, const std::string& runId);

}  // namespace jumplora
