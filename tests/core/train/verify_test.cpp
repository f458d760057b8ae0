// SPDX-License-Identifier: Apache-2.0
#include "train/verify.h"

#include "adapter/gate_math.h"
#include "base/error.h"
#include "kernel/kernels.h"
#include "support/shared_data.h"

#include <gtest/gtest.h>

namespace jumplora {
namespace {

using testing::sharedData;

void expectPassed(const VerifyReport& report) { EXPECT_TRUE(report.passed()) << toText(report); }

// Every folder or file of one recorded kind, found by what is in it, not by name.
std::vector<std::filesystem::path> recorded(const std::string& kind) {
    std::vector<std::filesystem::path> found;
    const auto golden = sharedData("golden");
    if (!std::filesystem::exists(golden)) return found;
    for (const auto& entry : std::filesystem::directory_iterator(golden)) {
        if (kind == "run" && std::filesystem::exists(entry.path() / "run.json"))
            found.push_back(entry.path());
        if (kind == "layer" && entry.is_directory()) {
            for (const auto& file : std::filesystem::directory_iterator(entry.path())) {
                if (entry.path().filename() == "jumplora_layer") found.push_back(file.path());
            }
        }
        if (kind == "forward" && std::filesystem::exists(entry.path() / "golden.safetensors") &&
            std::filesystem::exists(entry.path() / "config.json"))
            found.push_back(entry.path());
    }
    return found;
}

class VerifyRecorded : public ::testing::TestWithParam<bool> {
  protected:
    VerifyOptions m_options;
    void SetUp() override {
        JUMPLORA_REQUIRE_DATA(sharedData("golden"));
        m_options.float64 = GetParam();
    }
};

TEST_P(VerifyRecorded, LayersEqualTheReference) {
    const auto files = recorded("layer");
    EXPECT_FALSE(files.empty());
    for (const auto& file : files) expectPassed(verifyLayer(file, m_options));
}

TEST_P(VerifyRecorded, ForwardPassesEqualHuggingFace) {
    const auto folders = recorded("forward");
    EXPECT_GE(folders.size(), 3U) << "encoder-decoders and a decoder-only model";
    for (const auto& folder : folders) expectPassed(verifyForward(folder, m_options));
}

TEST_P(VerifyRecorded, ReplayedRunsEqualTheReference) {
    const auto folders = recorded("run");
    EXPECT_FALSE(folders.empty());
    for (const auto& folder : folders) expectPassed(verifyReplay(folder, m_options));
}

TEST_P(VerifyRecorded, FreeRunsEqualTheReference) {
    for (const auto& folder : recorded("run")) expectPassed(verifyFreerun(folder, m_options));
}

TEST_P(VerifyRecorded, EveryPathOfTheGateStaysWithinTheLimits) {
    const auto everything = [&] {
        for (const auto& file : recorded("layer")) expectPassed(verifyLayer(file, m_options));
        for (const auto& folder : recorded("run")) expectPassed(verifyReplay(folder, m_options));
    };
    for (const GatePath path : {GatePath::Dense, GatePath::Sampled}) {
        forceGatePath(path);
        for (const KernelPath kernel : availableKernelPaths()) {
            SCOPED_TRACE(fmt::format("{} gradient, {} kernels", path == GatePath::Dense ? "dense" : "sampled",
                                     kernelPathName(kernel)));
            forceKernelPath(kernel);
            everything();
        }
    }
    forceGatePath(GatePath::Automatic);
    forceKernelPath(availableKernelPaths().back());
}

INSTANTIATE_TEST_SUITE_P(Precision, VerifyRecorded, ::testing::Bool(), [](const auto& info) {
    return info.param ? std::string("float64") : std::string("float32");
});

}  // namespace
}  // namespace jumplora
