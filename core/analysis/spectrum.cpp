// SPDX-License-Identifier: Apache-2.0
#include "analysis/spectrum.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace jumplora {
namespace {

constexpr double kRelativeZero = 1e-6;

std::vector<double> toVector(const at::Tensor& tensor) {
    const at::Tensor values = tensor.contiguous();
    return {values.data_ptr<double>(), values.data_ptr<double>() + values.numel()};
}

// How many of the descending values are above zero.
std::int64_t countValues(const std::vector<double>& values) {
    return std::count_if(values.begin(), values.end(),
                         [&](double value) { return value > kRelativeZero * values.front(); });
}

// BA through its factors: two thin QR decompositions and one r×r decomposition.
Spectrum ofFactors(const ModuleUpdate& update) {
    const auto [columnBasis, columnFactor] = at::linalg_qr(update.b);
    const auto [rowBasis, rowFactor] = at::linalg_qr(update.a.t());
    const auto [left, values, right] = at::linalg_svd(at::mm(columnFactor, rowFactor.t()), false);
    Spectrum spectrum;
    spectrum.values = toVector(values);
    const std::int64_t k = countValues(spectrum.values);
    spectrum.values.resize(static_cast<std::size_t>(k));
    spectrum.column = at::mm(columnBasis, left.narrow(1, 0, k));
    spectrum.row = at::mm(rowBasis, right.narrow(0, 0, k).t());
    return spectrum;
}

// The live rows and columns of a masked update as a dense matrix; the others carry no singular vectors.
struct Compact {
    at::Tensor matrix;   // float64 [p, q]
    at::Tensor rows;     // int64 [p], their places
    at::Tensor columns;  // int64 [q]
};

Compact compact(const ModuleUpdate& update) {
    std::vector<std::int64_t> rows;
    const LiveEntries& entries = update.entries;
    for (std::size_t row = 0; row + 1 < entries.start.size(); ++row) {
        if (entries.start[row + 1] > entries.start[row]) rows.push_back(static_cast<std::int64_t>(row));
    }
    std::vector<std::int64_t> place(static_cast<std::size_t>(update.columns), 0);
    for (const std::int32_t column : entries.column) place[static_cast<std::size_t>(column)] = 1;
    std::vector<std::int64_t> columns;
    for (std::size_t column = 0; column < place.size(); ++column) {
        if (place[column] == 0) continue;
        place[column] = static_cast<std::int64_t>(columns.size());
        columns.push_back(static_cast<std::int64_t>(column));
    }
    Compact result;
    const auto width = static_cast<std::int64_t>(columns.size());
    result.matrix = at::zeros({static_cast<std::int64_t>(rows.size()), width}, at::kDouble);
    double* line = result.matrix.data_ptr<double>();
    for (const std::int64_t row : rows) {
        const auto end = static_cast<std::size_t>(entries.start[static_cast<std::size_t>(row) + 1]);
        for (auto e = static_cast<std::size_t>(entries.start[static_cast<std::size_t>(row)]); e < end; ++e)
            line[place[static_cast<std::size_t>(entries.column[e])]] = entries.value[e];
        line += width;
    }
    result.rows = at::tensor(rows, at::kLong);
    result.columns = at::tensor(columns, at::kLong);
    return result;
}

// Through the Gram matrix of the shorter side, in float64: singular values down to 1e-8 of the largest, at a
// fraction of the price of a full decomposition.
Spectrum ofEntries(const ModuleUpdate& update) {
    Compact small = compact(update);
    const bool tall = small.matrix.size(0) > small.matrix.size(1);
    const at::Tensor wide = tall ? small.matrix.t() : small.matrix;
    const auto [squares, vectors] = at::linalg_eigh(at::mm(wide, wide.t()));
    Spectrum spectrum;
    spectrum.values = toVector(squares.clamp_min(0).sqrt().flip(0));
    spectrum.values.resize(static_cast<std::size_t>(countValues(spectrum.values)));
    const std::int64_t k =
        std::min<std::int64_t>(update.rank(), static_cast<std::int64_t>(spectrum.values.size()));
    const at::Tensor shortSide = vectors.narrow(1, vectors.size(1) - k, k).flip(1);
    const at::Tensor longSide = std::get<0>(at::linalg_qr(at::mm(wide.t(), shortSide)));
    spectrum.column =
        at::zeros({update.rows, k}, at::kDouble).index_copy_(0, small.rows, tall ? longSide : shortSide);
    spectrum.row = at::zeros({update.columns, k}, at::kDouble)
                       .index_copy_(0, small.columns, tall ? shortSide : longSide);
    return spectrum;
}

}  // namespace

double Spectrum::effectiveRank() const {
    double sum = 0;
    for (const double value : values) sum += value;
    double entropy = 0;
    for (const double value : values) entropy -= value / sum * std::log(value / sum);
    return std::exp(entropy);
}

double Spectrum::stableRank() const {
    double sum = 0;
    for (const double value : values) sum += value / values.front() * (value / values.front());
    return sum;
}

Spectrum spectrumOf(const ModuleUpdate& update) {
    if (!update.masked) return ofFactors(update);
    if (update.live() > 0) return ofEntries(update);
    return {{}, at::zeros({update.columns, 0}, at::kDouble), at::zeros({update.rows, 0}, at::kDouble)};
}

std::vector<double> principalAngles(const at::Tensor& x, const at::Tensor& y) {
    if (x.size(1) < y.size(1)) return principalAngles(y, x);
    if (y.size(1) == 0) return {};
    const at::Tensor inner = at::mm(x.t(), y);
    const auto cosines = toVector(std::get<1>(at::linalg_svd(inner, false)));               // descending
    const auto sines = toVector(std::get<1>(at::linalg_svd(y - at::mm(x, inner), false)));  // descending
    std::vector<double> angles;
    for (std::size_t i = 0; i < cosines.size(); ++i) {
        const double sine = sines[sines.size() - 1 - i];
        angles.push_back(sine < std::numbers::sqrt2 / 2 ? std::asin(sine)
                                                        : std::acos(std::min(cosines[i], 1.0)));
    }
    std::sort(angles.begin(), angles.end());
    return angles;
}

}  // namespace jumplora
