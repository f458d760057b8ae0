// SPDX-License-Identifier: Apache-2.0
#include "model/doctor.h"

#include "model/threads.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jumplora {
namespace {

using ::testing::HasSubstr;

MachineReport goodMachine() {
    MachineReport report;
    report.cpu =
        parseCpuInfo("model name : Some Xeon\nflags : avx fma avx2 avx512f avx512dq avx512bw avx512vl\n");
    report.cpu.cores = report.threads = 4;
    report.cpu.memoryBytes = report.cpu.availableBytes = std::uint64_t{16} << 30;
    report.blas = "OpenBLAS 0.3.21";
    report.blasCore = "SkylakeX";
    report.blasCoreChosenBy = "the launcher";
    report.blasSpeeds = {{"SkylakeX", 285}, {"Haswell", 150}};
    return report;
}

std::string badNews(const MachineReport& report) {
    std::string text;
    for (const Finding& finding : judgeMachine(report)) {
        if (!finding.good) text += finding.text;
    }
    return text;
}

TEST(Doctor, HasNothingAgainstAGoodMachine) { EXPECT_EQ(badNews(goodMachine()), ""); }

TEST(Doctor, NamesTheFasterKernelsAndHowToGetThem) {
    MachineReport report = goodMachine();
    report.blasCore = "Prescott";
    report.blasCoreChosenBy = "OPENBLAS_CORETYPE";
    report.blasSpeeds.push_back({"Prescott", 54});
    EXPECT_THAT(badNews(report), HasSubstr("OPENBLAS_CORETYPE=SkylakeX"));
    EXPECT_THAT(badNews(report), HasSubstr("54"));
    report.blasSpeeds.clear();
    EXPECT_THAT(badNews(report), HasSubstr("Prescott"));
}

TEST(Doctor, CountsThreadsAndMemory) {
    MachineReport report = goodMachine();
    report.threads = 1;
    EXPECT_THAT(badNews(report), HasSubstr("1 of 4 cores"));
    report.threads = 8;
    EXPECT_THAT(badNews(report), HasSubstr("8 threads on 4 cores"));
    report = goodMachine();
    report.cpu.availableBytes = std::uint64_t{1} << 30;
    EXPECT_THAT(badNews(report), HasSubstr("1.0 GiB"));
}

TEST(Doctor, KnowsThisMachine) {
    unsetenv("OMP_NUM_THREADS");
    const int threads = setComputeThreads();
    const MachineReport report = inspectMachine(true);
    EXPECT_EQ(report.threads, threads);
    EXPECT_EQ(report.threads, report.cpu.cores);
    EXPECT_THAT(report.torchVersion, ::testing::MatchesRegex("[0-9]+\\.[0-9]+\\.[0-9]+.*"));
    EXPECT_FALSE(report.cpuCapability.empty());
    EXPECT_NE(report.blas, "unknown");
    EXPECT_GT(report.gflops, 0);
    EXPECT_EQ(toJson(report)["libtorch"]["threads"], threads);
    EXPECT_THAT(toText(report), HasSubstr(report.blas));
}

TEST(Threads, AreWhatWasAskedFor) {
    unsetenv("OMP_NUM_THREADS");
    EXPECT_EQ(setComputeThreads(1), 1);
    EXPECT_EQ(setComputeThreads(0), inspectCpu().cores);
    setenv("OMP_NUM_THREADS", "1", 1);
    EXPECT_EQ(setComputeThreads(1), 1);
    EXPECT_EQ(setComputeThreads(0), 1) << "the environment's wish is left alone";
    unsetenv("OMP_NUM_THREADS");
}

}  // namespace
}  // namespace jumplora
