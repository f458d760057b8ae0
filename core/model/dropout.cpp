// SPDX-License-Identifier: Apache-2.0
#include "model/dropout.h"

#include "base/error.h"
#include "base/random.h"

namespace jumplora {

std::uint64_t DropoutSource::next() { return deriveSeed(m_seed, "dropout", m_count++); }

at::Tensor dropoutMask(const at::Tensor& like, double probability, std::uint64_t seed) {
    // Drawn on the CPU and moved: the same seed gives the same mask on every device.
    auto generator = at::detail::createCPUGenerator(seed);
    auto mask = at::empty(like.sizes(), like.options().device(at::kCPU).requires_grad(false));
    mask.bernoulli_(1.0 - probability, generator).mul_(1.0 / (1.0 - probability));
    return mask.to(like.device());
}

at::Tensor applyDropout(const at::Tensor& x, DropoutSource* source) {
    if (source == nullptr || source->probability() <= 0.0) return x;
    return x * dropoutMask(x, source->probability(), source->next());
}

}  // namespace jumplora
