// SPDX-License-Identifier: Apache-2.0
#include "kernel/kernel_tables.h"
#include "kernel/kernels.inl"

namespace jumplora {

KernelTable avx512Kernels() { return {makeKernels<float>(), makeKernels<double>()}; }

}  // namespace jumplora
