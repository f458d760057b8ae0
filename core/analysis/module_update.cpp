// SPDX-License-Identifier: Apache-2.0
#include "analysis/module_update.h"

#include "adapter/gate_math.h"

#include <algorithm>
#include <cmath>

namespace jumplora {
namespace {

template <typename Scalar>
LiveEntries liveEntries(const at::Tensor& product, Scalar tau) {
    LiveEntries live;
    const std::int64_t rows = product.size(0);
    const std::int64_t columns = product.size(1);
    const Scalar* value = product.data_ptr<Scalar>();
    // Counting first costs little and keeps the lists from growing by copies.
    const auto count =
        std::count_if(value, value + rows * columns, [&](Scalar v) { return std::abs(v) > tau; });
    live.column.reserve(static_cast<std::size_t>(count));
    live.value.reserve(static_cast<std::size_t>(count));
    live.start.reserve(static_cast<std::size_t>(rows) + 1);
    live.start.push_back(0);
    for (std::int64_t row = 0; row < rows; ++row, value += columns) {
        for (std::int64_t column = 0; column < columns; ++column) {
            if (!(std::abs(value[column]) > tau)) continue;
            live.column.push_back(static_cast<std::int32_t>(column));
            live.value.push_back(value[column]);
        }
        live.start.push_back(static_cast<std::int64_t>(live.size()));
    }
    return live;
}

}  // namespace

void ModuleUpdate::fillRow(std::int64_t row, std::span<double> target) const {
    std::fill(target.begin(), target.end(), 0.0);
    if (masked) {
        const auto end = static_cast<std::size_t>(entries.start[static_cast<std::size_t>(row) + 1]);
        for (auto e = static_cast<std::size_t>(entries.start[static_cast<std::size_t>(row)]); e < end; ++e)
            target[static_cast<std::size_t>(entries.column[e])] = entries.value[e];
        return;
    }
    const double* factors = b.data_ptr<double>() + row * rank();
    const double* line = a.data_ptr<double>();
    for (std::int64_t k = 0; k < rank(); ++k, line += columns) {
        for (std::size_t c = 0; c < target.size(); ++c) target[c] += factors[k] * line[c];
    }
}

at::Tensor ModuleUpdate::dense() const {
    at::Tensor matrix = at::empty({rows, columns}, at::kDouble);
    for (std::int64_t row = 0; row < rows; ++row)
        fillRow(row, {matrix.data_ptr<double>() + row * columns, static_cast<std::size_t>(columns)});
    return matrix;
}

ModuleUpdate loadUpdate(const StoredAdapter& adapter, std::size_t module) {
    const at::Tensor a = adapter.a(module);
    const at::Tensor b = adapter.b(module);
    ModuleUpdate update;
    update.rows = b.size(0);
    update.columns = a.size(1);
    update.scaling = adapter.scaling();
    update.masked = adapter.gated();
    update.a = a.to(at::kDouble);
    update.b = b.to(at::kDouble);
    if (update.masked) {
        const at::Tensor product = gatedWeight({}, a, b, {});
        const at::Tensor tau = adapter.tau(module).to(product.scalar_type());
        update.entries = product.scalar_type() == at::kDouble
                             ? liveEntries<double>(product, tau.item<double>())
                             : liveEntries<float>(product, tau.item<float>());
    }
    return update;
}

LiveEntries transposed(const LiveEntries& entries, std::int64_t columns) {
    LiveEntries result;
    result.start.assign(static_cast<std::size_t>(columns) + 1, 0);
    for (const std::int32_t column : entries.column) ++result.start[static_cast<std::size_t>(column) + 1];
    for (std::size_t c = 1; c < result.start.size(); ++c) result.start[c] += result.start[c - 1];
    result.column.resize(entries.size());
    result.value.resize(entries.size());
    std::vector<std::int64_t> next(result.start.begin(), result.start.end() - 1);
    for (std::size_t row = 0; row + 1 < entries.start.size(); ++row) {
        for (auto e = static_cast<std::size_t>(entries.start[row]);
             e < static_cast<std::size_t>(entries.start[row + 1]); ++e) {
            const auto place = static_cast<std::size_t>(next[static_cast<std::size_t>(entries.column[e])]++);
            result.column[place] = static_cast<std::int32_t>(row);
            result.value[place] = entries.value[e];
        }
    }
    return result;
}

}  // namespace jumplora
