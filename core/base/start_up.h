// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace jumplora {

// First statement of main. Sees to it that memory of freed tensors is kept for the next ones, that OpenBLAS
// uses the right kernels, and, for a program that `computes`, that OpenMP's idle threads wait actively for
// moments only: by default they hold their core for milliseconds after each loop, and when anything else runs
// on the machine, a window included, a step takes many times as long (docs/performance.md). What can only be
// said by an environment variable replaces this process by itself once; variables that the user has set are
// left alone.
void prepareProcess(char** argv, bool computes);

}  // namespace jumplora
