// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/blas.h"
#include "base/cpu.h"
#include "base/json.h"

#include <string>
#include <vector>

namespace jumplora {

// One finding about the machine. Bad news come with what to do.
struct Finding {
    bool good = true;
    std::string text;
};

// What this machine computes with, and how fast.
struct MachineReport {
    CpuInfo cpu;
    std::string torchVersion;      // e.g. "1.13.1"
    std::string cpuCapability;     // vector instructions LibTorch's own kernels use, e.g. "AVX2"
    std::string blas;              // e.g. "OpenBLAS 0.3.21" or "oneMKL 2024.2"
    std::string blasCore;          // OpenBLAS kernels in use, empty for another BLAS
    std::string blasCoreChosenBy;  // "OpenBLAS", "the launcher", "OPENBLAS_CORETYPE"
    int threads = 0;               // of one LibTorch operation
    std::vector<std::string> cudaDevices;
    double gflops = 0;  // float product of 1024 x 1024 with these threads; 0 when not measured
    std::vector<BlasSpeed> blasSpeeds;  // kernels measured beside each other, fastest first
    std::vector<Finding> findings;
};

// With `measure`, takes a few seconds: times the matrix product here, and with OpenBLAS also in a child
// process for every kind of kernel that fits the processor; the result is remembered for the next starts.
MachineReport inspectMachine(bool measure);

// Fills `findings` from everything else; separate so that any machine can be judged.
std::vector<Finding> judgeMachine(const MachineReport& report);

Json toJson(const MachineReport& report);
std::string toText(const MachineReport& report);

}  // namespace jumplora
