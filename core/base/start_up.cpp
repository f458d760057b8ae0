// SPDX-License-Identifier: Apache-2.0
#include "base/start_up.h"

#include "base/blas.h"

#include <malloc.h>
#include <unistd.h>

#include <cstdlib>
#include <limits>

namespace jumplora {
namespace {

constexpr const char* kSpinCount = "GOMP_SPINCOUNT";
constexpr const char* kSpins = "10000";  // some 20 µs: longer than between two loops of a step
constexpr const char* kWaitPolicy = "OMP_WAIT_POLICY";

void keepFreedMemory() {
    constexpr int kLargestHeapBlock = 32 << 20;  // what glibc allows
    mallopt(M_MMAP_THRESHOLD, kLargestHeapBlock);
    mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
}

}  // namespace

void prepareProcess(char** argv, bool computes) {
    keepFreedMemory();
    const bool mustRestart =
        computes && std::getenv(kSpinCount) == nullptr && std::getenv(kWaitPolicy) == nullptr;
    if (mustRestart) setenv(kSpinCount, kSpins, 1);
    ensureFastBlas(argv);  // may start again by itself, with the variable set
    if (mustRestart) execv("/proc/self/exe", argv);
    // Still here although it should have: the system refused, and waiting longer will do.
}

}  // namespace jumplora
