// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/random.h"

#include <cmath>
#include <cstdint>
#include <vector>

namespace jumplora::testing {

struct ProductShape {
    std::int64_t tokens, outputs, inputs;
};

// Shapes of products that fit neither tiles nor blocks, the smallest, and drawn ones up to 300.
inline std::vector<ProductShape> productShapes() {
    std::vector<ProductShape> all = {{1, 1, 1},      {0, 5, 7},      {1, 200, 33},   {32, 4, 64},
                                     {33, 4, 64},    {7, 129, 1},    {40, 1, 2049},  {15, 33, 1025},
                                     {900, 3, 2},    {14, 32, 1024}, {29, 257, 300}, {130, 31, 95},
                                     {64, 130, 2050}};
    Rng rng(5);
    const auto size = [&] { return 1 + static_cast<std::int64_t>(rng.below(300)); };
    for (int i = 0; i < 30; ++i) {
        const std::int64_t tokens = size();
        const std::int64_t outputs = size();
        all.push_back({tokens, outputs, size()});
    }
    return all;
}

// Of a sum of `count` products of about 1 in float32.
inline double toleranceOfSum(std::int64_t count) { return 1e-6 * std::sqrt(static_cast<double>(count)) * 8; }

}  // namespace jumplora::testing
