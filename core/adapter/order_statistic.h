// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/torch_api.h"

#include <cstdint>
#include <functional>
#include <span>

namespace jumplora {

// The k-th smallest |value| (k from 1) over all tensors that `visit` hands to its argument, exactly, without
// keeping or copying them: radix selection over 16 bits of the float's pattern per pass, so `visit` is called
// twice for float32 and four times for float64 and has to hand over the same tensors each time. Contiguous
// CPU tensors of one floating type.
double kthSmallestMagnitude(std::int64_t k, at::ScalarType dtype,
                            const std::function<void(const std::function<void(const at::Tensor&)>&)>& visit);

struct Factors {
    at::Tensor a, b;  // [r, n], [m, r]
};
// The same over all entries of the products BA. On the CPU one pass over each product, row by row in the
// cache: some of the rows say between which bounds the value lies, then what is smaller is counted and what
// lies between is kept (some 2 % of the entries). Elsewhere, and where the bounds were wrong, as above.
double kthSmallestMagnitude(std::int64_t k, std::span<const Factors> products);

}  // namespace jumplora
