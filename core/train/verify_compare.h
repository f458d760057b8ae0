// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/torch_api.h"

#include <string>

namespace jumplora {

struct Difference {
    double largest = 0;      // max |a − b|
    double scale = 0;        // max |b|
    std::int64_t index = 0;  // of the largest difference, flat
    // largest / scale; the plain difference where b is all zero.
    [[nodiscard]] double relative() const { return scale > 0 ? largest / scale : largest; }
};

// Compares in float64; b is the reference. NaN on either side gives an infinite difference.
Difference compareTensors(const at::Tensor& a, const at::Tensor& b);

}  // namespace jumplora
