// SPDX-License-Identifier: Apache-2.0
#include "adapter/adapter_set.h"

#include "support/errors.h"
#include "support/tiny_model.h"

#include <cmath>
#include <map>
#include <set>

namespace jumplora {
namespace {

using testing::expectError;
using testing::largestDifference;
using testing::randomise;
using testing::randomTensor;
using testing::tinyModel;
using testing::tinyRows;

AdapterOptions options() {
    AdapterOptions result;
    result.rank = 2;
    result.alpha = 6;
    return result;
}

GateOptions gate(ThresholdMode mode = ThresholdMode::Global) {
    GateOptions result;
    result.enabled = true;
    result.mode = mode;
    result.bandwidth = 0.1;
    return result;
}

// All |BA| of the modules that share a threshold, sorted.
std::vector<double> magnitudes(const AdapterSet& adapters, std::int64_t threshold) {
    std::vector<double> all;
    for (std::size_t i = 0; i < adapters.infos().size(); ++i) {
        if (threshold >= 0 && adapters.infos()[i].threshold != threshold) continue;
        const at::Tensor m = adapters.product(i).abs().reshape({-1});
        all.insert(all.end(), m.data_ptr<double>(), m.data_ptr<double>() + m.numel());
    }
    std::sort(all.begin(), all.end());
    return all;
}

TEST(AdapterSet, NamesItsModulesInTheOrderOfTheForwardPass) {
    T5 model = tinyModel();
    const AdapterSet adapters(model, options(), gate());
    ASSERT_EQ(adapters.infos().size(), 12U);
    EXPECT_EQ(adapters.infos()[0].name, "encoder.block.0.layer.0.SelfAttention.q");
    EXPECT_EQ(adapters.infos()[0].group, "encoder self q");
    const ModuleInfo& last = adapters.infos().back();
    EXPECT_EQ(last.name, "decoder.block.1.layer.1.EncDecAttention.v");
    EXPECT_EQ(last.group, "decoder cross v");
    EXPECT_EQ(last.block, 1);
    EXPECT_EQ(last.rows, 8);
    EXPECT_EQ(last.columns, 12);
    EXPECT_EQ(adapters.entries(), 12 * 8 * 12);
    EXPECT_EQ(adapters.trainable(), 12 * 2 * (8 + 12));
}

TEST(AdapterSet, TargetsAreEndingsOfNames) {
    T5 model = tinyModel();
    AdapterOptions some = options();
    some.targets = {"EncDecAttention.v", "wo"};
    EXPECT_EQ(AdapterSet(model, some, {}).infos().size(), 2U + 4U);
    some.targets = {"q", "Attention.q"};
    expectError(ErrorKind::Input, {"adapter.targets", "\"Attention.q\"", "q, k, v, o"},
                [&] { AdapterSet(model, some, {}); });
    some.targets = {};
    expectError(ErrorKind::Input, {"adapter.targets"}, [&] { AdapterSet(model, some, {}); });
}

TEST(AdapterSet, ThresholdsAreSharedAsTheModeSays) {
    T5 model = tinyModel();
    {
        const AdapterSet adapters(model, options(), gate());
        EXPECT_EQ(adapters.thresholds(), 1);
        for (const ModuleInfo& info : adapters.infos()) EXPECT_EQ(info.threshold, 0);
    }
    {
        const AdapterSet adapters(model, options(), gate(ThresholdMode::PerModule));
        EXPECT_EQ(adapters.thresholds(), 12);
        for (std::size_t i = 0; i < 12; ++i)
            EXPECT_EQ(adapters.infos()[i].threshold, static_cast<std::int64_t>(i));
    }
    {
        const AdapterSet adapters(model, options(), gate(ThresholdMode::PerBlock));
        EXPECT_EQ(adapters.thresholds(), 4) << "two encoder and two decoder blocks";
        std::map<std::string, std::set<std::int64_t>> ofBlock;
        for (const ModuleInfo& info : adapters.infos())
            ofBlock[info.group.substr(0, 7) + std::to_string(info.block)].insert(info.threshold);
        std::set<std::int64_t> all;
        for (const auto& [block, thresholds] : ofBlock) {
            EXPECT_EQ(thresholds.size(), 1U) << block << ": self- and cross-attention share one";
            all.insert(thresholds.begin(), thresholds.end());
        }
        EXPECT_EQ(ofBlock.size(), 4U);
        EXPECT_EQ(all, (std::set<std::int64_t>{0, 1, 2, 3})) << "blocks of the two stacks are not mixed up";
    }
    {
        const AdapterSet adapters(model, options(), {});
        EXPECT_EQ(adapters.thresholds(), 0);
        EXPECT_EQ(adapters.infos()[0].threshold, -1);
    }
}

TEST(AdapterSet, AFreshTaskStartsFromItsSeedAlone) {
    T5 model = tinyModel();
    AdapterSet adapters(model, options(), gate());
    adapters.reset(5);
    const at::Tensor first = adapters.a(3).detach().clone();
    EXPECT_LE(first.abs().max().item<double>(), 1 / std::sqrt(12.0));
    EXPECT_GT(first.abs().max().item<double>(), 0.5 / std::sqrt(12.0));
    EXPECT_GT(largestDifference(adapters.a(0), adapters.a(1)), 0.0);
    EXPECT_EQ(adapters.b(3).abs().max().item<double>(), 0.0);
    EXPECT_NEAR(adapters.tau().at(0), std::exp(-4.7), 1e-15);
    EXPECT_EQ(adapters.blend(), 0.0);
    EXPECT_FALSE(adapters.thresholdsInitialised());
    adapters.reset(6);
    EXPECT_GT(largestDifference(adapters.a(3), first), 0.0);
    adapters.setBlend(1);
    adapters.reset(5);
    EXPECT_EQ(largestDifference(adapters.a(3), first), 0.0);
    EXPECT_EQ(adapters.blend(), 0.0);
    EXPECT_EQ(adapters.parameters().size(), 25U);
}

TEST(AdapterSet, ThresholdsStartAtTheQuantile) {
    for (const ThresholdMode mode :
         {ThresholdMode::Global, ThresholdMode::PerBlock, ThresholdMode::PerModule}) {
        T5 model = tinyModel();
        AdapterSet adapters(model, options(), gate(mode));
        adapters.reset(1);
        randomise(adapters, 2);
        adapters.initialiseThresholds();
        EXPECT_TRUE(adapters.thresholdsInitialised());
        for (std::int64_t t = 0; t < adapters.thresholds(); ++t) {
            const auto sorted = magnitudes(adapters, t);
            std::int64_t parameters = 0;
            for (const ModuleInfo& info : adapters.infos())
                parameters += info.threshold == t ? 2 * (info.rows + info.columns) : 0;
            const auto n = static_cast<std::int64_t>(sorted.size());
            // The (N−P+1)-th smallest; per block one place earlier, as published.
            const std::int64_t k = n - parameters + (mode == ThresholdMode::PerBlock ? 0 : 1);
            EXPECT_NEAR(adapters.tau()[static_cast<std::size_t>(t)], sorted[static_cast<std::size_t>(k - 1)],
                        1e-15)
                << t;
        }
    }
}

TEST(AdapterSet, TheQuantileHasAFloorAndNeverLeavesTheArray) {
    T5 model = tinyModel();
    AdapterSet adapters(model, options(), gate());
    adapters.reset(1);  // B = 0
    adapters.initialiseThresholds();
    EXPECT_NEAR(adapters.tau()[0], 1e-12, 1e-24);

    AdapterOptions wide = options();
    wide.rank = 12;  // more parameters than entries
    T5 other = tinyModel();
    for (const ThresholdMode mode : {ThresholdMode::Global, ThresholdMode::PerBlock}) {
        AdapterSet full(other, wide, gate(mode));
        full.reset(1);
        randomise(full, 3);
        full.initialiseThresholds();
        EXPECT_NEAR(full.tau()[0], magnitudes(full, 0).front(), 1e-15);
    }
}

// s(f·masked + (1−f)·raw), or s·masked as soon as f > 0.
at::Tensor deltaByFormula(AdapterSet& adapters, std::size_t i, const at::Tensor& product, DeltaMode mode) {
    const double s = 3;
    const double f = adapters.blend() > 0 && mode == DeltaMode::Sparse ? 1.0 : adapters.blend();
    const double tau = adapters.tau()[static_cast<std::size_t>(adapters.infos()[i].threshold)];
    const at::Tensor alive = product.detach().abs().gt(tau).to(at::kDouble);
    return s * (f * alive * product + (1 - f) * product);
}

TEST(AdapterSet, EffectiveUpdateAndItsGradient) {
    T5 model = tinyModel();
    AdapterSet adapters(model, options(), gate(ThresholdMode::PerBlock));
    adapters.reset(1);
    randomise(adapters, 2);
    adapters.initialiseThresholds();
    for (const double f : {0.0, 0.4, 1.0}) {
        adapters.setBlend(f);
        for (const DeltaMode mode : {DeltaMode::Interpolated, DeltaMode::Sparse}) {
            for (at::Tensor& leaf : adapters.parameters()) leaf.mutable_grad() = at::Tensor();
            const at::Tensor weights = randomTensor({8, 12}, 9);
            const at::Tensor a = adapters.a(4).detach().clone().set_requires_grad(true);
            const at::Tensor b = adapters.b(4).detach().clone().set_requires_grad(true);
            const at::Tensor delta = deltaByFormula(adapters, 4, at::mm(b, a), mode);
            EXPECT_LT(largestDifference(adapters.effectiveDelta(4, mode), delta), 1e-14);
            (delta * weights).sum().backward();
            adapters.addDeltaGradient(4, weights, mode);
            EXPECT_LT(largestDifference(adapters.a(4).grad(), a.grad()), 1e-13);
            EXPECT_LT(largestDifference(adapters.b(4).grad(), b.grad()), 1e-13);
            adapters.addDeltaGradient(4, weights, mode);
            EXPECT_LT(largestDifference(adapters.b(4).grad(), 2 * b.grad()), 1e-13);
            EXPECT_FALSE(adapters.a(5).grad().defined());
            EXPECT_FALSE(adapters.logTau().grad().defined()) << "the mask is held constant";
        }
    }
}

TEST(AdapterSet, TheSnapshotCounts) {
    T5 model = tinyModel();
    AdapterSet adapters(model, options(), gate(ThresholdMode::PerBlock));
    adapters.reset(1);
    randomise(adapters, 2);
    const GateSnapshot before = adapters.snapshot();
    EXPECT_EQ(before.aliveTotal, adapters.entries()) << "nothing is cut before there is a threshold";
    EXPECT_EQ(before.inWindow, std::vector<double>(4, 0.0));
    adapters.initialiseThresholds();
    const GateSnapshot snapshot = adapters.snapshot();
    const auto tau = adapters.tau();
    std::int64_t total = 0;
    std::vector<std::int64_t> inside(4);
    for (std::size_t i = 0; i < 12; ++i) {
        const at::Tensor m = adapters.product(i).abs().reshape({-1});
        const auto t = static_cast<std::size_t>(adapters.infos()[i].threshold);
        std::int64_t alive = 0;
        for (std::int64_t j = 0; j < m.numel(); ++j) {
            alive += m.data_ptr<double>()[j] > tau[t] ? 1 : 0;
            inside[t] += std::abs(m.data_ptr<double>()[j] - tau[t]) < 0.05 ? 1 : 0;
        }
        EXPECT_EQ(snapshot.alive[i], alive);
        EXPECT_EQ(snapshot.maxAbs[i], m.max().item<double>());
        total += alive;
    }
    EXPECT_EQ(snapshot.aliveTotal, total);
    EXPECT_EQ(adapters.aliveCounts(), snapshot.alive);
    for (std::size_t t = 0; t < 4; ++t) {
        const auto entries = static_cast<double>(magnitudes(adapters, static_cast<std::int64_t>(t)).size());
        EXPECT_DOUBLE_EQ(snapshot.inWindow[t], static_cast<double>(inside[t]) / entries);
        EXPECT_GT(inside[t], 0);
    }
}

TEST(AdapterSet, EvaluationScopeComputesWhatTheAdaptersCompute) {
    T5 model = tinyModel();
    const auto rows = tinyRows(5, 4);
    const double bare = model.loss(rows, nullptr).item<double>();
    {
        AdapterSet adapters(model, options(), gate());
        adapters.reset(1);
        EXPECT_NEAR(model.loss(rows, nullptr).item<double>(), bare, 1e-12) << "B = 0 changes nothing";
        randomise(adapters, 2, 0.5);
        adapters.initialiseThresholds();
        const at::Tensor weight = adapters.baseWeight(0);
        std::set<double> losses;
        for (const double f : {0.0, 0.4, 1.0}) {
            adapters.setBlend(f);
            const double adapted = model.loss(rows, nullptr).item<double>();
            losses.insert(adapted);
            {
                const AdapterSet::EvaluationScope scope(adapters);
                EXPECT_NEAR(model.loss(rows, nullptr).item<double>(), adapted, 1e-11) << f;
            }
            EXPECT_EQ(model.loss(rows, nullptr).item<double>(), adapted) << "all is put back";
            EXPECT_TRUE(adapters.baseWeight(0).is_same(weight));
        }
        EXPECT_EQ(losses.size(), 3U);
    }
    EXPECT_EQ(model.loss(rows, nullptr).item<double>(), bare) << "the layers are left as they were";
}

TEST(AdapterSet, MergingAddsTheHardMaskedUpdateWhateverFIs) {
    for (const bool gated : {true, false}) {
        T5 model = tinyModel();
        const auto rows = tinyRows(5, 4);
        AdapterSet adapters(model, options(), gated ? gate() : GateOptions{});
        adapters.reset(1);
        randomise(adapters, 2, 0.5);
        adapters.initialiseThresholds();
        adapters.setBlend(1.0);
        const double hard = model.loss(rows, nullptr).item<double>();
        adapters.setBlend(0.3);
        const at::Tensor before = adapters.baseWeight(7).clone();
        at::Tensor expected = 3 * adapters.product(7);
        if (gated) expected = expected * adapters.product(7).abs().gt(adapters.tau()[0]).to(at::kDouble);
        EXPECT_LT(largestDifference(adapters.maskedDelta(7), expected), 1e-14);
        adapters.merge();
        EXPECT_LT(largestDifference(adapters.baseWeight(7), before + expected), 1e-14);
        adapters.reset(2);
        EXPECT_NEAR(model.loss(rows, nullptr).item<double>(), hard, 1e-11);
    }
}

TEST(AdapterSet, GradientsOfTheLossEqualFiniteDifferences) {
    T5 model = tinyModel(1);
    const auto rows = tinyRows(3, 4);
    AdapterSet adapters(model, options(), gate());
    adapters.reset(1);
    randomise(adapters, 2, 0.5);
    adapters.initialiseThresholds();
    for (const double f : {0.0, 0.4, 1.0}) {
        adapters.setBlend(f);
        for (at::Tensor& leaf : adapters.parameters()) leaf.mutable_grad() = at::Tensor();
        model.loss(rows, nullptr).backward();
        for (const std::size_t module : {std::size_t{0}, adapters.infos().size() - 1}) {
            for (at::Tensor* leaf : {&adapters.a(module), &adapters.b(module)}) {
                const double gradient = leaf->grad().data_ptr<double>()[5];
                double& value = leaf->data_ptr<double>()[5];
                const double kept = value;
                // Small enough that no entry crosses the threshold.
                constexpr double kStep = 1e-6;
                value = kept + kStep;
                const double above = model.loss(rows, nullptr).item<double>();
                value = kept - kStep;
                const double below = model.loss(rows, nullptr).item<double>();
                value = kept;
                EXPECT_NEAR((above - below) / (2 * kStep), gradient, 1e-7) << f;
            }
        }
    }
}

TEST(AdapterSet, DropoutActsOnTheUpdateAloneAndRepeats) {
    T5 model = tinyModel();
    const auto rows = tinyRows(5, 4);
    AdapterOptions some = options();
    some.dropout = 0.5;
    AdapterSet adapters(model, some, gate());
    adapters.reset(1);
    const auto lossWith = [&](std::uint64_t seed) {
        DropoutSource source(0.5, seed);
        adapters.setDropout(&source);
        const double loss = model.loss(rows, nullptr).item<double>();
        adapters.setDropout(nullptr);
        return loss;
    };
    EXPECT_NEAR(lossWith(1), model.loss(rows, nullptr).item<double>(), 1e-12) << "B = 0: nothing to drop";
    randomise(adapters, 2, 0.5);
    EXPECT_EQ(lossWith(1), lossWith(1));
    EXPECT_NE(lossWith(1), lossWith(2));
    EXPECT_NE(lossWith(1), model.loss(rows, nullptr).item<double>());
}

}  // namespace
}  // namespace jumplora
