// SPDX-License-Identifier: Apache-2.0
#include "model/doctor.h"

#include "base/torch_api.h"
#include "kernel/bfloat16.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <limits>
#include <string_view>

namespace jumplora {
namespace {

constexpr double kGood = 0.9;
constexpr std::uint64_t kGibibyte = std::uint64_t{1} << 30;

// The text between `begin` and the next character of `end` in LibTorch's description of itself.
std::string between(std::string_view text, std::string_view begin, std::string_view end) {
    const auto start = text.find(begin);
    if (start == std::string_view::npos) return {};
    const std::string_view rest = text.substr(start + begin.size());
    return std::string(rest.substr(0, rest.find_first_of(end)));
}

std::string blasName(const std::string& torchConfig) {
    if (std::string openblas = openblasVersion(); !openblas.empty()) return openblas;
    const std::string mkl = between(torchConfig, "oneAPI Math Kernel Library Version ", "- \n");
    if (!mkl.empty()) return "oneMKL " + mkl;
    const std::string info = between(torchConfig, "BLAS_INFO=", ",\n");
    return info.empty() ? "unknown" : info;
}

std::string chosenBy() {
    if (std::getenv("JUMPLORA_REEXEC") != nullptr) return "the launcher";
    return std::getenv("OPENBLAS_CORETYPE") != nullptr ? "OPENBLAS_CORETYPE" : "OpenBLAS";
}

std::vector<std::string> cudaDevices() {
    std::vector<std::string> names;
    if (!at::hasCUDA()) return names;
    const auto count = at::detail::getCUDAHooks().getNumGPUs();
    for (int device = 0; device < static_cast<int>(count); ++device)
        names.push_back(fmt::format("cuda:{}", device));
    return names;
}

double measureProduct() {
    constexpr std::int64_t kSize = 1024;
    constexpr int kRepetitions = 8;
    const at::Tensor a = at::full({kSize, kSize}, 0.5);
    const at::Tensor b = at::full({kSize, kSize}, 0.25);
    at::Tensor c = at::empty({kSize, kSize});
    double best = std::numeric_limits<double>::infinity();
    for (int repetition = 0; repetition < kRepetitions; ++repetition) {
        const auto start = std::chrono::steady_clock::now();
        at::mm_out(c, a, b);
        const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
        best = std::min(best, seconds.count());
    }
    return 2.0 * kSize * kSize * kSize / best * 1e-9;
}

std::vector<BlasSpeed> measureCandidates(const MachineReport& report) {
    std::vector<std::string> cores = widerCores(report.cpu, "");
    if (std::find(cores.begin(), cores.end(), report.blasCore) == cores.end())
        cores.push_back(report.blasCore);
    return measureBlasCores(cores);
}

void judgeBlas(const MachineReport& report, std::vector<Finding>& findings) {
    if (report.blasCore.empty()) {
        findings.push_back(
            {true,
             fmt::format("LibTorch computes with {}, which chooses its kernels at run time.", report.blas)});
        return;
    }
    const auto current = std::find_if(report.blasSpeeds.begin(), report.blasSpeeds.end(),
                                      [&](const BlasSpeed& speed) { return speed.core == report.blasCore; });
    if (current != report.blasSpeeds.end()) {
        const BlasSpeed& best = report.blasSpeeds.front();
        if (current->gflops >= kGood * best.gflops) {
            findings.push_back(
                {true, fmt::format("OpenBLAS uses its {} kernels; measured, none is clearly faster.",
                                   report.blasCore)});
        } else {
            findings.push_back(
                {false, fmt::format(
                            "OpenBLAS uses its {} kernels at {:.0f} GFLOP/s, but {} reach {:.0f}. Start with "
                            "OPENBLAS_CORETYPE={} in the environment{}.",
                            report.blasCore, current->gflops, best.core, best.gflops, best.core,
                            report.blasCoreChosenBy == "OPENBLAS_CORETYPE"
                                ? " (now it is set to something else), or unset it"
                                : "")});
        }
    } else if (coreLevel(report.blasCore) < std::min(vectorLevel(report.cpu), VectorLevel::Avx2)) {
        findings.push_back(
            {false, fmt::format("OpenBLAS uses its {} kernels ({}), but this processor has {}. Run "
                                "doctor with the measurement to see what another kind would bring.",
                                report.blasCore, describe(coreLevel(report.blasCore)),
                                describe(vectorLevel(report.cpu)))});
    } else {
        findings.push_back(
            {true, fmt::format("OpenBLAS uses its {} kernels (not measured).", report.blasCore)});
    }
}

}  // namespace

MachineReport inspectMachine(bool measure) {
    MachineReport report;
    report.cpu = inspectCpu();
    const std::string config = at::show_config();
    report.torchVersion = between(config, "TORCH_VERSION=", ", \n");
    report.cpuCapability = between(config, "CPU capability usage: ", "\n");
    report.blas = blasName(config);
    report.blasCore = openblasCore();
    if (!report.blasCore.empty()) report.blasCoreChosenBy = chosenBy();
    report.threads = at::get_num_threads();
    report.cudaDevices = cudaDevices();
    if (measure) {
        report.gflops = measureProduct();
        if (!report.blasCore.empty()) {
            report.blasSpeeds = measureCandidates(report);
            if (!report.blasSpeeds.empty()) rememberBlasSpeeds(report.cpu, report.blasSpeeds);
        }
    }
    report.findings = judgeMachine(report);
    return report;
}

std::vector<Finding> judgeMachine(const MachineReport& report) {
    std::vector<Finding> findings;
    judgeBlas(report, findings);
    if (report.threads < report.cpu.cores) {
        findings.push_back(
            {false, fmt::format("Operations use {} of {} cores. Unset OMP_NUM_THREADS, or raise it.",
                                report.threads, report.cpu.cores)});
    } else if (report.threads > report.cpu.cores) {
        findings.push_back(
            {false, fmt::format("Operations use {} threads on {} cores and wait for each other. Lower "
                                "OMP_NUM_THREADS.",
                                report.threads, report.cpu.cores)});
    }
    if (report.cpu.availableBytes < 2 * kGibibyte) {
        findings.push_back(
            {false, fmt::format("Only {:.1f} GiB of memory are free: close other programs, or keep to "
                                "the built-in backbone.",
                                static_cast<double>(report.cpu.availableBytes) / kGibibyte)});
    }
    if (vectorLevel(report.cpu) < VectorLevel::Avx2 && !report.cpu.has("asimd")) {
        findings.push_back({false,
                            "This processor has no AVX2: expect a tenth of the usual speed, and use another "
                            "machine for anything but the built-in backbone."});
    }
    return findings;
}

Json toJson(const MachineReport& report) {
    Json json;
    json["cpu"] = {{"name", report.cpu.name},
                   {"features", report.cpu.features},
                   {"vectors", describe(vectorLevel(report.cpu))},
                   {"bfloat16", bfloat16Available()},
                   {"cores", report.cpu.cores}};
    json["memory"] = {{"total_bytes", report.cpu.memoryBytes},
                      {"available_bytes", report.cpu.availableBytes}};
    json["libtorch"] = {{"version", report.torchVersion},
                        {"cpu_capability", report.cpuCapability},
                        {"threads", report.threads},
                        {"cuda_devices", report.cudaDevices}};
    json["blas"] = {{"name", report.blas}, {"core", report.blasCore}, {"chosen_by", report.blasCoreChosenBy}};
    json["blas"]["measured"] = Json::array();
    for (const BlasSpeed& speed : report.blasSpeeds) {
        json["blas"]["measured"].push_back({{"core", speed.core}, {"gflops", speed.gflops}});
    }
    json["gflops"] = report.gflops > 0 ? Json(report.gflops) : Json();
    json["findings"] = Json::array();
    for (const Finding& finding : report.findings) {
        json["findings"].push_back({{"good", finding.good}, {"text", finding.text}});
    }
    return json;
}

std::string toText(const MachineReport& report) {
    const auto gibibytes = [](std::uint64_t bytes) { return static_cast<double>(bytes) / kGibibyte; };
    std::string text;
    const auto line = [&](std::string_view key, const std::string& value) {
        text += fmt::format("{:<12}{}\n", key, value);
    };
    line("Processor", fmt::format("{}, {} cores, {}", report.cpu.name, report.cpu.cores,
                                  describe(vectorLevel(report.cpu))));
    line("Features", fmt::format("{}", fmt::join(report.cpu.features, " ")));
    line("bfloat16", bfloat16Available() ? "fast enough for backbone.precision" : "no: " + bfloat16Lack());
    line("Memory", fmt::format("{:.1f} GiB, {:.1f} GiB free", gibibytes(report.cpu.memoryBytes),
                               gibibytes(report.cpu.availableBytes)));
    line("LibTorch", fmt::format("{}, own kernels {}, {} threads", report.torchVersion, report.cpuCapability,
                                 report.threads));
    line("CUDA", report.cudaDevices.empty() ? "none" : fmt::format("{}", fmt::join(report.cudaDevices, " ")));
    line("BLAS", report.blasCore.empty() ? report.blas
                                         : fmt::format("{}, {} kernels, chosen by {}", report.blas,
                                                       report.blasCore, report.blasCoreChosenBy));
    if (report.gflops > 0) {
        line("Speed", fmt::format("{:.0f} GFLOP/s (float matrix product 1024 x 1024, best of several)",
                                  report.gflops));
    }
    for (const BlasSpeed& speed : report.blasSpeeds) {
        line("", fmt::format("{:<15}{:.0f} GFLOP/s", speed.core, speed.gflops));
    }
    for (const Finding& finding : report.findings) {
        text += fmt::format("{}  {}\n", finding.good ? "ok  " : "look", finding.text);
    }
    return text;
}

}  // namespace jumplora
