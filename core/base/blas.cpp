// SPDX-License-Identifier: Apache-2.0
#include "base/blas.h"

#include "base/error.h"
#include "base/file.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <limits>
#include <sstream>
#include <utility>

namespace jumplora {
namespace {

constexpr const char* kCoreType = "OPENBLAS_CORETYPE";
constexpr const char* kRestarted = "JUMPLORA_REEXEC";
constexpr const char* kProbe = "JUMPLORA_BLAS_PROBE";
constexpr auto kProbeLimit = std::chrono::seconds(30);
constexpr double kWorthARestart = 1.10;

// True once ensureFastBlas ran: only then does a child of this program answer a probe.
bool g_answersProbes = false;

template <typename Function>
Function lookUp(const char* name) {
    return reinterpret_cast<Function>(dlsym(RTLD_DEFAULT, name));
}

std::filesystem::path cacheFile(const CpuInfo& cpu) {
    std::filesystem::path folder;
    const char* cache = std::getenv("XDG_CACHE_HOME");
    const char* home = std::getenv("HOME");
    if (cache != nullptr && *cache == '/') {
        folder = cache;
    } else if (home != nullptr && *home == '/') {
        folder = std::filesystem::path(home) / ".cache";
    } else {
        return {};
    }
    const std::string machine = fmt::format("{} x {}, {}", cpu.cores, cpu.name, openblasVersion());
    return folder / "jumplora" / ("blas-" + contentHash(machine) + ".txt");
}

std::vector<BlasSpeed> parseSpeeds(const std::string& text) {
    std::vector<BlasSpeed> speeds;
    std::istringstream words(text);
    BlasSpeed speed;
    while (words >> speed.core >> speed.gflops) speeds.push_back(speed);
    std::sort(speeds.begin(), speeds.end(),
              [](const BlasSpeed& a, const BlasSpeed& b) { return a.gflops > b.gflops; });
    return speeds;
}

std::string formatSpeeds(const std::vector<BlasSpeed>& speeds) {
    std::string text;
    for (const BlasSpeed& speed : speeds) text += fmt::format("{} {:.1f}\n", speed.core, speed.gflops);
    return text;
}

std::string ownProgram() {
    std::error_code error;
    const auto path = std::filesystem::read_symlink("/proc/self/exe", error);
    return error ? std::string() : path.string();
}

// Everything a child writes to `descriptor` until it closes it or the time is over.
std::string readWithLimit(int descriptor) {
    std::string text;
    std::array<char, 256> buffer{};
    const auto end = std::chrono::steady_clock::now() + kProbeLimit;
    while (true) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
        pollfd waiting{descriptor, POLLIN, 0};
        if (left.count() <= 0 || poll(&waiting, 1, static_cast<int>(left.count())) <= 0) return text;
        const ssize_t got = read(descriptor, buffer.data(), buffer.size());
        if (got <= 0) return text;
        text.append(buffer.data(), static_cast<std::size_t>(got));
    }
}

std::string probe(const std::string& program, const std::string& core) {
    std::vector<std::string> variables;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view variable = *entry;
        if (!variable.starts_with(std::string(kCoreType) + "=")) variables.emplace_back(variable);
    }
    variables.push_back(fmt::format("{}={}", kCoreType, core));
    variables.push_back(fmt::format("{}=1", kProbe));
    std::vector<char*> environment;
    environment.reserve(variables.size() + 1);
    for (std::string& variable : variables) environment.push_back(variable.data());
    environment.push_back(nullptr);
    std::string name = program;
    std::array<char*, 2> arguments = {name.data(), nullptr};

    std::array<int, 2> ends{};
    if (pipe2(ends.data(), O_CLOEXEC) != 0) return {};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    pid_t child = 0;
    const int failed =
        posix_spawn(&child, program.c_str(), &actions, nullptr, arguments.data(), environment.data());
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    std::string answer;
    if (failed == 0) {
        answer = readWithLimit(ends[0]);
        kill(child, SIGKILL);
        waitpid(child, nullptr, 0);
    }
    close(ends[0]);
    return answer;
}

void answerProbe() {
    const std::string answer = formatSpeeds({{openblasCore(), measureSgemm()}});
    [[maybe_unused]] const ssize_t written = write(STDOUT_FILENO, answer.data(), answer.size());
    _exit(0);
}

void restartWith(const std::string& core, char** argv) {
    const std::string program = ownProgram();
    if (program.empty()) return;
    setenv(kCoreType, core.c_str(), 1);
    setenv(kRestarted, "1", 1);
    execv(program.c_str(), argv);
    // Still here: the system refused, and the slower kernels will do.
    unsetenv(kCoreType);
    unsetenv(kRestarted);
}

}  // namespace

std::string openblasCore() {
    const auto name = lookUp<char* (*)()>("openblas_get_corename");
    return name != nullptr ? name() : "";
}

std::string openblasVersion() {
    const auto config = lookUp<char* (*)()>("openblas_get_config");
    if (config == nullptr) return {};
    std::istringstream words{std::string(config())};
    std::string library;
    std::string version;
    words >> library >> version;
    return library + " " + version;
}

