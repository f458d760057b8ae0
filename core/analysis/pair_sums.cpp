// SPDX-License-Identifier: Apache-2.0
#include "analysis/pair_sums.h"

#include "kernel/parallel.h"

#include <algorithm>
#include <array>

namespace jumplora {
namespace {

// Rows whose sums are formed together by one thread. Fixed, so that sums do not depend on the threads.
constexpr std::int64_t kBandRows = 64;
// A multiplication in a dense product costs this much less than one between live entries.
constexpr double kDenseAdvantage = 16;

std::pair<std::size_t, std::size_t> rowRange(const LiveEntries& entries, std::int64_t row) {
    return {static_cast<std::size_t>(entries.start[static_cast<std::size_t>(row)]),
            static_cast<std::size_t>(entries.start[static_cast<std::size_t>(row) + 1])};
}

void addEntry(PairSums& sums, double x, double y) {
    const double product = x * y;
    ++sums.both;
    if (product < 0) ++sums.opposite;
    sums.dot += product;
    sums.energy += product * product;
}

// Everything is alive in both. Several sums side by side, so that the processor need not wait for each.
void addFullRow(PairSums& sums, std::span<const double> x, const double* y) {
    constexpr std::size_t kLanes = 8;
    std::array<double, kLanes> dot{};
    std::array<double, kLanes> energy{};
    std::array<double, kLanes> opposite{};
    const std::size_t whole = x.size() / kLanes * kLanes;
    for (std::size_t c = 0; c < whole; c += kLanes) {
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
            const double product = x[c + lane] * y[c + lane];
            dot[lane] += product;
            energy[lane] += product * product;
            opposite[lane] += product < 0 ? 1.0 : 0.0;
        }
    }
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
        sums.dot += dot[lane];
        sums.energy += energy[lane];
        sums.opposite += static_cast<std::int64_t>(opposite[lane]);
    }
    sums.both += static_cast<std::int64_t>(whole);
    for (std::size_t c = whole; c < x.size(); ++c) addEntry(sums, x[c], y[c]);
}

// `x`, `y`: the row as filled by fillRow().
void addRow(PairSums& sums, std::int64_t row, const ModuleUpdate& i, const double* x, const ModuleUpdate& j,
            const double* y) {
    if (i.masked) {
        const auto [begin, end] = rowRange(i.entries, row);
        for (std::size_t e = begin; e < end; ++e) {
            const double other = y[i.entries.column[e]];
            if (other != 0 || !j.masked) addEntry(sums, i.entries.value[e], other);
        }
    } else if (j.masked) {
        addRow(sums, row, j, y, i, x);
    } else {
        addFullRow(sums, {x, static_cast<std::size_t>(i.columns)}, y);
    }
}

double sumOfSquares(std::span<const double> values) {
    double sum = 0;
    for (const double value : values) sum += value * value;
    return sum;
}

// Square of the norm of one row; `line` is the row as filled by fillRow().
double rowSquare(const ModuleUpdate& update, std::int64_t row, std::span<const double> line) {
    if (!update.masked) return sumOfSquares(line);
    const auto [begin, end] = rowRange(update.entries, row);
    return sumOfSquares(std::span(update.entries.value).subspan(begin, end - begin));
}

void scale(ElementSums& sums, const std::vector<ModuleUpdate>& updates,
           const std::vector<UpdatePair>& pairs) {
    for (std::size_t t = 0; t < updates.size(); ++t)
        sums.squares[t] *= updates[t].scaling * updates[t].scaling;
    for (std::size_t p = 0; p < pairs.size(); ++p) {
        const double factor = updates[pairs[p].first].scaling * updates[pairs[p].second].scaling;
        if (factor < 0) sums.pairs[p].opposite = sums.pairs[p].both - sums.pairs[p].opposite;
        sums.pairs[p].dot *= factor;
        sums.pairs[p].energy *= factor * factor;
    }
}

// Σ over shared rows of the live entries' products: multiplications that a product by live entries takes.
double sparseWork(const LiveEntries& i, const LiveEntries& j) {
    double work = 0;
    for (std::size_t row = 0; row + 1 < i.start.size(); ++row)
        work += static_cast<double>(i.start[row + 1] - i.start[row]) *
                static_cast<double>(j.start[row + 1] - j.start[row]);
    return work;
}

// `byColumn`: the first update, transposed. One row of the n×n product at a time.
double sparseProductSquare(const LiveEntries& byColumn, const LiveEntries& entries, std::int64_t columns) {
    std::vector<double> line(static_cast<std::size_t>(columns));
    double total = 0;
    for (std::int64_t column = 0; column < columns; ++column) {
        const auto [begin, end] = rowRange(byColumn, column);
        if (begin == end) continue;
        std::fill(line.begin(), line.end(), 0.0);
        for (std::size_t e = begin; e < end; ++e) {
            const auto [first, last] = rowRange(entries, byColumn.column[e]);
            for (std::size_t other = first; other < last; ++other)
                line[static_cast<std::size_t>(entries.column[other])] +=
                    byColumn.value[e] * entries.value[other];
        }
        total += sumOfSquares(line);
    }
    return total;
}

