// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/torch_api.h"
#include "model/rope.h"

#include <cstdint>
#include <vector>

namespace jumplora {

// Cosines and sines of the angles of some tokens, [tokens, head width / 2] each.
struct RotaryAngles {
    at::Tensor cosine, sine;
};

// Angles at `positions`, for rows of at most `length` positions; in the type and on the device of `options`.
RotaryAngles rotaryAngles(const RopeConfig& rope, std::int64_t headWidth,
                          const std::vector<std::int64_t>& positions, std::int64_t length,
                          const at::TensorOptions& options);

// Turns dimension i of each head with dimension i + d/2: x [tokens, heads·d] -> the same shape. The backward
// pass turns back and keeps nothing but the angles.
at::Tensor rotate(const at::Tensor& x, std::int64_t headWidth, const RotaryAngles& angles);

}  // namespace jumplora
