// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace jumplora {

// The processor and the memory this process may use.
struct CpuInfo {
    std::string name;                   // as /proc/cpuinfo spells it, e.g. "Intel(R) Xeon(R) Platinum 8481C"
    std::vector<std::string> features;  // the flags that matter for arithmetic, e.g. "avx2", "avx512f"
    int cores = 1;                      // hardware threads this process may run on
    std::uint64_t memoryBytes = 0;      // physical memory, or the control group's limit when that is lower
    std::uint64_t availableBytes = 0;   // what the kernel says can still be taken

    [[nodiscard]] bool has(std::string_view feature) const;
};

// Widest vector instructions that matrix kernels exist for, in rising order.
enum class VectorLevel { Baseline, Avx, Avx2, Avx512 };

// Name and features from the text of /proc/cpuinfo; the rest stays at its default.
CpuInfo parseCpuInfo(std::string_view text);

CpuInfo inspectCpu();

// Avx512 needs the F, DQ, BW and VL sets, Avx2 needs FMA beside it.
VectorLevel vectorLevel(const CpuInfo& cpu);
std::string describe(VectorLevel level);

}  // namespace jumplora
