// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "core/analysis/adapter_files.h"

#include <algorithm>

namespace jumplora::testing {

// Every overlap measure straight from its definition, on dense matrices and full decompositions.
using Measures = std::map<std::string, double>;

struct DenseUpdate {
    at::Tensor delta;  // float64 [m, n], masked and scaled
    at::Tensor live;   // bool [m, n]
    at::Tensor a;      // float64 [r, n]
};

inline DenseUpdate denseUpdate(const AdapterContent& content, std::size_t module) {
    const at::Tensor& a = content.a[module];
    const at::Tensor& b = content.b[module];
    DenseUpdate update;
    update.a = a.to(at::kDouble);
    if (content.logTau.defined()) {
        const at::Tensor product = at::mm(b, a);
        update.live = product.abs() > content.logTau.select(0, content.modules[module].threshold).exp();
        update.delta = product.to(at::kDouble) * update.live.to(at::kDouble) * content.scaling;
    } else {
        update.delta = at::mm(b.to(at::kDouble), a.to(at::kDouble)) * content.scaling;
        update.live = at::ones_like(update.delta, at::kBool);
    }
    return update;
}

inline double total(const at::Tensor& tensor) { return tensor.to(at::kDouble).sum().item<double>(); }

struct DenseSpectrum {
    at::Tensor values;
    at::Tensor row;     // [n, k]
    at::Tensor column;  // [m, k]
};

inline DenseSpectrum denseSpectrum(const DenseUpdate& update) {
    const auto [u, s, v] = at::linalg_svd(update.delta, false);
    const std::int64_t live = (s > s.max() * 1e-6).sum().item<std::int64_t>();
    const std::int64_t k = std::min<std::int64_t>(live, update.a.size(0));
    return {s.narrow(0, 0, live), v.narrow(0, 0, k).t(), u.narrow(1, 0, k)};
}

inline void addAngles(Measures& measures, const std::string& name, const at::Tensor& x, const at::Tensor& y) {
    const at::Tensor cosines = std::get<1>(at::linalg_svd(at::mm(x.t(), y), false)).clamp_max(1);
    if (cosines.numel() == 0) return;
    const at::Tensor angles = cosines.acos();
    measures[name + "_angle_min"] = angles.min().item<double>();
    measures[name + "_angle_mean"] = angles.mean().item<double>();
    measures[name + "_angle_max"] = angles.max().item<double>();
    measures[name + "_grassmann"] = angles.norm().item<double>();
}

inline Measures taskMeasures(const DenseUpdate& update) {
    const at::Tensor s = denseSpectrum(update).values;
    const at::Tensor p = s / s.sum();
    return {{"density", total(update.live) / static_cast<double>(update.live.numel())},
            {"frobenius_norm", update.delta.norm().item<double>()},
            {"effective_rank", std::exp(-total(p * p.log()))},
            {"stable_rank", total(s * s) / (s.max() * s.max()).item<double>()}};
}

// Sums from which a pair's measures follow, of one module or of several.
struct PairTotals {
    double entries = 0, liveI = 0, liveJ = 0, both = 0, expected = 0, opposite = 0;
    double dot = 0, squaresI = 0, squaresJ = 0, energy = 0, aProduct = 0, updateProduct = 0;
};

inline void add(PairTotals& t, const DenseUpdate& i, const DenseUpdate& j) {
    const at::Tensor both = i.live & j.live;
    const at::Tensor product = i.delta * j.delta;
    const auto entries = static_cast<double>(both.numel());
    t.entries += entries;
    t.liveI += total(i.live);
    t.liveJ += total(j.live);
    t.both += total(both);
    t.expected += total(i.live) * total(j.live) / entries;
    t.opposite += total(both & (i.delta.sign() != j.delta.sign()));
    t.dot += total(product);
    t.squaresI += total(i.delta.square());
    t.squaresJ += total(j.delta.square());
    t.energy += total(product.square());
    t.aProduct += total(at::mm(i.a, j.a.t()).square());
    t.updateProduct += total(at::mm(i.delta.t(), j.delta).square());
}

inline Measures measuresOf(const PairTotals& t) {
    const double either = t.liveI + t.liveJ - t.both;
    const double rhoI = t.liveI / t.entries;
    const double rhoJ = t.liveJ / t.entries;
    const double chance = t.expected / t.entries;
    Measures measures = {{"collision_rate", t.both / t.entries},
                         {"collision_chance", chance},
                         {"collision_lift", t.both / t.entries / chance},
                         {"jaccard", t.both / either},
                         {"jaccard_lift", t.both / either / (chance / (rhoI + rhoJ - chance))},
                         {"contained_j_in_i", t.both / t.liveJ},
                         {"contained_i_in_j", t.both / t.liveI},
                         {"sign_conflict", t.opposite / t.both},
                         {"cosine", t.dot / std::sqrt(t.squaresI * t.squaresJ)},
                         {"ella_energy", t.energy},
                         {"a_product_norm", std::sqrt(t.aProduct)},
                         {"update_product_norm", std::sqrt(t.updateProduct)}};
    // 0/0 is what "not computable" means.
    std::erase_if(measures, [](const auto& measure) { return std::isnan(measure.second); });
    return measures;
}

inline Measures pairMeasures(const DenseUpdate& i, const DenseUpdate& j) {
    PairTotals totals;
    add(totals, i, j);
    Measures measures = measuresOf(totals);
    const DenseSpectrum x = denseSpectrum(i);
    const DenseSpectrum y = denseSpectrum(j);
    addAngles(measures, "row", x.row, y.row);
    addAngles(measures, "column", x.column, y.column);
    return measures;
}

}  // namespace jumplora::testing
