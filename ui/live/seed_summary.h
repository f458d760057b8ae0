// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include "analysis/statistics.h"
#include "store/store.h"

#include <QMetaType>
#include <QString>
#include <cstdint>
#include <map>
#include <string>

namespace jumplora {

// Metrics over the finished runs that share all settings but name and seed with one run.
struct SeedSummary {
    std::int64_t runs = 0;
    std::map<std::string, SeedStatistics> metrics;
    // "3 seeds: OA 79.2 ± 0.6 %, BWT −1.9 ± 0.3"; empty with less than two.
    [[nodiscard]] QString text() const;
    // Every metric in a line of its own.
    [[nodiscard]] QString details() const;
};
// Blocking; nothing for an unknown run.
SeedSummary readSeeds(const Store& store, const std::string& runId);

}  // namespace jumplora
