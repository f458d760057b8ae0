// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/cpu.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace jumplora {

// OpenBLAS chooses its kernels when it is loaded, by a table of processors it knows. On one it does not know
// it falls back to kernels without AVX, several times slower. Only the environment variable
// OPENBLAS_CORETYPE, set before the process starts, changes that. Which kernels are best is measured, once
// per machine.

// Speed of a float matrix product with the kernels OpenBLAS calls `core`.
struct BlasSpeed {
    std::string core;
    double gflops = 0;
};

// Kernels in use by the OpenBLAS in this process, e.g. "Haswell"; empty when another BLAS is loaded.
std::string openblasCore();
// First two words of its configuration, e.g. "OpenBLAS 0.3.21"; empty without OpenBLAS.
std::string openblasVersion();

// Instructions that the kernels of this name use.
VectorLevel coreLevel(std::string_view core);

// Kernels for wider vectors than those of `core` that this processor can run, widest first.
std::vector<std::string> widerCores(const CpuInfo& cpu, std::string_view core);

// Speed of a 1024 x 1024 float product in this process, best of several; 0 without a CBLAS.
double measureSgemm();

// Runs this program again once for each core type, with nothing but the measurement, and returns what was
// reported, fastest first. Empty when ensureFastBlas was not called at the start of this program.
std::vector<BlasSpeed> measureBlasCores(const std::vector<std::string>& cores);

// What was measured on this machine earlier, fastest first; empty when nothing was.
std::vector<BlasSpeed> rememberedBlasSpeeds(const CpuInfo& cpu);
// Returns false when the cache folder cannot be written.
bool rememberBlasSpeeds(const CpuInfo& cpu, const std::vector<BlasSpeed>& speeds);

// The core to start again with: the fastest measured one, if it beats `core` by more than 10 %.
std::optional<std::string> betterCore(std::string_view core, const std::vector<BlasSpeed>& speeds);

// First statement of main. When OpenBLAS took kernels narrower than the processor, and OPENBLAS_CORETYPE is
// not set, looks up or measures which are best and replaces this process by itself with the variable set.
// Returns when the right kernels are in use or nothing can be done.
void ensureFastBlas(char** argv);

}  // namespace jumplora
