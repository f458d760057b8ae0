// SPDX-License-Identifier: Apache-2.0
#include "base/cpu.h"

#include <sched.h>
#include <sys/sysinfo.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>
#include <thread>

namespace jumplora {
namespace {

constexpr std::array kArithmetic = {"avx",      "fma",      "avx2",        "avx512f",     "avx512dq",
                                    "avx512bw", "avx512vl", "avx512_vnni", "avx512_bf16", "avx512_fp16",
                                    "amx_bf16", "amx_int8", "asimd",       "sve",         "bf16"};

// Files below /proc and /sys have no size, so they are read as streams.
std::string readStream(const char* path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

int usableCores() {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) == 0) return std::max(1, CPU_COUNT(&set));
    return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

std::uint64_t memoryLimit(std::uint64_t physical) {
    std::istringstream limit(readStream("/sys/fs/cgroup/memory.max"));
    std::uint64_t bytes = 0;
    return limit >> bytes ? std::min(bytes, physical) : physical;
}

std::uint64_t memoryAvailable() {
    std::ifstream file("/proc/meminfo");
    std::string key;
    std::uint64_t kibibytes = 0;
    std::string rest;
    while (file >> key >> kibibytes && std::getline(file, rest)) {
        if (key == "MemAvailable:") return kibibytes * 1024;
    }
    return 0;
}

}  // namespace

bool CpuInfo::has(std::string_view feature) const {
    return std::find(features.begin(), features.end(), feature) != features.end();
}

CpuInfo parseCpuInfo(std::string_view text) {
    CpuInfo cpu;
    std::istringstream lines{std::string(text)};
    std::string line;
    while (std::getline(lines, line)) {
        const auto colon = line.find(':');
        if (colon == std::string::npos) continue;
        const std::string_view key = trimmed(std::string_view(line).substr(0, colon));
        const std::string_view value = trimmed(std::string_view(line).substr(colon + 1));
        if (key == "model name" && cpu.name.empty()) cpu.name = value;
        if ((key == "flags" || key == "Features") && cpu.features.empty()) {
            std::istringstream flags{std::string(value)};
            std::string flag;
            while (flags >> flag) {
                if (std::find(kArithmetic.begin(), kArithmetic.end(), flag) != kArithmetic.end()) {
                    cpu.features.push_back(flag);
                }
            }
        }
    }
    return cpu;
}

CpuInfo inspectCpu() {
    CpuInfo cpu = parseCpuInfo(readStream("/proc/cpuinfo"));
    if (cpu.name.empty()) cpu.name = "unknown processor";
    cpu.cores = usableCores();
    struct sysinfo system {};
    if (sysinfo(&system) == 0) {
        cpu.memoryBytes = memoryLimit(static_cast<std::uint64_t>(system.totalram) * system.mem_unit);
    }
    cpu.availableBytes = std::min(memoryAvailable(), cpu.memoryBytes);
    return cpu;
}

VectorLevel vectorLevel(const CpuInfo& cpu) {
    const bool avx2 = cpu.has("avx2") && cpu.has("fma");
    if (avx2 && cpu.has("avx512f") && cpu.has("avx512dq") && cpu.has("avx512bw") && cpu.has("avx512vl")) {
        return VectorLevel::Avx512;
    }
    if (avx2) return VectorLevel::Avx2;
    return cpu.has("avx") ? VectorLevel::Avx : VectorLevel::Baseline;
}

std::string describe(VectorLevel level) {
    switch (level) {
        case VectorLevel::Avx512:
            return "AVX-512";
        case VectorLevel::Avx2:
            return "AVX2";
        case VectorLevel::Avx:
            return "AVX";
        case VectorLevel::Baseline:
            break;
    }
    return "baseline";
}

}  // namespace jumplora
