// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <functional>

namespace jumplora {

// Calls use(0) … use(pieces − 1), each once, on up to `pieces` of the OpenMP threads that LibTorch and BLAS
// compute with; inside another parallel region one after another. Rethrows the first exception. (LibTorch's
// own parallel_for is a template: compiled without OpenMP, as everything here is, it would silently run on
// one thread.)
void parallelPieces(std::int64_t pieces, const std::function<void(std::int64_t)>& use);

// How many threads that is for many pieces: 1 inside another parallel region.
std::int64_t parallelThreads();

}  // namespace jumplora
