// SPDX-License-Identifier: Apache-2.0
// Each method's penalty and its gradients against autograd on the formula of docs/methods.md, in float64.
#include "method/method.h"
#include "support/errors.h"
#include "support/tiny_model.h"

#include <cmath>
#include <optional>

namespace jumplora {
namespace {

using testing::expectError;
using testing::largestDifference;
using testing::randomise;
using testing::tinyModel;
using testing::tinyRows;

constexpr double kScaling = 3;

class PenaltyTest : public ::testing::Test {
  protected:
    // Adapters of a tiny model, "trained", with an initialised gate when `gated`.
    void open(bool gated) {
        m_gated = gated;
        AdapterOptions options;
        options.rank = 2;
        options.alpha = 6;
        GateOptions gate;
        gate.enabled = gated;
        gate.mode = ThresholdMode::PerBlock;
        m_adapters.emplace(m_model, options, gate);
        train(1);
    }

    // Another task's adapters.
    void train(std::uint64_t seed) {
        m_adapters->reset(seed);
        randomise(*m_adapters, seed);
        m_adapters->initialiseThresholds();
    }

    // Leaves with the same values, for autograd.
    struct Leaves {
        std::vector<at::Tensor> a, b;
    };
    Leaves leaves() {
        Leaves result;
        for (std::size_t i = 0; i < m_adapters->infos().size(); ++i) {
            result.a.push_back(m_adapters->a(i).detach().clone().set_requires_grad(true));
            result.b.push_back(m_adapters->b(i).detach().clone().set_requires_grad(true));
        }
        return result;
    }

    // ΔW_eff by formula, with the mask held constant.
    at::Tensor delta(const Leaves& leaves, std::size_t i, DeltaMode mode = DeltaMode::Interpolated) {
        const at::Tensor product = at::mm(leaves.b[i], leaves.a[i]);
        const double blend = m_adapters->blend();
        if (!m_gated || blend == 0) return kScaling * product;
        const double f = mode == DeltaMode::Sparse ? 1.0 : blend;
        const double tau = m_adapters->tau()[static_cast<std::size_t>(m_adapters->infos()[i].threshold)];
        const at::Tensor alive = product.detach().abs().gt(tau).to(at::kDouble);
        return kScaling * (f * alive * product + (1 - f) * product);
    }

    // The method's terms equal `penalty` (a scalar with a graph through `leaves`), value and gradients.
    void expectTerm(Method& method, const std::string& name, const at::Tensor& penalty, const Leaves& leaves,
                    std::size_t terms = 1) {
        for (at::Tensor& leaf : m_adapters->parameters()) leaf.mutable_grad() = at::Tensor();
        std::vector<PenaltyTerm> found;
        method.addPenalties(*m_adapters, found);
        ASSERT_EQ(found.size(), terms);
        EXPECT_EQ(found[0].name, name);
        double value = 0;
        for (const PenaltyTerm& term : found) value += term.value;
        const double expected = penalty.item<double>();
        EXPECT_NEAR(value, expected, 1e-10 * std::abs(expected) + 1e-12);
        penalty.backward();
        double largest = 0;
        for (std::size_t i = 0; i < leaves.a.size(); ++i) {
            expectGradient(m_adapters->a(i), leaves.a[i]);
            expectGradient(m_adapters->b(i), leaves.b[i]);
            if (leaves.a[i].grad().defined())
                largest = std::max(largest, leaves.a[i].grad().abs().max().item<double>());
        }
        EXPECT_GT(largest, 0.0);

        // It adds to what is there already.
        for (at::Tensor& leaf : m_adapters->parameters()) leaf.mutable_grad() = at::ones_like(leaf);
        found.clear();
        method.addPenalties(*m_adapters, found);
        if (leaves.a[0].grad().defined()) {
            EXPECT_LT(largestDifference(m_adapters->a(0).grad(), leaves.a[0].grad() + 1.0), 1e-9);
        }
        if (m_gated) {
            EXPECT_EQ(largestDifference(m_adapters->logTau().grad(), at::ones_like(m_adapters->logTau())),
                      0.0)
                << "no penalty reaches the threshold";
        }
    }

