// SPDX-License-Identifier: Apache-2.0
#include "kernel/kernels.h"

#include "base/cpu.h"
#include "base/error.h"
#include "kernel/kernel_tables.h"

#include <algorithm>
#include <vector>

namespace jumplora {
namespace {

std::vector<KernelPath> findPaths() {
    std::vector<KernelPath> paths = {KernelPath::Portable};
#ifdef JUMPLORA_X86_KERNELS
    const VectorLevel level = vectorLevel(inspectCpu());
    if (level >= VectorLevel::Avx2) paths.push_back(KernelPath::Avx2);
    if (level >= VectorLevel::Avx512) paths.push_back(KernelPath::Avx512);
#endif
    return paths;
}

KernelTable tableOf(KernelPath path) {
#ifdef JUMPLORA_X86_KERNELS
    if (path == KernelPath::Avx2) return avx2Kernels();
    if (path == KernelPath::Avx512) return avx512Kernels();
#endif
    (void)path;
    return portableKernels();
}

struct Choice {
    KernelPath path;
    KernelTable table;
};

Choice& choice() {
    static Choice chosen{availableKernelPaths().back(), tableOf(availableKernelPaths().back())};
    return chosen;
}

}  // namespace

const char* kernelPathName(KernelPath path) {
    switch (path) {
        case KernelPath::Avx2:
            return "AVX2";
        case KernelPath::Avx512:
            return "AVX-512";
        case KernelPath::Portable:
            break;
    }
    return "portable";
}

KernelPath kernelPath() { return choice().path; }

std::span<const KernelPath> availableKernelPaths() {
    static const std::vector<KernelPath> paths = findPaths();
    return paths;
}

void forceKernelPath(KernelPath path) {
    const auto paths = availableKernelPaths();
    if (std::find(paths.begin(), paths.end(), path) == paths.end())
        fail(ErrorKind::Input, "this processor cannot run the {} kernels", kernelPathName(path));
    choice() = {path, tableOf(path)};
}

template <>
const Kernels<float>& kernels<float>() {
    return choice().table.single;
}
template <>
const Kernels<double>& kernels<double>() {
    return choice().table.wide;
}

}  // namespace jumplora