double factorProductSquare(const ModuleUpdate& i, const ModuleUpdate& j) {
    const at::Tensor left = std::get<1>(at::linalg_qr(i.a.t()));
    const at::Tensor right = std::get<1>(at::linalg_qr(j.a.t()));
    const at::Tensor core = at::mm(i.b.t(), j.b);
    return at::mm(at::mm(left, core), right.t()).square().sum().item<double>();
}

}  // namespace

PairSums& PairSums::operator+=(const PairSums& other) {
    both += other.both;
    opposite += other.opposite;
    dot += other.dot;
    energy += other.energy;
    return *this;
}

ElementSums elementSums(const std::vector<ModuleUpdate>& updates, const std::vector<UpdatePair>& pairs) {
    const ElementSums empty{std::vector<double>(updates.size()), std::vector<PairSums>(pairs.size())};
    const std::int64_t rows = updates.front().rows;
    const auto columns = static_cast<std::size_t>(updates.front().columns);
    const std::int64_t bandCount = (rows + kBandRows - 1) / kBandRows;
    std::vector<ElementSums> bands(static_cast<std::size_t>(bandCount), empty);
    parallelPieces(bandCount, [&](std::int64_t band) {
        std::vector<double> lines(updates.size() * columns);
        ElementSums& sums = bands[static_cast<std::size_t>(band)];
        const std::int64_t end = std::min(rows, (band + 1) * kBandRows);
        for (std::int64_t row = band * kBandRows; row < end; ++row) {
            for (std::size_t t = 0; t < updates.size(); ++t) {
                const std::span<double> line(lines.data() + t * columns, columns);
                updates[t].fillRow(row, line);
                sums.squares[t] += rowSquare(updates[t], row, line);
            }
            for (std::size_t p = 0; p < pairs.size(); ++p) {
                const auto [i, j] = pairs[p];
                addRow(sums.pairs[p], row, updates[i], lines.data() + i * columns, updates[j],
                       lines.data() + j * columns);
            }
        }
    });
    ElementSums total = empty;
    for (const ElementSums& band : bands) {
        for (std::size_t t = 0; t < updates.size(); ++t) total.squares[t] += band.squares[t];
        for (std::size_t p = 0; p < pairs.size(); ++p) total.pairs[p] += band.pairs[p];
    }
    scale(total, updates, pairs);
    return total;
}

double aProductSquare(const ModuleUpdate& i, const ModuleUpdate& j) {
    return at::mm(i.a, j.a.t()).square().sum().item<double>();
}

std::vector<double> updateProductSquares(const std::vector<ModuleUpdate>& updates,
                                         const std::vector<UpdatePair>& pairs) {
    std::vector<double> squares(pairs.size());
    std::vector<std::size_t> sparse;
    for (std::size_t p = 0; p < pairs.size(); ++p) {
        const ModuleUpdate& i = updates[pairs[p].first];
        const ModuleUpdate& j = updates[pairs[p].second];
        const double denseWork =
            static_cast<double>(i.rows) * static_cast<double>(i.columns) * static_cast<double>(i.columns);
        if (!i.masked && !j.masked)
            squares[p] = factorProductSquare(i, j);
        else if (i.masked && j.masked && sparseWork(i.entries, j.entries) * kDenseAdvantage < denseWork)
            sparse.push_back(p);
        else
            squares[p] = at::mm(i.dense().t(), j.dense()).square().sum().item<double>();
    }
    std::vector<LiveEntries> byColumn(updates.size());
    for (const std::size_t p : sparse) {
        LiveEntries& entries = byColumn[pairs[p].first];
        const ModuleUpdate& update = updates[pairs[p].first];
        if (entries.start.empty()) entries = transposed(update.entries, update.columns);
    }
    parallelPieces(static_cast<std::int64_t>(sparse.size()), [&](std::int64_t s) {
        const std::size_t p = sparse[static_cast<std::size_t>(s)];
        squares[p] = sparseProductSquare(byColumn[pairs[p].first], updates[pairs[p].second].entries,
                                         updates[pairs[p].first].columns);
    });
    for (std::size_t p = 0; p < pairs.size(); ++p) {
        const double factor = updates[pairs[p].first].scaling * updates[pairs[p].second].scaling;
        squares[p] *= factor * factor;
    }
    return squares;
}

}  // namespace jumplora
