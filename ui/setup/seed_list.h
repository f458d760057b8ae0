// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once
#include <QString>
#include <cstdint>
#include <vector>

namespace jumplora {

struct SeedList {
    std::vector<std::uint64_t> seeds;  // in the order written, each once
    QString error;                     // a sentence; empty when all is well
};

// "1-3, 7" -> 1 2 3 7. At most 1000 seeds, none above the engine's limit.
SeedList parseSeeds(const QString& text);

// 1 2 3 7 -> "1-3, 7"; runs of two stay "1, 2".
QString seedsText(const std::vector<std::uint64_t>& seeds);

}  // namespace jumplora
