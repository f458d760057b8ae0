// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "analysis/stored_adapter.h"
#include "base/torch_api.h"

#include <cstdint>
#include <span>
#include <vector>

namespace jumplora {

// Entries of a matrix that are alive, row by row.
struct LiveEntries {
    std::vector<std::int64_t> start;   // of each row, and the end: rows + 1
    std::vector<std::int32_t> column;  // ascending within a row
    std::vector<double> value;         // never 0
    [[nodiscard]] std::size_t size() const { return column.size(); }
};

// What one task added to one module, without the scaling: BA·1[|BA| > τ]. With a gate the live entries are
// kept; without one everything is alive and the factors say it all. Never a dense matrix: 15 of them would
// not fit for a large module.
struct ModuleUpdate {
    std::int64_t rows = 0;
    std::int64_t columns = 0;
    double scaling = 1;
    bool masked = false;
    at::Tensor a;         // float64 [r, n]
    at::Tensor b;         // float64 [m, r]
    LiveEntries entries;  // only when masked
    [[nodiscard]] std::int64_t rank() const { return a.size(0); }
    [[nodiscard]] std::int64_t live() const {
        return masked ? static_cast<std::int64_t>(entries.size()) : rows * columns;
    }
    // Writes one row, n values, zero where nothing is alive.
    void fillRow(std::int64_t row, std::span<double> target) const;
    // float64 [m, n].
    [[nodiscard]] at::Tensor dense() const;
};

// The product is formed in the stored type, as merging does, so that the same entries are alive.
ModuleUpdate loadUpdate(const StoredAdapter& adapter, std::size_t module);

// The same entries, column by column: rows become columns.
LiveEntries transposed(const LiveEntries& entries, std::int64_t columns);

}  // namespace jumplora