    static void expectGradient(const at::Tensor& found, const at::Tensor& expected) {
        const at::Tensor zero = at::zeros_like(expected);
        const at::Tensor& a = found.grad().defined() ? found.grad() : zero;
        const at::Tensor& b = expected.grad().defined() ? expected.grad() : zero;
        EXPECT_LT(largestDifference(a, b), 1e-10 * b.abs().max().item<double>() + 1e-13);
    }

    TaskData taskData(std::size_t count, std::uint64_t seed) {
        TaskData data;
        data.rows = static_cast<std::int64_t>(count);
        const auto rows = tinyRows(count, seed);
        data.perRowGradients = [this, rows](std::int64_t most, const std::function<void()>& use) {
            for (std::size_t i = 0; i < rows.size() && static_cast<std::int64_t>(i) < most; ++i) {
                for (at::Tensor& leaf : m_adapters->parameters()) leaf.mutable_grad() = at::Tensor();
                m_model.loss(std::span(&rows[i], 1), nullptr).backward();
                use();
            }
        };
        return data;
    }

    T5 m_model = tinyModel(1);
    std::optional<AdapterSet> m_adapters;
    bool m_gated = false;
};

TEST_F(PenaltyTest, EllaWithBothMeaningsOfTheUpdate) {
    for (const bool gated : {false, true}) {
        for (const DeltaMode mode : {DeltaMode::Interpolated, DeltaMode::Sparse}) {
            for (const double f : {0.0, 0.4, 1.0}) {
                open(gated);
                const auto method = createMethod(
                    "ella",
                    {{"lambda", 50.0}, {"delta", mode == DeltaMode::Sparse ? "sparse" : "interpolated"}});
                std::vector<PenaltyTerm> none;
                method->addPenalties(*m_adapters, none);
                EXPECT_TRUE(none.empty()) << "the first task has no past";
                // W_past is the signed sum of two tasks.
                std::vector<at::Tensor> past;
                for (const std::uint64_t seed : {5U, 6U}) {
                    train(seed);
                    m_adapters->setBlend(gated ? 1.0 : 0.0);
                    const Leaves done = leaves();
                    for (std::size_t i = 0; i < done.a.size(); ++i) {
                        const at::Tensor d = delta(done, i, mode).detach();
                        if (i < past.size()) {
                            past[i] = past[i] + d;
                        } else {
                            past.push_back(d);
                        }
                    }
                    method->absorb(*m_adapters);
                }
                for (std::size_t i = 0; i < past.size(); ++i)
                    EXPECT_LT(largestDifference((*method->past())[i], past[i]), 1e-13);
                train(7);
                m_adapters->setBlend(gated ? f : 0.0);
                const Leaves now = leaves();
                at::Tensor penalty = at::zeros({}, at::kDouble);
                for (std::size_t i = 0; i < past.size(); ++i)
                    penalty = penalty + (delta(now, i, mode) * past[i]).square().sum();
                penalty = penalty * (50.0 / static_cast<double>(past.size()));
                expectTerm(*method, "ella", penalty, now);
            }
        }
    }
}

TEST_F(PenaltyTest, EllaOfWeightZeroChangesNothing) {
    open(false);
    const auto method = createMethod("ella", {{"lambda", 0}});
    method->absorb(*m_adapters);
    for (at::Tensor& leaf : m_adapters->parameters()) leaf.mutable_grad() = at::Tensor();
    std::vector<PenaltyTerm> terms;
    method->addPenalties(*m_adapters, terms);
    ASSERT_EQ(terms.size(), 1U);
    EXPECT_EQ(terms[0].value, 0.0);
    EXPECT_FALSE(m_adapters->a(0).grad().defined());
}

TEST_F(PenaltyTest, OLora) {
    for (const bool gated : {false, true}) {
        open(gated);
        const auto method = createMethod("olora", {{"lambda1", 0.5}, {"lambda2", 0.3}});
        std::vector<std::vector<at::Tensor>> past;
        for (const std::uint64_t seed : {5U, 6U}) {
            train(seed);
            past.push_back(leaves().a);
            method->absorb(*m_adapters);
        }
        train(7);
        const Leaves now = leaves();
        at::Tensor penalty = at::zeros({}, at::kDouble);
        for (std::size_t i = 0; i < now.a.size(); ++i) {
            for (const auto& task : past)
                penalty = penalty + 0.5 * at::mm(task[i].detach(), now.a[i].t()).abs().sum();
            penalty = penalty + 0.3 * (now.a[i].square().sum().sqrt() + now.b[i].square().sum().sqrt());
        }
        expectTerm(*method, "orthogonality", penalty, now, 2);
    }
}

TEST_F(PenaltyTest, OLoraAtTheStartOfATask) {
    // B = 0: its norm has no gradient there, and none must be invented.
    open(false);
    const auto method = createMethod("olora", {{"lambda2", 0.3}});
    m_adapters->reset(3);
    for (at::Tensor& leaf : m_adapters->parameters()) leaf.mutable_grad() = at::Tensor();
    std::vector<PenaltyTerm> terms;
    method->addPenalties(*m_adapters, terms);
    ASSERT_EQ(terms.size(), 1U);
    EXPECT_EQ(terms[0].name, "size");
    const at::Tensor grad = m_adapters->b(0).grad();
    EXPECT_TRUE(!grad.defined() || grad.abs().max().item<double>() == 0.0);
    EXPECT_NEAR(m_adapters->a(0).grad().norm().item<double>(), 0.3, 1e-12);
}

TEST_F(PenaltyTest, EwcOnAAndB) {
    for (const bool gated : {false, true}) {
        open(gated);
        m_adapters->setBlend(gated ? 1.0 : 0.0);
        const auto method = createMethod("ewc", {{"lambda", 20.0}, {"fisher_samples", 3}});
        EXPECT_EQ(method->life(), AdapterLife::Continued);
        // Two tasks, each with its own F and θ*.
        std::vector<std::vector<at::Tensor>> fisher, anchor;
        for (const std::uint64_t seed : {5U, 6U}) {
            randomise(*m_adapters, seed);
            auto all = m_adapters->parameters();
            all.resize(2 * m_adapters->infos().size());
            std::vector<at::Tensor> f;
            std::int64_t rows = 0;
            taskData(5, seed).perRowGradients(3, [&] {
                ++rows;
                for (std::size_t i = 0; i < all.size(); ++i) {
                    const at::Tensor square = all[i].grad().square();
                    if (i < f.size()) {
                        f[i] = f[i] + square;
                    } else {
                        f.push_back(square);
                    }
                }
            });
            ASSERT_EQ(rows, 3);
            for (at::Tensor& sum : f) sum = sum / 3.0;
            fisher.push_back(f);
            anchor.emplace_back();
            for (const at::Tensor& leaf : all) anchor.back().push_back(leaf.detach().clone());
            method->finishTask(*m_adapters, taskData(5, seed));
            method->absorb(*m_adapters);
        }
        randomise(*m_adapters, 7);
        const Leaves now = leaves();
        at::Tensor penalty = at::zeros({}, at::kDouble);
        for (std::size_t task = 0; task < 2; ++task) {
            for (std::size_t i = 0; i < now.a.size(); ++i) {
                penalty = penalty + (fisher[task][2 * i] * (now.a[i] - anchor[task][2 * i]).square()).sum();
                penalty =
                    penalty + (fisher[task][2 * i + 1] * (now.b[i] - anchor[task][2 * i + 1]).square()).sum();
            }
        }
        expectTerm(*method, "ewc", penalty * 10.0, now);
    }
}

TEST_F(PenaltyTest, EwcOnTheUpdate) {
    for (const bool gated : {false, true}) {
        open(gated);
        const auto method = createMethod("ewc", {{"lambda", 20.0}, {"on", "delta"}, {"fisher_samples", 3}});
        EXPECT_EQ(method->life(), AdapterLife::FreshMerged);
        const std::size_t modules = m_adapters->infos().size();
        std::vector<std::vector<at::Tensor>> fisher, anchor;
        std::vector<at::Tensor> merged(modules, at::zeros({8, 12}, at::kDouble));
        for (const std::uint64_t seed : {5U, 6U}) {
            train(seed);
            m_adapters->setBlend(gated ? 1.0 : 0.0);
            // dL/dΔW with the update merged: the same model, written otherwise.
            std::vector<at::Tensor> f(modules, at::zeros({8, 12}, at::kDouble));
            {
                const AdapterSet::EvaluationScope scope(*m_adapters);
                for (std::size_t i = 0; i < modules; ++i) m_adapters->baseWeight(i).set_requires_grad(true);
                for (const TokenRow& row : tinyRows(3, seed)) {
                    for (std::size_t i = 0; i < modules; ++i)
                        m_adapters->baseWeight(i).mutable_grad() = at::Tensor();
                    m_model.loss(std::span(&row, 1), nullptr).backward();
                    for (std::size_t i = 0; i < modules; ++i)
                        f[i] = f[i] + m_adapters->baseWeight(i).grad().square() / 3.0;
                }
            }
            const Leaves done = leaves();
            std::vector<at::Tensor> star;
            for (std::size_t i = 0; i < modules; ++i) {
                merged[i] = merged[i] + delta(done, i).detach();
                star.push_back(merged[i]);
            }
            fisher.push_back(f);
            anchor.push_back(star);
            method->finishTask(*m_adapters, taskData(3, seed));
            EXPECT_FALSE(m_adapters->baseWeight(0).requires_grad());
            method->absorb(*m_adapters);
            m_adapters->merge();
            const MethodState state = method->state();
            at::Tensor sum = at::zeros({8, 12}, at::kDouble);
            for (const auto& of : fisher) sum = sum + of[1];
            EXPECT_LT(largestDifference(state.at("fisher.00001"), sum), 1e-13);
        }
        train(7);
        m_adapters->setBlend(gated ? 0.4 : 0.0);
        const Leaves now = leaves();
        at::Tensor penalty = at::zeros({}, at::kDouble);
        for (std::size_t task = 0; task < 2; ++task) {
            for (std::size_t i = 0; i < modules; ++i)
                penalty = penalty +
                          (fisher[task][i] * (merged[i] + delta(now, i) - anchor[task][i]).square()).sum();
        }
        expectTerm(*method, "ewc", penalty * 10.0, now);
    }
}

TEST_F(PenaltyTest, EwcStateComesBackAndHasToFit) {
    open(false);
    const Json parameters = {{"lambda", 20.0}, {"fisher_samples", 3}};
    const auto method = createMethod("ewc", parameters);
    EXPECT_TRUE(method->state().empty());
    method->finishTask(*m_adapters, taskData(3, 5));
    randomise(*m_adapters, 6);
    const auto valueOf = [&](Method& which) {
        std::vector<PenaltyTerm> terms;
        for (at::Tensor& leaf : m_adapters->parameters()) leaf.mutable_grad() = at::Tensor();
        which.addPenalties(*m_adapters, terms);
        return terms.at(0).value;
    };
    const auto other = createMethod("ewc", parameters);
    MethodState state = method->state();
    other->setState(state);
    EXPECT_EQ(valueOf(*other), valueOf(*method));
    EXPECT_GT(valueOf(*method), 0.0);

    state["fisher.00000"] = at::ones({1}, at::kDouble);
    other->setState(state);
    expectError(ErrorKind::Format, {"Fisher", "another shape"}, [&] { valueOf(*other); });
    state.erase("fisher.00000");
    other->setState(state);
    expectError(ErrorKind::Format, {"Fisher", "incomplete"}, [&] { valueOf(*other); });

    TaskData empty;
    empty.perRowGradients = [](std::int64_t, const std::function<void()>&) {};
    expectError(ErrorKind::State, {"EWC", "no rows"}, [&] { other->finishTask(*m_adapters, empty); });
}

TEST_F(PenaltyTest, MethodsWithoutAPenaltyAddNone) {
    open(false);
    for (const char* key : {"seqlora", "inclora", "replay", "per_task", "multi_task"}) {
        const auto method = createMethod(key, Json::object());
        method->absorb(*m_adapters);
        std::vector<PenaltyTerm> terms;
        method->addPenalties(*m_adapters, terms);
        EXPECT_TRUE(terms.empty()) << key;
        EXPECT_TRUE(method->state().empty()) << key;
    }
}

}  // namespace
}  // namespace jumplora
