// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>

namespace jumplora {

// One adapted linear layer, as every view, file and event names it.
struct ModuleInfo {
    std::string name;            // e.g. "encoder.block.0.layer.0.SelfAttention.q"
    std::string group;           // row of the gate map, e.g. "encoder self q"
    std::int64_t block = 0;      // transformer block within its stack: column of the gate map
    std::int64_t rows = 0;       // m = output features
    std::int64_t columns = 0;    // n = input features
    std::int64_t threshold = 0;  // index into tau; -1 without a gate
};

}  // namespace jumplora
