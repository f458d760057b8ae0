// SPDX-License-Identifier: Apache-2.0
#pragma once
// Internal to the kernel room: the functions of each path.
#include "kernel/kernels.h"

namespace jumplora {

struct KernelTable {
    Kernels<float> single;
    Kernels<double> wide;
};
KernelTable portableKernels();
KernelTable avx2Kernels();
KernelTable avx512Kernels();

}  // namespace jumplora
