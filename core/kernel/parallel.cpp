// SPDX-License-Identifier: Apache-2.0
#include "kernel/parallel.h"

#include <algorithm>
#include <exception>
#include <mutex>

// omp.h belongs to the compiler; this is all that is needed of it.
extern "C" int omp_in_parallel();
extern "C" int omp_get_max_threads();

namespace jumplora {

void parallelPieces(std::int64_t pieces, const std::function<void(std::int64_t)>& use) {
    if (pieces <= 1 || omp_in_parallel() != 0) {
        for (std::int64_t piece = 0; piece < pieces; ++piece) use(piece);
        return;
    }
    std::exception_ptr error;
    std::mutex mutex;
    // NOLINTNEXTLINE(clang-analyzer-deadcode.DeadStores): the line after it reads it
    const int threads = static_cast<int>(std::min<std::int64_t>(pieces, omp_get_max_threads()));
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads)
    for (std::int64_t piece = 0; piece < pieces; ++piece) {
        try {
            use(piece);
        } catch (...) {
            const std::lock_guard lock(mutex);
            if (!error) error = std::current_exception();
        }
    }
    if (error) std::rethrow_exception(error);
}

std::int64_t parallelThreads() { return omp_in_parallel() != 0 ? 1 : omp_get_max_threads(); }

}  // namespace jumplora
