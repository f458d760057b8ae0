// SPDX-License-Identifier: Apache-2.0
#include "base/blas.h"

#include "base/error.h"
#include "base/file.h"
#include "support/shared_data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <memory>

namespace jumplora {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

CpuInfo sapphireRapids() {
    return parseCpuInfo(
        "processor\t: 0\nmodel name\t: Intel(R) Xeon(R) Platinum 8481C CPU @ 2.70GHz\n"
        "flags\t\t: fpu avx fma avx2 avx512f avx512dq avx512bw avx512vl amx_bf16\n\n"
        "processor\t: 1\nmodel name\t: another\nflags\t\t: fpu\n");
}

TEST(Cpu, ReadsNameAndFeaturesOfTheFirstProcessor) {
    const CpuInfo cpu = sapphireRapids();
    EXPECT_EQ(cpu.name, "Intel(R) Xeon(R) Platinum 8481C CPU @ 2.70GHz");
    EXPECT_TRUE(cpu.has("avx512f"));
    EXPECT_TRUE(cpu.has("amx_bf16"));
    EXPECT_FALSE(cpu.has("fpu")) << "only what matters for arithmetic is kept";
    EXPECT_EQ(vectorLevel(cpu), VectorLevel::Avx512);
}

TEST(Cpu, SaysWhatThisMachineHas) {
    const CpuInfo cpu = inspectCpu();
    EXPECT_GE(cpu.cores, 1);
    EXPECT_GT(cpu.memoryBytes, 1U << 28);
    EXPECT_GT(cpu.availableBytes, 0U);
    EXPECT_LE(cpu.availableBytes, cpu.memoryBytes);
}

TEST(Blas, KnowsWhichKernelsAreTooNarrow) {
    EXPECT_THAT(widerCores(sapphireRapids(), "Prescott"), ElementsAre("SkylakeX", "Haswell", "Sandybridge"));
    EXPECT_THAT(widerCores(sapphireRapids(), "Haswell"), ElementsAre("SkylakeX"));
    EXPECT_THAT(widerCores(sapphireRapids(), "Cooperlake"), IsEmpty());
    EXPECT_THAT(widerCores(parseCpuInfo("flags : avx fma avx2\n"), "Nehalem"),
                ElementsAre("Haswell", "Sandybridge"));
    EXPECT_THAT(widerCores(parseCpuInfo("flags : sse2\n"), "Prescott"), IsEmpty());
}

TEST(Blas, RestartsForACoreThatIsClearlyFaster) {
    EXPECT_EQ(betterCore("Prescott", {{"SkylakeX", 285}, {"Haswell", 150}, {"Prescott", 54}}), "SkylakeX");
    EXPECT_EQ(betterCore("Haswell", {{"SkylakeX", 155}, {"Haswell", 150}}), std::nullopt);
    EXPECT_EQ(betterCore("Zen", {{"SkylakeX", 155}}), std::nullopt);
}

TEST(Blas, DoesNotRunAProgramThatWouldNotAnswer) { EXPECT_THAT(measureBlasCores({"Haswell"}), IsEmpty()); }

class Launcher : public ::testing::Test {
  protected:
    void SetUp() override {
        if (vectorLevel(inspectCpu()) < VectorLevel::Avx2) GTEST_SKIP() << "this processor has no AVX2";
    }

    // Output of the program with the make-believe OpenBLAS under these extra settings of the environment.
    [[nodiscard]] std::string run(const std::string& settings = "") const {
        const std::string command =
            fmt::format("env -u JUMPLORA_REEXEC -u OPENBLAS_CORETYPE XDG_CACHE_HOME='{}' {} '{}' argument",
                        m_cache.path().string(), settings, JUMPLORA_BLAS_STUB);
        const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
        std::string output(200, '\0');
        output.resize(fread(output.data(), 1, output.size(), pipe.get()));
        return output;
    }

    testing::TemporaryFolder m_cache;
};

TEST_F(Launcher, MeasuresTakesTheFastestKernelsAndKeepsTheArguments) {
    EXPECT_EQ(run(), "argument Haswell\n");
}

TEST_F(Launcher, RemembersWhatItMeasured) {
    ASSERT_EQ(run(), "argument Haswell\n");
    const auto folder = m_cache.path() / "jumplora";
    const auto file = std::filesystem::directory_iterator(folder)->path();
    EXPECT_EQ(readFile(file).substr(0, 8), "Haswell ");
    writeFileAtomically(file, "SkylakeX 300\nPrescott 50\n");
    EXPECT_EQ(run(), "argument SkylakeX\n") << "the remembered measurement decides";
    writeFileAtomically(file, "SkylakeX 52\nPrescott 50\n");
    EXPECT_EQ(run(), "argument Prescott\n") << "not worth a restart";
    writeFileAtomically(file, "not a measurement");
    EXPECT_EQ(run(), "argument Haswell\n") << "a damaged file is measured anew";
}

TEST_F(Launcher, LeavesTheUsersChoiceAlone) {
    EXPECT_EQ(run("OPENBLAS_CORETYPE=Nehalem"), "argument Nehalem\n");
    EXPECT_EQ(run("JUMPLORA_REEXEC=1"), "argument Prescott\n") << "never restarts twice";
}

TEST_F(Launcher, TakesTheWidestKernelsWhereNothingCanBeRemembered) {
    const std::string widest = widerCores(inspectCpu(), "Prescott").front();
    EXPECT_EQ(run("XDG_CACHE_HOME=/proc/none"), "argument " + widest + "\n");
}

}  // namespace
}  // namespace jumplora
