// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/torch_api.h"

#include <cstdint>

namespace jumplora {

// Explicit randomness of one forward pass. Every call of next() names a further seed, so that a mask can be
// drawn again in the backward pass instead of being kept.
class DropoutSource {
  public:
    DropoutSource(double probability, std::uint64_t seed) : m_probability(probability), m_seed(seed) {}
    [[nodiscard]] double probability() const { return m_probability; }
    std::uint64_t next();

  private:
    double m_probability;
    std::uint64_t m_seed;
    std::uint64_t m_count = 0;
};

// Mask of zeros and 1/(1-p) in the shape and type of `like`; equal for equal seeds on equal devices.
at::Tensor dropoutMask(const at::Tensor& like, double probability, std::uint64_t seed);

// x when `source` is null or its probability is 0.
at::Tensor applyDropout(const at::Tensor& x, DropoutSource* source);

}  // namespace jumplora
