// SPDX-License-Identifier: Apache-2.0
// A backbone whose frozen matrices are bfloat16: what is rounded, what is not, and that it computes what the
// rounded weights compute in float32.
#include "adapter/adapter_set.h"
#include "base/error.h"
#include "kernel/bfloat16.h"
#include "model/projection.h"
#include "support/shared_data.h"
#include "support/tiny_llama.h"
#include "support/tiny_model.h"
#include "support/tiny_t5.h"

#include <gtest/gtest.h>

#include <map>

namespace jumplora {
namespace {

using testing::TemporaryFolder;

class HalfBackbone : public ::testing::Test {
  protected:
    void SetUp() override {
        if (!bfloat16Available()) GTEST_SKIP() << bfloat16Lack();
    }
    static std::unique_ptr<Backbone> load(const TemporaryFolder& folder, at::ScalarType type) {
        BackboneOptions options;
        options.dtype = type;
        return loadBackbone(folder.path().string(), options);
    }
};

bool isMatrixName(const std::string& name) {
    return name.find("norm") == std::string::npos && name.find("relative") == std::string::npos &&
           name.find("bias") == std::string::npos;
}

std::vector<TokenRow> someRows() {
    return {{{3, 4, 5, 6, 7, 1}, {8, 9, 1}, false}, {{10, 11, 1}, {12, 1}, false}};
}

TEST_F(HalfBackbone, MatricesAreRoundedOnceAndTheRestIsNot) {
    const TemporaryFolder folder;
    testing::writeTinyT5(folder.path(), testing::tinyConfig(), 1);
    const auto half = load(folder, at::kBFloat16);
    const auto full = load(folder, at::kFloat);
    const auto fullSlots = full->parameters();
    const auto halfSlots = half->parameters();
    ASSERT_EQ(fullSlots.size(), halfSlots.size());
    EXPECT_EQ(half->options().dtype(), at::kFloat);
    for (std::size_t i = 0; i < fullSlots.size(); ++i) {
        const at::Tensor& stored = *halfSlots[i].tensor;
        EXPECT_EQ(stored.scalar_type(), isMatrixName(halfSlots[i].name) ? at::kBFloat16 : at::kFloat)
            << halfSlots[i].name;
        EXPECT_TRUE(at::equal(stored, fullSlots[i].tensor->to(stored.scalar_type()))) << halfSlots[i].name;
    }
}

TEST_F(HalfBackbone, AdaptedWeightsStayFloat32AndKeepSmallUpdates) {
    const TemporaryFolder folder;
    testing::writeTinyT5(folder.path(), testing::tinyConfig(), 1);
    const auto backbone = load(folder, at::kBFloat16);
    AdapterSet adapters(*backbone, {}, {});
    for (const Linear* layer : backbone->linears())
        EXPECT_EQ(layer->weight.scalar_type(), layer->adapter != nullptr ? at::kFloat : at::kBFloat16)
            << layer->name;
    adapters.reset(1);
    for (const at::Tensor& leaf : adapters.parameters()) EXPECT_EQ(leaf.scalar_type(), at::kFloat);
    {
        const at::NoGradGuard noGrad;
        // Far below bfloat16's step at the size of a weight.
        adapters.a(0).fill_(1e-3);
        adapters.b(0).fill_(1e-3);
    }
    const at::Tensor before = adapters.baseWeight(0).clone();
    const at::Tensor delta = adapters.maskedDelta(0);
    constexpr int kTasks = 15;
    for (int task = 0; task < kTasks; ++task) adapters.merge();
    EXPECT_LT(testing::largestDifference(adapters.baseWeight(0) - before, delta * kTasks), 1e-6);
    EXPECT_GT(delta.abs().max().item<double>(), 1e-6);
}

// Loss and gradients of A and B.
std::vector<at::Tensor> lossAndGradients(Backbone& backbone) {
    AdapterSet adapters(backbone, {}, {});
    adapters.reset(1);
    {
        const at::NoGradGuard noGrad;
        for (std::size_t i = 0; i < adapters.infos().size(); ++i)
            adapters.b(i).copy_(testing::randomTensor(adapters.b(i).sizes().vec(), i, 0.1));
    }
    const at::Tensor loss = backbone.loss(someRows(), nullptr);
    loss.backward();
    std::vector<at::Tensor> all = {loss.detach()};
    for (const at::Tensor& leaf : adapters.parameters()) all.push_back(leaf.grad().clone());
    return all;
}

// The same model in float32 on weights that were rounded: products differ by the rounding of what enters them
// alone.
void expectNear(Backbone& half, Backbone& full) {
    for (const TensorSlot& slot : full.parameters())
        if (isMatrixName(slot.name)) slot.tensor->copy_(slot.tensor->to(at::kBFloat16).to(at::kFloat));
    const auto got = lossAndGradients(half);
    const auto wanted = lossAndGradients(full);
    // bfloat16 keeps 8 bits; softmax and norms of random weights enlarge what that costs a gradient.
    constexpr double kLossRelative = 0.01;
    constexpr double kGradientRelative = 0.2;
    for (std::size_t i = 0; i < got.size(); ++i) {
        EXPECT_EQ(got[i].scalar_type(), at::kFloat);
        EXPECT_LT((got[i] - wanted[i]).norm().item<double>(),
                  (i == 0 ? kLossRelative : kGradientRelative) * wanted[i].norm().item<double>())
            << i;
        EXPECT_FALSE(at::equal(got[i], wanted[i])) << i << ": nothing was rounded";
    }
}

TEST_F(HalfBackbone, EncoderDecoderComputesWithRoundedWeights) {
    for (const bool gated : {false, true}) {
        const TemporaryFolder folder;
        T5Config config = testing::tinyConfig();
        config.gated = gated;
        if (gated) config.activation = "gelu_new";
        config.tiedEmbeddings = !gated;
        testing::writeTinyT5(folder.path(), config, 2);
        const auto half = load(folder, at::kBFloat16);
        expectNear(*half, *load(folder, at::kFloat));
        EXPECT_EQ(half->generate(someRows(), 4).size(), 2U);
    }
}

TEST_F(HalfBackbone, DecoderOnlyComputesWithRoundedWeights) {
    const TemporaryFolder folder;
    testing::writeTinyLlama(folder.path(), testing::tinyLlamaConfig(), 1);
    const auto half = load(folder, at::kBFloat16);
    expectNear(*half, *load(folder, at::kFloat));
    EXPECT_EQ(half->generate(someRows(), 4).size(), 2U);
}

TEST_F(HalfBackbone, GradientByTheInputIsOfFloat32) {
    const at::Tensor weight = testing::randomTensor({9, 13}, 1).to(at::kBFloat16);
    const at::Tensor x =
        testing::randomTensor({50, 13}, 2).to(at::kBFloat16).to(at::kFloat).set_requires_grad(true);
    const at::Tensor bias = testing::randomTensor({9}, 3).to(at::kFloat);
    const at::Tensor y = project(x, weight, bias);
    const at::Tensor dy = testing::randomTensor({50, 9}, 4).to(at::kBFloat16).to(at::kFloat);
    y.backward(dy);
    const at::Tensor plain = weight.to(at::kFloat);
    EXPECT_LT(testing::largestDifference(y.detach(), at::linear(x.detach(), plain, bias)), 1e-5);
    EXPECT_LT(testing::largestDifference(x.grad(), at::mm(dy, plain)), 1e-5);
}

TEST(Precision, NamesAreKnownOrRefused) {
    EXPECT_EQ(parsePrecision("float32"), at::kFloat);
    EXPECT_EQ(parsePrecision("bfloat16"), at::kBFloat16);
    EXPECT_EQ(parsePrecision("float64"), at::kDouble);
    EXPECT_THROW(parsePrecision("half"), Error);
}

TEST(Precision, IsRefusedExactlyWhereItWouldBeSlow) {
    EXPECT_NO_THROW(requireComputable(at::kFloat, at::kCPU));
    if (bfloat16Available())
        EXPECT_NO_THROW(requireComputable(at::kBFloat16, at::kCPU));
    else
        EXPECT_THROW(requireComputable(at::kBFloat16, at::kCPU), Error);
}

}  // namespace
}  // namespace jumplora