VectorLevel coreLevel(std::string_view core) {
    constexpr std::array kAvx512 = {"SkylakeX", "Cooperlake", "SapphireRapids", "Sapphirerapids"};
    constexpr std::array kAvx2 = {"Haswell", "Zen", "Excavator"};
    constexpr std::array kAvx = {"Sandybridge", "Bulldozer", "Piledriver", "Steamroller"};
    const auto isIn = [&](const auto& names) {
        return std::find(names.begin(), names.end(), core) != names.end();
    };
    if (isIn(kAvx512)) return VectorLevel::Avx512;
    if (isIn(kAvx2)) return VectorLevel::Avx2;
    return isIn(kAvx) ? VectorLevel::Avx : VectorLevel::Baseline;
}

std::vector<std::string> widerCores(const CpuInfo& cpu, std::string_view core) {
    constexpr std::array<std::pair<VectorLevel, const char*>, 3> kCores = {{
        {VectorLevel::Avx512, "SkylakeX"},
        {VectorLevel::Avx2, "Haswell"},
        {VectorLevel::Avx, "Sandybridge"},
    }};
    std::vector<std::string> wider;
    for (const auto& [level, name] : kCores) {
        if (level <= vectorLevel(cpu) && level > coreLevel(core)) wider.emplace_back(name);
    }
    return wider;
}

double measureSgemm() {
    using Sgemm = void (*)(int, int, int, int, int, int, float, const float*, int, const float*, int, float,
                           float*, int);
    const auto sgemm = lookUp<Sgemm>("cblas_sgemm");
    if (sgemm == nullptr) return 0;
    constexpr int kSize = 1024;
    constexpr int kRowMajor = 101;
    constexpr int kNoTranspose = 111;
    constexpr int kRepetitions = 6;
    const std::vector<float> a(std::size_t{kSize} * kSize, 0.5F);
    const std::vector<float> b(std::size_t{kSize} * kSize, 0.5F);
    std::vector<float> c(a);
    double best = std::numeric_limits<double>::infinity();
    for (int repetition = 0; repetition < kRepetitions; ++repetition) {
        const auto start = std::chrono::steady_clock::now();
        sgemm(kRowMajor, kNoTranspose, kNoTranspose, kSize, kSize, kSize, 1, a.data(), kSize, b.data(), kSize,
              0, c.data(), kSize);
        const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
        best = std::min(best, seconds.count());
    }
    return 2.0 * kSize * kSize * kSize / best * 1e-9;
}

std::vector<BlasSpeed> measureBlasCores(const std::vector<std::string>& cores) {
    const std::string program = ownProgram();
    if (!g_answersProbes || program.empty()) return {};
    std::string answers;
    for (const std::string& core : cores) answers += probe(program, core);
    return parseSpeeds(answers);
}

std::vector<BlasSpeed> rememberedBlasSpeeds(const CpuInfo& cpu) {
    const auto path = cacheFile(cpu);
    std::error_code error;
    if (path.empty() || !std::filesystem::exists(path, error)) return {};
    try {
        return parseSpeeds(readFile(path));
    } catch (const Error&) {
        return {};
    }
}

bool rememberBlasSpeeds(const CpuInfo& cpu, const std::vector<BlasSpeed>& speeds) {
    const auto path = cacheFile(cpu);
    if (path.empty()) return false;
    try {
        makeFolder(path.parent_path());
        writeFileAtomically(path, formatSpeeds(speeds));
        return true;
    } catch (const Error&) {
        return false;
    }
}

std::optional<std::string> betterCore(std::string_view core, const std::vector<BlasSpeed>& speeds) {
    const auto current = std::find_if(speeds.begin(), speeds.end(),
                                      [&](const BlasSpeed& speed) { return speed.core == core; });
    if (current == speeds.end() || speeds.front().gflops <= kWorthARestart * current->gflops)
        return std::nullopt;
    return speeds.front().core;
}

void ensureFastBlas(char** argv) {
    if (std::getenv(kProbe) != nullptr) answerProbe();
    g_answersProbes = true;
    if (std::getenv(kRestarted) != nullptr || std::getenv(kCoreType) != nullptr) return;
    const std::string core = openblasCore();
    if (core.empty()) return;
    const CpuInfo cpu = inspectCpu();
    const std::vector<std::string> wider = widerCores(cpu, core);
    if (wider.empty()) return;
    std::vector<BlasSpeed> speeds = rememberedBlasSpeeds(cpu);
    const bool known =
        std::any_of(speeds.begin(), speeds.end(), [&](const BlasSpeed& speed) { return speed.core == core; });
    // Without a place to remember a measurement it would be repeated at every start: then the widest are
    // taken.
    if (!known && !rememberBlasSpeeds(cpu, {})) return restartWith(wider.front(), argv);
    if (!known) {
        std::vector<std::string> cores = wider;
        cores.push_back(core);
        speeds = measureBlasCores(cores);
        rememberBlasSpeeds(cpu, speeds);
    }
    if (const auto better = betterCore(core, speeds)) restartWith(*better, argv);
}

}  // namespace jumplora
