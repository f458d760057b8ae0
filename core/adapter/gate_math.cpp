// SPDX-License-Identifier: Apache-2.0
#include "adapter/gate_math.h"

#include "adapter/thin.h"
#include "kernel/kernels.h"
#include "model/pieces.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <memory>
#include <optional>

namespace jumplora {
namespace {

template <typename T>
GateArguments<T> argumentsOf(const at::Tensor& a, const at::Tensor& b, const GateFactors& factors) {
    GateArguments<T> gate;
    gate.a = a.data_ptr<T>();
    gate.b = b.data_ptr<T>();
    gate.columns = a.size(1);
    gate.rank = a.size(0);
    gate.tau = static_cast<T>(factors.tau);
    gate.alive = static_cast<T>(factors.alive);
    gate.dead = static_cast<T>(factors.dead);
    return gate;
}

// A pass that adds to the gradients of A and B and to a sum: pass(gate, first, last, row space, gradients) ->
// part of the sum.
template <typename T>
struct Spread {
    at::Tensor dA, dB;
    double sum = 0;

    template <typename Pass>
    Spread(const at::Tensor& a, const at::Tensor& b, const Pass& pass) {
        const std::int64_t pieces = pieceCount(b.size(0));
        const auto options = a.options().requires_grad(false);
        const at::Tensor parts = at::zeros({pieces, a.size(0), a.size(1)}, options);
        const at::Tensor space = at::empty({pieces, a.size(1)}, options);
        dB = at::zeros(b.sizes(), options);
        std::vector<double> sums(static_cast<std::size_t>(pieces));
        T* partData = parts.data_ptr<T>();
        T* spaceData = space.data_ptr<T>();
        T* dBData = dB.data_ptr<T>();
        const std::int64_t columns = a.size(1);
        const std::int64_t size = a.numel();
        eachPiece(b.size(0), [&](std::int64_t piece, std::int64_t first, std::int64_t last) {
            sums[static_cast<std::size_t>(piece)] = pass(first, last, spaceData + piece * columns,
                                                         GateGradients<T>{partData + piece * size, dBData});
        });
        dA = sumOfPieces(parts);
        for (const double part : sums) sum += part;
    }
};

std::atomic<GatePath> forcedPath{GatePath::Automatic};

// Above this share of entries one dense product is faster, and below this number of tokens it is cheap anyway
// (docs/performance.md, "Dense or sampled").
constexpr double kShareWorthSampling = 0.16;
constexpr std::int64_t kTokensWorthSampling = 192;

// x [tokens, n] -> [chunks, n, kSampledTokens], zeros behind the last token.
template <typename T>
at::Tensor tokenChunks(const at::Tensor& x) {
    const std::int64_t tokens = x.size(0), columns = x.size(1);
    const std::int64_t chunks = (tokens + kSampledTokens - 1) / kSampledTokens;
    at::Tensor out = at::empty({chunks, columns, kSampledTokens}, x.options().requires_grad(false));
    const T* from = x.data_ptr<T>();
    T* to = out.data_ptr<T>();
    parallelPieces(chunks, [&](std::int64_t chunk) {
        const std::int64_t begin = chunk * kSampledTokens;
        kernels<T>().transposeTokens(from + begin * columns, std::min(kSampledTokens, tokens - begin),
                                     columns, to + begin * columns);
    });
    return out;
}

// The selected entries of one piece of the rows. Space for as many as may be, of which few are touched.
template <typename T>
struct Selected {
    std::unique_ptr<std::int32_t[]> columns;
    std::unique_ptr<T[]> alive, window;
    std::vector<T> products;
    std::vector<std::int64_t> ends;
    std::int64_t count = -1;

