// SPDX-License-Identifier: Apache-2.0
#include "train/verify_compare.h"

#include "base/error.h"

#include <cmath>
#include <limits>

namespace jumplora {

Difference compareTensors(const at::Tensor& a, const at::Tensor& b) {
    const at::NoGradGuard noGrad;
    if (a.numel() != b.numel())
        fail(ErrorKind::Format, "recorded tensor has {} entries, computed has {}", b.numel(), a.numel());
    Difference result;
    if (a.numel() == 0) return result;
    const at::Tensor reference = b.to(at::kDouble).flatten();
    const at::Tensor difference = (a.detach().to(at::kCPU).to(at::kDouble).flatten() - reference).abs();
    result.index = difference.argmax().item<std::int64_t>();
    result.largest = difference[result.index].item<double>();
    result.scale = reference.abs().max().item<double>();
    if (std::isnan(result.largest) || std::isnan(result.scale))
        result.largest = std::numeric_limits<double>::infinity();
    return result;
}

}  // namespace jumplora
