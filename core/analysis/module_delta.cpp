// SPDX-License-Identifier: Apache-2.0
#include "analysis/module_delta.h"

#include "adapter/gate_math.h"
#include "analysis/module_update.h"
#include "analysis/spectrum.h"
#include "base/error.h"

#include <algorithm>
#include <cmath>
#include <mutex>

namespace jumplora {

struct ModuleDelta::Data {
    std::string module;
    at::Tensor product;  // [m, n], contiguous, in the stored type
    ModuleUpdate update;
    double tau = 0;
    bool gated = false;
    // Sorted when somebody asks for a count: maps alone do not need it.
    mutable std::once_flag sortedOnce;
    mutable at::Tensor magnitudes;

    [[nodiscard]] bool isDouble() const { return product.scalar_type() == at::kDouble; }
    template <typename Function>
    auto withScalar(Function&& function) const {
        return isDouble() ? function(product.data_ptr<double>()) : function(product.data_ptr<float>());
    }
    const at::Tensor& sorted() const {
        std::call_once(sortedOnce, [this] {
            magnitudes = product.abs().flatten();
            const auto sort = [&](auto* first) { std::sort(first, first + magnitudes.numel()); };
            if (isDouble())
                sort(magnitudes.data_ptr<double>());
            else
                sort(magnitudes.data_ptr<float>());
        });
        return magnitudes;
    }
    template <typename Function>
    auto withSorted(Function&& function) const {
        const at::Tensor& values = sorted();
        return isDouble() ? function(values.data_ptr<double>()) : function(values.data_ptr<float>());
    }
};

namespace {

// Everything is alive without a gate, the zeros too.
template <typename Scalar>
bool passes(Scalar value, Scalar tau, bool gated) {
    return std::abs(value) > tau || (!gated && tau == 0);
}

// Calls visit(cell index, pointer to the first of the cell's entries in a line, their number) for every line
// of every cell.
template <typename Scalar, typename Visit>
void eachCellLine(const Scalar* product, std::int64_t columns, const DeltaArea& area, Visit&& visit) {
    for (std::int64_t r = 0; r < area.rows; ++r) {
        const Scalar* line = product + (area.row + r) * columns + area.column;
        const std::int64_t cellRow = r / area.step * area.cellColumns();
        for (std::int64_t c = 0; c < area.columns; c += area.step)
            visit(static_cast<std::size_t>(cellRow + c / area.step), line + c,
                  std::min(area.step, area.columns - c));
    }
}

std::int64_t entriesOfCell(const DeltaArea& area, std::int64_t cell) {
    const std::int64_t row = cell / area.cellColumns() * area.step;
    const std::int64_t column = cell % area.cellColumns() * area.step;
    return std::min(area.step, area.rows - row) * std::min(area.step, area.columns - column);
}

void requireInside(const DeltaArea& area, std::int64_t rows, std::int64_t columns) {
    if (area.row < 0 || area.column < 0 || area.rows < 1 || area.columns < 1 || area.step < 1 ||
        area.row + area.rows > rows || area.column + area.columns > columns)
        fail(ErrorKind::Input, "an area of {} × {} entries at ({}, {}) does not lie in {} × {}", area.rows,
             area.columns, area.row, area.column, rows, columns);
}

}  // namespace

ModuleDelta::ModuleDelta(std::unique_ptr<Data> data) : m_data(std::move(data)) {}
ModuleDelta::~ModuleDelta() = default;

std::shared_ptr<const ModuleDelta> ModuleDelta::load(const std::filesystem::path& adapterFile,
                                                     const std::string& module) {
    // Grad mode is a matter of the thread, and this one is somebody's worker.
    const at::NoGradGuard noGrad;
    const StoredAdapter adapter(adapterFile);
    const auto& modules = adapter.modules();
    const auto found = std::find_if(modules.begin(), modules.end(),
                                    [&](const ModuleInfo& info) { return info.name == module; });
    if (found == modules.end())
        fail(ErrorKind::Input, "{}: holds no module \"{}\"", adapterFile.string(), module);
    const auto index = static_cast<std::size_t>(found - modules.begin());
    auto data = std::make_unique<Data>();
    data->module = module;
    data->product = gatedWeight({}, adapter.a(index), adapter.b(index), {});
    data->update = loadUpdate(adapter, index);
    data->gated = adapter.gated();
    if (data->gated) data->tau = adapter.tau(index).to(data->product.scalar_type()).item<double>();
    return std::shared_ptr<const ModuleDelta>(new ModuleDelta(std::move(data)));
}

const std::string& ModuleDelta::module() const { return m_data->module; }
std::int64_t ModuleDelta::rows() const { return m_data->product.size(0); }
std::int64_t ModuleDelta::columns() const { return m_data->product.size(1); }
std::int64_t ModuleDelta::rank() const { return m_data->update.rank(); }
double ModuleDelta::scaling() const { return m_data->update.scaling; }
bool ModuleDelta::gated() const { return m_data->gated; }
double ModuleDelta::tau() const { return m_data->tau; }

double ModuleDelta::stored(double tau) const {
    return m_data->isDouble() ? tau : static_cast<double>(static_cast<float>(tau));
}

double ModuleDelta::value(std::int64_t row, std::int64_t column) const {
    return m_data->withScalar(
        [&](const auto* product) { return static_cast<double>(product[row * columns() + column]); });
}

bool ModuleDelta::isAlive(std::int64_t row, std::int64_t column, double tau) const {
    return m_data->withScalar([&](const auto* product) {
        using Scalar = std::decay_t<decltype(*product)>;
        return passes<Scalar>(product[row * columns() + column], static_cast<Scalar>(tau), gated());
    });
}

std::int64_t ModuleDelta::alive(double tau) const {
    if (!gated() && tau == 0) return entries();
    return m_data->withSorted([&](const auto* values) {
        using Scalar = std::decay_t<decltype(*values)>;
        const auto* end = values + entries();
        return static_cast<std::int64_t>(end - std::upper_bound(values, end, static_cast<Scalar>(tau)));
    });
}

double ModuleDelta::tauForAlive(std::int64_t count) const {
    const std::int64_t place = std::clamp<std::int64_t>(entries() - count - 1, 0, entries() - 1);
    return m_data->withSorted([&](const auto* values) { return static_cast<double>(values[place]); });
}

DeltaEntry ModuleDelta::largest(const DeltaArea& area) const {
    requireInside(area, rows(), columns());
    return m_data->withScalar([&](const auto* product) {
        DeltaEntry best{area.row, area.column, value(area.row, area.column)};
        for (std::int64_t r = area.row; r < area.row + area.rows; ++r) {
            for (std::int64_t c = area.column; c < area.column + area.columns; ++c) {
                const auto each = static_cast<double>(product[r * columns() + c]);
                if (std::abs(each) > std::abs(best.value)) best = {r, c, each};
            }
        }
        return best;
    });
}

std::vector<float> ModuleDelta::cells(const DeltaArea& area, DeltaPooling pooling, double tau) const {
    requireInside(area, rows(), columns());
    std::vector<float> result(static_cast<std::size_t>(area.cellRows() * area.cellColumns()), 0);
    m_data->withScalar([&](const auto* product) {
        using Scalar = std::decay_t<decltype(*product)>;
        const auto limit = static_cast<Scalar>(tau);
        eachCellLine(product, columns(), area, [&](std::size_t cell, const Scalar* first, std::int64_t n) {
            float& target = result[cell];
            for (const Scalar* each = first; each < first + n; ++each) {
                if (pooling == DeltaPooling::Density)
                    target += passes(*each, limit, gated()) ? 1.0F : 0.0F;
                else if (std::abs(static_cast<float>(*each)) > std::abs(target))
                    target = static_cast<float>(*each);
            }
        });
    });
    if (pooling == DeltaPooling::Density) {
        for (std::size_t cell = 0; cell < result.size(); ++cell)
            result[cell] /= static_cast<float>(entriesOfCell(area, static_cast<std::int64_t>(cell)));
    }
    return result;
}

DeltaHistogram ModuleDelta::histogram(std::size_t bins) const {
    return m_data->withSorted([&](const auto* values) {
        using Scalar = std::decay_t<decltype(*values)>;
        DeltaHistogram result;
        const Scalar* end = values + entries();
        const Scalar* first = std::upper_bound(values, end, Scalar(0));
        result.zeros = first - values;
        if (first == end) return result;
        const auto low = std::log(static_cast<double>(*first));
        // One value alone still needs a bin with a width.
        const double high = std::max(std::log(static_cast<double>(*(end - 1))), low + 1e-3);
        for (std::size_t i = 0; i <= bins; ++i)
            result.edges.push_back(
                std::exp(low + (high - low) * static_cast<double>(i) / static_cast<double>(bins)));
        const Scalar* from = first;
        for (std::size_t i = 1; i <= bins; ++i) {
            const Scalar* to =
                i == bins ? end : std::lower_bound(from, end, static_cast<Scalar>(result.edges[i]));
            result.counts.push_back(to - from);
            from = to;
        }
        return result;
    });
}

DeltaProfile ModuleDelta::profile(double tau) const {
    DeltaProfile result;
    result.rows.assign(static_cast<std::size_t>(rows()), 0);
    result.columns.assign(static_cast<std::size_t>(columns()), 0);
    m_data->withScalar([&](const auto* product) {
        using Scalar = std::decay_t<decltype(*product)>;
        for (double& row : result.rows) {
            for (double& column : result.columns) {
                if (!passes(*product++, static_cast<Scalar>(tau), gated())) continue;
                ++row;
                ++column;
            }
        }
    });
    for (double& row : result.rows) row /= static_cast<double>(columns());
    for (double& column : result.columns) column /= static_cast<double>(rows());
    return result;
}

DeltaSpectrum ModuleDelta::spectrum() const {
    const at::NoGradGuard noGrad;
    const Spectrum spectrum = spectrumOf(m_data->update);
    if (spectrum.values.empty()) return {};
    return {spectrum.values, spectrum.effectiveRank(), spectrum.stableRank()};
}

namespace {

MaskKind kindOf(const ModuleDelta& first, const ModuleDelta& second, std::int64_t row, std::int64_t column) {
    const bool one = first.isAlive(row, column, first.tau());
    const bool two = second.isAlive(row, column, second.tau());
    if (!one && !two) return MaskKind::Neither;
    if (one != two) return one ? MaskKind::OnlyFirst : MaskKind::OnlySecond;
    return (first.value(row, column) < 0) == (second.value(row, column) < 0) ? MaskKind::BothSame
                                                                             : MaskKind::BothOpposite;
}

void requireSameShape(const ModuleDelta& first, const ModuleDelta& second) {
    if (first.rows() != second.rows() || first.columns() != second.columns())
        fail(ErrorKind::Input, "\"{}\" and \"{}\" have different shapes and cannot be compared",
             first.module(), second.module());
}

// Share of entries that are alive and positive, and alive and not.
struct SignShares {
    double positive = 0;
    double negative = 0;
};

SignShares signShares(const ModuleDelta& delta) {
    SignShares shares;
    for (std::int64_t r = 0; r < delta.rows(); ++r) {
        for (std::int64_t c = 0; c < delta.columns(); ++c) {
            if (delta.isAlive(r, c, delta.tau()))
                ++(delta.value(r, c) < 0 ? shares.negative : shares.positive);
        }
    }
    const auto entries = static_cast<double>(delta.entries());
    return {shares.positive / entries, shares.negative / entries};
}

}  // namespace

MaskComparison compareMasks(const ModuleDelta& first, const ModuleDelta& second) {
    requireSameShape(first, second);
    MaskComparison result;
    result.entries = first.entries();
    for (std::int64_t r = 0; r < first.rows(); ++r) {
        for (std::int64_t c = 0; c < first.columns(); ++c)
            ++result.count[static_cast<std::size_t>(kindOf(first, second, r, c))];
    }
    const SignShares one = signShares(first);
    const SignShares two = signShares(second);
    const double i = one.positive + one.negative;
    const double j = two.positive + two.negative;
    const double same = one.positive * two.positive + one.negative * two.negative;
    const double shares[kMaskKinds] = {(1 - i) * (1 - j), i * (1 - j), (1 - i) * j, same, i * j - same};
    for (std::size_t kind = 0; kind < kMaskKinds; ++kind)
        result.expected[kind] = shares[kind] * static_cast<double>(result.entries);
    return result;
}

std::vector<MaskKind> maskCells(const ModuleDelta& first, const ModuleDelta& second, const DeltaArea& area) {
    requireSameShape(first, second);
    requireInside(area, first.rows(), first.columns());
    std::vector<MaskKind> result;
    for (std::int64_t row = 0; row < area.rows; row += area.step) {
        for (std::int64_t column = 0; column < area.columns; column += area.step) {
            std::int64_t count[kMaskKinds] = {};
            for (std::int64_t r = row; r < std::min(row + area.step, area.rows); ++r) {
                for (std::int64_t c = column; c < std::min(column + area.step, area.columns); ++c)
                    ++count[static_cast<std::size_t>(kindOf(first, second, area.row + r, area.column + c))];
            }
            const auto most = std::max_element(std::begin(count) + 1, std::end(count));
            result.push_back(*most == 0 ? MaskKind::Neither
                                        : static_cast<MaskKind>(most - std::begin(count)));
        }
    }
    return result;
}

CollisionCounter::CollisionCounter(const ModuleDelta& update,
                                   std::span<const std::shared_ptr<const ModuleDelta>> earlier)
    : m_single(update.stored(0.1) != 0.1) {
    for (const auto& other : earlier) requireSameShape(update, *other);
    for (std::int64_t r = 0; r < update.rows(); ++r) {
        for (std::int64_t c = 0; c < update.columns(); ++c) {
            const bool taken = std::any_of(earlier.begin(), earlier.end(), [&](const auto& other) {
                return other->isAlive(r, c, other->tau());
            });
            if (taken) m_magnitudes.push_back(std::abs(update.value(r, c)));
        }
    }
    std::sort(m_magnitudes.begin(), m_magnitudes.end());
}

std::int64_t CollisionCounter::collisions(double tau) const {
    const double compared = m_single ? static_cast<double>(static_cast<float>(tau)) : tau;
    return m_magnitudes.end() - std::upper_bound(m_magnitudes.begin(), m_magnitudes.end(), compared);
}

}  // namespace jumplora