    GateSelection<T> reserve(std::int64_t rows, std::int64_t capacity) {
        const auto size = static_cast<std::size_t>(capacity);
        columns = std::make_unique_for_overwrite<std::int32_t[]>(size);
        alive = std::make_unique_for_overwrite<T[]>(size);
        window = std::make_unique_for_overwrite<T[]>(size);
        ends.resize(static_cast<std::size_t>(rows));
        return selection(capacity);
    }
    GateSelection<T> selection(std::int64_t capacity) {
        return {columns.get(), alive.get(), window.get(), ends.data(), capacity};
    }
};

// None when too many entries matter.
template <typename T>
std::optional<GateGradient> sampledGradient(const at::Tensor& x, const at::Tensor& dy, const at::Tensor& a,
                                            const at::Tensor& b, const GateFactors& factors,
                                            double bandwidth) {
    const std::int64_t m = b.size(0), n = a.size(1), r = a.size(0);
    const double share = forcedPath == GatePath::Sampled ? 1.0 : kShareWorthSampling;
    const GateArguments<T> gate = argumentsOf<T>(a, b, factors);
    const auto pieces = static_cast<std::size_t>(pieceCount(m));
    std::vector<Selected<T>> selected(pieces);
    eachPiece(m, [&](std::int64_t piece, std::int64_t first, std::int64_t last) {
        Selected<T>& own = selected[static_cast<std::size_t>(piece)];
        const auto capacity =
            static_cast<std::int64_t>(std::ceil(share * static_cast<double>((last - first) * n)));
        std::vector<T> row(static_cast<std::size_t>(n));
        own.count = kernels<T>().gateSelect(gate, first, last, static_cast<T>(bandwidth), row.data(),
                                            own.reserve(last - first, capacity));
        own.products.resize(static_cast<std::size_t>(std::max<std::int64_t>(own.count, 0)));
    });
    for (const Selected<T>& own : selected) {
        if (own.count < 0) return std::nullopt;
    }
    const at::Tensor xChunks = tokenChunks<T>(x), dyChunks = tokenChunks<T>(dy), aT = a.t().contiguous();
    const auto options = a.options().requires_grad(false);
    const at::Tensor parts = at::zeros({static_cast<std::int64_t>(pieces), n, r}, options);
    GateGradient gradient{{}, at::zeros({m, r}, options), 0};
    std::vector<double> sums(pieces);
    const T *xData = xChunks.data_ptr<T>(), *dyData = dyChunks.data_ptr<T>(), *aData = aT.data_ptr<T>();
    T *partData = parts.data_ptr<T>(), *dBData = gradient.b.data_ptr<T>();
    eachPiece(m, [&](std::int64_t piece, std::int64_t first, std::int64_t last) {
        Selected<T>& own = selected[static_cast<std::size_t>(piece)];
        const GateSelection<T> selection = own.selection(own.count);
        for (std::int64_t chunk = 0; chunk < xChunks.size(0); ++chunk)
            kernels<T>().sampledDots(dyData + chunk * m * kSampledTokens, xData + chunk * n * kSampledTokens,
                                     first, last, selection, own.products.data());
        sums[static_cast<std::size_t>(piece)] = kernels<T>().sampledSpread(
            gate, first, last, aData, selection, own.products.data(), partData + piece * n * r, dBData);
    });
    gradient.a = sumOfPieces(parts).t().contiguous();
    for (const double sum : sums) gradient.window += sum;
    if (factors.dead != 0) {  // what every entry has, as plain LoRA
        gradient.b.add_(thinOuter(thinDots(x, a), dy).t(), factors.dead);
        gradient.a.add_(thinOuter(thinDots(dy, b.t().contiguous()), x), factors.dead);
    }
    return gradient;
}

at::Tensor factorsOf(const at::Tensor& product, const GateFactors& factors) {
    return product.abs()
        .gt(factors.tau)
        .to(product.scalar_type())
        .mul_(factors.alive - factors.dead)
        .add_(factors.dead);
}

}  // namespace

at::Tensor gatedWeight(const at::Tensor& weight, const at::Tensor& a, const at::Tensor& b,
                       const GateFactors& factors) {
    const at::NoGradGuard noGrad;
    if (!runsInKernel({a, b})) {
        at::Tensor product = at::mm(b, a);
        product.mul_(factorsOf(product, factors));
        return present(weight) ? product.add_(weight) : product;
    }
    const at::Tensor base = present(weight) ? weight.contiguous() : weight;
    at::Tensor out = at::empty({b.size(0), a.size(1)}, a.options().requires_grad(false));
    withType(a, [&](auto type) {
        using T = decltype(type);
        const GateArguments<T> gate = argumentsOf<T>(a, b, factors);
        const T* from = present(base) ? base.data_ptr<T>() : nullptr;
        T* to = out.data_ptr<T>();
        eachPiece(b.size(0), [&](std::int64_t, std::int64_t first, std::int64_t last) {
            kernels<T>().gateWeight(gate, first, last, from, to);
        });
    });
    return out;
}

GateGradient gateGradient(const at::Tensor& gradient, const at::Tensor& a, const at::Tensor& b,
                          const GateFactors& factors, double bandwidth) {
    const at::NoGradGuard noGrad;
    if (!runsInKernel({a, b})) {
        const at::Tensor product = at::mm(b, a);
        const auto window = [&](const at::Tensor& distance) {
            return (distance / bandwidth).abs().lt(0.5).to(gradient.scalar_type());
        };
        const at::Tensor inside = window(product - factors.tau).sub_(window(-product - factors.tau));
        const at::Tensor g = gradient * factorsOf(product, factors);
        return {at::mm(b.t(), g), at::mm(g, a.t()), (inside * gradient).sum().item<double>()};
    }
    const at::Tensor given = gradient.contiguous();
    return withType(a, [&](auto type) {
        using T = decltype(type);
        const GateArguments<T> gate = argumentsOf<T>(a, b, factors);
        const T* data = given.data_ptr<T>();
        const Spread<T> spread(
            a, b, [&](std::int64_t first, std::int64_t last, T* row, const GateGradients<T>& out) {
                return kernels<T>().gateBackward(gate, first, last, data, static_cast<T>(bandwidth), row,
                                                 out);
            });
        return GateGradient{spread.dA, spread.dB, spread.sum};
    });
}

void forceGatePath(GatePath path) { forcedPath = path; }

GateGradient layerGradient(const at::Tensor& x, const at::Tensor& dy, const at::Tensor& a,
                           const at::Tensor& b, const GateFactors& factors, double bandwidth) {
    const at::NoGradGuard noGrad;
    const bool may = runsInKernel({x, dy, a, b}) && factors.tau >= 0;
    const bool worthTrying = forcedPath == GatePath::Sampled || x.size(0) >= kTokensWorthSampling;
    if (may && worthTrying && forcedPath != GatePath::Dense) {
        auto sampled = withType(
            a, [&](auto type) { return sampledGradient<decltype(type)>(x, dy, a, b, factors, bandwidth); });
        if (sampled) return *sampled;
    }
    return gateGradient(at::mm(dy.t(), x), a, b, factors, bandwidth);
}

OverlapTerm overlapTerm(const at::Tensor& past, const at::Tensor& a, const at::Tensor& b,
                        const GateFactors& factors, double weight) {
    const at::NoGradGuard noGrad;
    OverlapTerm term;
    if (!runsInKernel({a, b})) {
        const at::Tensor product = at::mm(b, a);
        const at::Tensor factor = factorsOf(product, factors);
        const at::Tensor overlap = product * factor * past;
        term.value = overlap.square().sum().item<double>();
        if (weight == 0) return term;
        const at::Tensor g = (overlap * past * factor).mul_(2.0 * weight);
        term.a = at::mm(b.t(), g);
        term.b = at::mm(g, a.t());
        return term;
    }
    const at::Tensor before = past.contiguous();
    withType(a, [&](auto type) {
        using T = decltype(type);
        const GateArguments<T> gate = argumentsOf<T>(a, b, factors);
        const T* data = before.data_ptr<T>();
        const Spread<T> spread(
            a, b, [&](std::int64_t first, std::int64_t last, T* row, const GateGradients<T>& out) {
                return kernels<T>().gateOverlap(gate, first, last, data, static_cast<T>(weight), row, out);
            });
        term.value = spread.sum;
        if (weight == 0) return;
        term.a = spread.dA;
        term.b = spread.dB;
    });
    return term;
}

GateCount countGate(const at::Tensor& a, const at::Tensor& b, double tau, double window) {
    const at::NoGradGuard noGrad;
    GateCount count;
    if (!runsInKernel({a, b})) {
        const at::Tensor magnitude = at::mm(b, a).abs_();
        count.alive = magnitude.gt(tau).sum().item<std::int64_t>();
        count.inWindow = (magnitude - tau).abs_().lt(window / 2).sum().item<std::int64_t>();
        count.maxAbs = magnitude.max().item<double>();
        return count;
    }
    withType(a, [&](auto type) {
        using T = decltype(type);
        const GateArguments<T> gate = argumentsOf<T>(a, b, {tau, 1, 0});
        std::vector<GateCounts<T>> counts(static_cast<std::size_t>(pieceCount(b.size(0))));
        eachPiece(b.size(0), [&](std::int64_t piece, std::int64_t first, std::int64_t last) {
            std::vector<T> row(static_cast<std::size_t>(gate.columns));
            kernels<T>().gateCounts(gate, first, last, static_cast<T>(window), row.data(),
                                    counts[static_cast<std::size_t>(piece)]);
        });
        for (const GateCounts<T>& part : counts) {
            count.alive += part.alive;
            count.inWindow += part.inWindow;
            count.maxAbs = std::max(count.maxAbs, static_cast<double>(part.maxAbs));
        }
    });
    return count;
}

}  // namespace jumplora
