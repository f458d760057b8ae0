// SPDX-License-Identifier: Apache-2.0
// Time and memory of the overlap of a whole run, on random adapters.
//   bench_overlap [modules] [tasks] [width] [live share; 1 = no gate] [spectral 0|1]
// Defaults: T5-large with q and v (144 modules of 1024 x 1024), 15 tasks, 1.56 % alive, without the spectral
// part.
#include "analysis/overlap.h"

#include "base/file.h"
#include "base/json.h"
#include "base/random.h"
#include "base/resources.h"
#include "weights/safetensors.h"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <exception>
#include <filesystem>

namespace jumplora {
namespace {

constexpr std::int64_t kRank = 8;

struct Settings {
    std::int64_t modules = 144;
    std::int64_t tasks = 15;
    std::int64_t width = 1024;
    double density = 0.0156;
    bool spectral = false;
};

std::vector<float> randomValues(std::int64_t count, double bound, std::uint64_t seed) {
    Rng rng(seed);
    std::vector<float> values(static_cast<std::size_t>(count));
    for (float& value : values) value = static_cast<float>(rng.uniform(-bound, bound));
    return values;
}

// |BA| that all but `density` of the entries stay below, from a sample.
double quantile(const std::vector<float>& a, const std::vector<float>& b, const Settings& s) {
    Rng rng(1);
    std::vector<double> sample(200'000);
    for (double& value : sample) {
        const auto row = static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(s.width)));
        const auto column = static_cast<std::int64_t>(rng.below(static_cast<std::uint64_t>(s.width)));
        for (std::int64_t k = 0; k < kRank; ++k)
            value += static_cast<double>(b[static_cast<std::size_t>(row * kRank + k)]) *
                     static_cast<double>(a[static_cast<std::size_t>(k * s.width + column)]);
        value = std::abs(value);
    }
    const auto place = sample.begin() +
                       static_cast<std::ptrdiff_t>((1 - s.density) * static_cast<double>(sample.size() - 1));
    std::nth_element(sample.begin(), place, sample.end());
    return *place;
}

std::vector<ModuleInfo> moduleInfos(const Settings& s) {
    std::vector<ModuleInfo> infos;
    for (std::int64_t m = 0; m < s.modules; ++m)
        infos.push_back({"layer." + std::to_string(m), "layer", m, s.width, s.width, 0});
    return infos;
}

void writeTask(const std::filesystem::path& path, std::int64_t task, const Settings& s) {
    const auto infos = moduleInfos(s);
    std::vector<std::vector<float>> values;
    std::vector<TensorToWrite> tensors;
    Json modules = Json::array();
    for (const ModuleInfo& info : infos) {
        const auto seed = deriveSeed(static_cast<std::uint64_t>(task), info.name);
        values.push_back(randomValues(kRank * s.width, 1 / std::sqrt(static_cast<double>(s.width)), seed));
        values.push_back(randomValues(kRank * s.width, 0.02, seed + 1));
        modules.push_back({{"name", info.name},
                           {"group", info.group},
                           {"block", info.block},
                           {"rows", info.rows},
                           {"columns", info.columns},
                           {"threshold", info.threshold}});
    }
    for (std::size_t m = 0; m < infos.size(); ++m) {
        tensors.push_back({infos[m].name + ".lora_A",
                           DType::F32,
                           {kRank, s.width},
                           std::as_bytes(std::span(values[2 * m]))});
        tensors.push_back({infos[m].name + ".lora_B",
                           DType::F32,
                           {s.width, kRank},
                           std::as_bytes(std::span(values[2 * m + 1]))});
    }
    const auto logTau = static_cast<float>(std::log(quantile(values[0], values[1], s)));
    if (s.density < 1)
        tensors.push_back({"log_threshold", DType::F32, {1}, std::as_bytes(std::span(&logTau, 1))});
    writeSafetensors(path, tensors,
                     {{"format", "jumplora-adapter/1"},
                      {"scaling", "4"},
                      {"gate", s.density < 1 ? "jumprelu" : "none"},
                      {"modules", modules.dump()}});
}

double megabytes(std::int64_t bytes) { return static_cast<double>(bytes) / (1 << 20); }

void run(const Settings& s) {
    std::string pattern = (std::filesystem::temp_directory_path() / "jumplora-bench-XXXXXX").string();
    const RunDirectory directory(mkdtemp(pattern.data()));
    std::filesystem::create_directory(directory.path() / "adapters");
    std::int64_t fileBytes = 0;
    for (std::int64_t task = 1; task <= s.tasks; ++task) {
        const auto path = directory.path() / directory.adapterName(task);
        writeTask(path, task, s);
        fileBytes += static_cast<std::int64_t>(std::filesystem::file_size(path));
    }
    const OverlapOptions options{s.spectral};
    const std::int64_t before = residentBytes();
    const auto begin = std::chrono::steady_clock::now();
    const auto events = allPairs(directory, options);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    double density = 0;
    for (const OverlapComputed& event : events)
        for (const NamedValue& value : event.pooled)
            if (value.name == "density") density += value.value;
    density /= static_cast<double>(s.tasks);
    const OverlapCost cost =
        overlapCost(moduleInfos(s), kRank, s.tasks, s.tasks * (s.tasks - 1) / 2, density, options);
    fmt::print(
        "{} modules of {} x {}, {} tasks, density {:.4f}, spectral {}: {:.1f} s, {:.0f} MiB above the start "
        "({:.0f} MiB of them mapped adapter files); estimate {:.1f} s, {:.0f} MiB without the files\n",
        s.modules, s.width, s.width, s.tasks, density, s.spectral, seconds,
        megabytes(usage.ru_maxrss * 1024 - before), megabytes(fileBytes), cost.seconds,
        megabytes(cost.bytes));
    std::filesystem::remove_all(directory.path());
}

}  // namespace
}  // namespace jumplora

int main(int argc, char** argv) {
    jumplora::Settings settings;
    if (argc > 1) settings.modules = std::atoll(argv[1]);
    if (argc > 2) settings.tasks = std::atoll(argv[2]);
    if (argc > 3) settings.width = std::atoll(argv[3]);
    if (argc > 4) settings.density = std::atof(argv[4]);
    if (argc > 5) settings.spectral = std::atoi(argv[5]) != 0;
    try {
        jumplora::run(settings);
    } catch (const std::exception& e) {
        fmt::print(stderr, "{}\n", e.what());
        return 1;
    }
    return 0;
}
