// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace jumplora {

// Sets how many threads one LibTorch operation may use, for the whole process. 0 means what OMP_NUM_THREADS
// says, else every core this process may run on: LibTorch's own default counts physical cores as its library
// guesses them, and takes one of two on some virtual machines. Returns the number in effect.
int setComputeThreads(int requested = 0);

}  // namespace jumplora
