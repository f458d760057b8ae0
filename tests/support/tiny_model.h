// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "adapter/adapter_set.h"
#include "base/random.h"
#include "model/t5.h"

#include <algorithm>
#include <vector>

namespace jumplora::testing {

inline T5Config tinyConfig(std::int64_t blocks) {
    T5Config config;
    config.vocabularySize = 40;
    config.dModel = 12;
    config.dKv = 4;
    config.dFf = 16;
    config.heads = 2;
    config.encoderLayers = blocks;
    config.decoderLayers = blocks;
    return config;
}

// A random T5 in float64 whose layers can be adapted, small enough for brute force.
inline T5 tinyModel(std::int64_t blocks = 2) {
    BackboneOptions options;
    options.dtype = at::kDouble;
    return {tinyConfig(blocks), options, 3, 1.0};
}

inline at::Tensor randomTensor(const std::vector<std::int64_t>& shape, std::uint64_t seed,
                               double size = 1.0) {
    at::Tensor tensor = at::empty(shape, at::kDouble);
    Rng rng(seed);
    for (std::int64_t i = 0; i < tensor.numel(); ++i) tensor.data_ptr<double>()[i] = size * rng.normal();
    return tensor;
}

// A and B as if trained for a while.
inline void randomise(AdapterSet& adapters, std::uint64_t seed, double size = 0.3) {
    const at::NoGradGuard noGrad;
    for (std::size_t i = 0; i < adapters.infos().size(); ++i) {
        adapters.a(i).copy_(randomTensor(adapters.a(i).sizes().vec(), deriveSeed(seed, "a", i), size));
        adapters.b(i).copy_(randomTensor(adapters.b(i).sizes().vec(), deriveSeed(seed, "b", i), size));
    }
}

inline std::vector<TokenRow> tinyRows(std::size_t count, std::uint64_t seed) {
    Rng rng(seed);
    std::vector<TokenRow> rows(count);
    for (TokenRow& row : rows) {
        for (std::uint64_t n = 2 + rng.below(5); n > 0; --n)
            row.source.push_back(static_cast<std::int32_t>(2 + rng.below(38)));
        for (std::uint64_t n = 1 + rng.below(3); n > 0; --n)
            row.target.push_back(static_cast<std::int32_t>(2 + rng.below(38)));
        row.source.push_back(1);
        row.target.push_back(1);
    }
    return rows;
}

inline double largestDifference(const at::Tensor& a, const at::Tensor& b) {
    return a.sizes() == b.sizes() ? (a - b).abs().max().item<double>() : 1e300;
}

}  // namespace jumplora::testing
