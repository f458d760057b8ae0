// SPDX-License-Identifier: Apache-2.0
// Runs of other settings than the shared ones, recorded here by plain padded tensor operations in float64
// with autograd, have to be reproduced by verify.
#include "base/file.h"
#include "base/random.h"
#include "core/model/padded_t5.h"
#include "support/errors.h"
#include "support/shared_data.h"
#include "support/tiny_t5.h"
#include "train/verify.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace jumplora {
namespace {

using testing::expectError;
using testing::PaddedT5;
using testing::TemporaryFolder;

struct Variant {
    const char* name;
    bool gated = true;
    std::string threshold = "global";
    std::string delta = "interpolated";
    double lambda = 40;
    std::vector<std::string> targets = {"q", "v"};
    std::int64_t rank = 2;
    double alpha = 6;
    std::int64_t microBatches = 1;
    std::int64_t rows = 24;  // training rows of a task, three in a micro-batch
    double weightDecay = 0;
    double clip = 1;
    double eps = 1e-8;
    double bandwidth = 0.05;
    double final = 0.8;
};

const Variant kVariants[] = {
    {.name = "global"},
    {.name = "per_block", .threshold = "per_block", .targets = {"q", "k", "v"}},
    {.name = "per_module", .threshold = "per_module", .targets = {"o", "wi", "wo"}},
    {.name = "sparse", .delta = "sparse"},
    {.name = "no_overlap_term", .lambda = 0},
    {.name = "no_gate", .gated = false, .delta = "raw"},
    {.name = "accumulation", .microBatches = 2, .rows = 48},
    {.name = "missing_last_rows", .microBatches = 3, .rows = 65},
    {.name = "other_optimizer", .weightDecay = 0.05, .clip = 0.2, .eps = 1e-4},
    {.name = "no_clipping", .rank = 3, .clip = 0, .final = 1.0},
};

struct Module {
    std::string name;
    std::int64_t threshold = -1;
    at::Tensor a, b;
};

// As run.json and task_NN.safetensors describe it, from the formulas alone.
class Recorder {
  public:
    Recorder(const Variant& variant, std::filesystem::path folder)
        : m_variant(variant), m_folder(std::move(folder)), m_rng(5) {
        testing::writeTinyT5(m_folder / "model", m_config, 3, at::kDouble);
        const SafetensorsFile file(m_folder / "model" / "model.safetensors");
        for (const TensorView& view : file.tensors()) m_weights[view.name] = toTensor(view);
        findModules();
    }

    void record() {
        Json steps = Json::array();
        for (std::int64_t task = 1; task <= 2; ++task) steps.push_back(recordTask(task));
        Json modules = Json::array();
        for (const Module& module : m_modules)
            modules.push_back({{"name", module.name},
                               {"A", {m_variant.rank, weight(module).size(1)}},
                               {"B", {weight(module).size(0), m_variant.rank}},
                               {"threshold", module.threshold < 0 ? Json() : Json(module.threshold)}});
        Json gate = {{"type", "none"}};
        if (m_variant.gated)
            gate = {{"type", "jumprelu"},
                    {"threshold", m_variant.threshold},
                    {"bandwidth", m_variant.bandwidth},
                    {"first", kFirst},
                    {"final", m_variant.final}};
        const Json run = {
            {"format", "jumplora-golden-run/1"},
            {"model", "model"},
            {"tasks", {{"folder", "none"}, {"file", "tasks.json"}}},
            {"adapter",
             {{"targets", m_variant.targets}, {"rank", m_variant.rank}, {"alpha", m_variant.alpha}}},
            {"gate", gate},
            {"method", {{"type", "ella"}, {"lambda", m_variant.lambda}, {"delta", m_variant.delta}}},
            {"optimizer",
             {{"type", "adamw"},
              {"lr", kRate},
              {"betas", {0.9, 0.999}},
              {"eps", m_variant.eps},
              {"weight_decay", m_variant.weightDecay},
              {"clip", m_variant.clip},
              {"schedule", "constant_with_warmup"}}},
            {"evaluation", {{"max_new_tokens", kNewTokens}}},
            {"modules", modules},
            {"task_steps", steps}};
        writeFileAtomically(m_folder / "run" / "run.json", run.dump(1));
    }

  private:
    static constexpr double kRate = 0.02;
    static constexpr double kFirst = 0.25;
    static constexpr std::int64_t kBatch = 3;
    static constexpr std::int64_t kSource = 7;
    static constexpr std::int64_t kTarget = 3;
    static constexpr std::int64_t kNewTokens = 4;

    at::Tensor& weight(const Module& module) { return m_weights.at(module.name + ".weight"); }
    [[nodiscard]] double scaling() const { return m_variant.alpha / static_cast<double>(m_variant.rank); }

    void findModules() {
        std::int64_t blocks = 0;
        const auto add = [&](const std::string& layer, const std::vector<const char*>& parts) {
            for (const std::string part : parts) {
                if (std::count(m_variant.targets.begin(), m_variant.targets.end(), part) == 0) continue;
                std::int64_t threshold = m_variant.gated ? 0 : -1;
                if (m_variant.gated && m_variant.threshold == "per_block") threshold = blocks;
                if (m_variant.gated && m_variant.threshold == "per_module")
                    threshold = static_cast<std::int64_t>(m_modules.size());
                m_modules.push_back({layer + part, threshold, {}, {}});
            }
        };
        for (const bool decoder : {false, true}) {
            for (std::int64_t i = 0; i < (decoder ? m_config.decoderLayers : m_config.encoderLayers);
                 ++i, ++blocks) {
                const std::string block =
                    fmt::format("{}.block.{}.layer.", decoder ? "decoder" : "encoder", i);
                add(block + "0.SelfAttention.", {"q", "k", "v", "o"});
                if (decoder) add(block + "1.EncDecAttention.", {"q", "k", "v", "o"});
                add(block + (decoder ? "2" : "1") + ".DenseReluDense.", {"wi", "wo"});
            }
        }
        if (m_variant.gated) m_thresholds = m_modules.back().threshold + 1;
    }

    [[nodiscard]] std::vector<at::Tensor> leaves() const {
        std::vector<at::Tensor> all;
        for (const Module& module : m_modules) {
            all.push_back(module.a);
            all.push_back(module.b);
        }
        if (m_variant.gated) all.push_back(m_logTau);
        return all;
    }

    static at::Tensor flat(const std::vector<at::Tensor>& tensors) {
        std::vector<at::Tensor> parts;
        for (const at::Tensor& t : tensors) parts.push_back(t.detach().flatten());
        return at::cat(parts).clone();
    }

    // 1[|BA| > τ], a constant for autograd; ones without a gate.
    [[nodiscard]] at::Tensor mask(const Module& module) const {
        const at::Tensor product = at::matmul(module.b, module.a).detach();
        if (!m_variant.gated) return at::ones_like(product);
        return (product.abs() > m_logTau.detach()[module.threshold].exp()).to(at::kDouble);
    }

    [[nodiscard]] at::Tensor blended(const Module& module, double f) const {
        const at::Tensor product = at::matmul(module.b, module.a);
        return f > 0 ? scaling() * (f * mask(module) * product + (1 - f) * product) : scaling() * product;
    }

    [[nodiscard]] at::Tensor penalised(const Module& module, double f) const {
        if (m_variant.delta == "sparse" && f > 0)
            return scaling() * mask(module) * at::matmul(module.b, module.a);
        return blended(module, f);
    }

    // What the layer computes with. A term that is zero gives ℓ its straight-through gradient:
    // dL/dℓ = Σ G·c with c = −(τ²/ε)·f·(R((ΔW−τ)/ε) − R((−ΔW−τ)/ε))/(mn) and G = s·dL/dW.
    [[nodiscard]] at::Tensor update(const Module& module, double f) const {
        at::Tensor result = blended(module, f);
        if (!m_variant.gated || f <= 0) return result;
        const at::Tensor product = at::matmul(module.b, module.a).detach();
        const at::Tensor tau = m_logTau.detach()[module.threshold].exp();
        const auto window = [&](const at::Tensor& distance) {
            return (distance.abs() < m_variant.bandwidth / 2).to(at::kDouble);
        };
        const at::Tensor c = -(tau * tau / m_variant.bandwidth) * f *
                             (window(product - tau) - window(-product - tau)) /
                             static_cast<double>(product.numel());
        const at::Tensor nothing = m_logTau[module.threshold] - m_logTau.detach()[module.threshold];
        return result + scaling() * c * nothing;
    }

    [[nodiscard]] PaddedT5::Weights adapted(double f) {
        PaddedT5::Weights weights = m_weights;
        for (const Module& module : m_modules)
            weights[module.name + ".weight"] = weight(module) + update(module, f);
        return weights;
    }

    // The threshold: as many entries stay alive as the adapters that share it have parameters; one more per
    // block.
    void initialise() {
        const at::NoGradGuard noGrad;
        for (std::int64_t t = 0; t < m_thresholds; ++t) {
            std::vector<at::Tensor> magnitudes;
            std::int64_t parameters = 0;
            for (const Module& module : m_modules) {
                if (module.threshold != t) continue;
                magnitudes.push_back(at::matmul(module.b, module.a).abs().flatten());
                parameters += module.a.numel() + module.b.numel();
            }
            const at::Tensor sorted = std::get<0>(at::cat(magnitudes).sort());
            std::int64_t k = sorted.numel() - parameters + (m_variant.threshold == "per_block" ? 0 : 1);
            k = std::max<std::int64_t>(k, 1);
            m_logTau[t] = std::log(std::max(sorted[k - 1].item<double>(), 1e-12));
        }
    }

    [[nodiscard]] at::Tensor aliveNow() const {
        std::vector<std::int64_t> counts;
        for (const Module& module : m_modules) counts.push_back(mask(module).sum().item<std::int64_t>());
        return at::tensor(counts).to(at::kInt);
    }

    // A task may be too small for its adapters' parameters to leave a threshold above the smallest entry; not
    // here.
    Json recordTask(std::int64_t task) {
        const std::int64_t perStep = kBatch * m_variant.microBatches;
        const std::int64_t steps = (m_variant.rows + perStep - 1) / perStep;
        const auto first = static_cast<std::int64_t>(std::floor(kFirst * static_cast<double>(steps)));
        const auto final =
            static_cast<std::int64_t>(std::floor(m_variant.final * static_cast<double>(steps)));
        const auto blend = [&](std::int64_t completed) {
            if (!m_variant.gated) return 0.0;
            return std::clamp(static_cast<double>(completed - first) / static_cast<double>(final - first),
                              0.0, 1.0);
        };
        begin();
        drawRows(steps);
        std::vector<at::Tensor> params = {flat(leaves())};
        std::vector<at::Tensor> grads;
        std::vector<at::Tensor> alive = {aliveNow()};
        const at::Tensor norms = at::zeros({steps}, at::kDouble);
        const at::Tensor blends = at::zeros({steps}, at::kDouble);
        const at::Tensor ce = at::zeros({steps, m_variant.microBatches}, at::kDouble);
        const at::Tensor penalty = at::zeros({steps, m_variant.microBatches}, at::kDouble);
        for (std::int64_t s = 0; s < steps; ++s) {
            blends[s] = blend(s);
            for (at::Tensor& leaf : m_leaves) leaf.mutable_grad() = at::zeros_like(leaf);
            std::int64_t existing = 0;
            for (std::int64_t k = 0; k < m_variant.microBatches; ++k)
                existing += m_lengths[s][k].sum().item<std::int64_t>() > 0 ? 1 : 0;
            for (std::int64_t k = 0; k < existing; ++k) {
                const at::Tensor loss = crossEntropy(s, k, blend(s));
                const at::Tensor term = overlap(blend(s));
                ((loss + term) / static_cast<double>(existing)).backward();
                ce[s][k] = loss.detach();
                penalty[s][k] = term.detach();
            }
            std::vector<at::Tensor> gradients;
            for (const at::Tensor& leaf : m_leaves) gradients.push_back(leaf.grad());
            grads.push_back(flat(gradients));
            const double norm = grads.back().norm().item<double>();
            norms[s] = norm;
            step(s + 1, m_variant.clip > 0 ? std::min(1.0, m_variant.clip / (norm + 1e-6)) : 1.0);
            if (m_variant.gated && s + 1 == first) initialise();
            params.push_back(flat(leaves()));
            alive.push_back(aliveNow());
        }
        std::vector<std::pair<std::string, at::Tensor>> tensors = {{"params", at::stack(params)},
                                                                   {"grads", at::stack(grads)},
                                                                   {"grad_norm", norms},
                                                                   {"f", blends},
                                                                   {"alive", at::stack(alive)},
                                                                   {"ce", ce},
                                                                   {"penalty", penalty},
                                                                   {"input_ids", m_ids},
                                                                   {"lengths", m_lengths},
                                                                   {"labels", m_labels},
                                                                   {"rows", at::full_like(m_lengths, -1)}};
        const double f = blend(steps);
        addAnswers(task, f, tensors);
        finish(f, tensors);
        writeTensors(m_folder / "run" / fmt::format("task_{:02}.safetensors", task), tensors, {});
        return steps;
    }

    void begin() {
        const auto random = [&](std::int64_t rows, std::int64_t columns, double bound) {
            const at::Tensor t = at::zeros({rows, columns}, at::kDouble);
            for (double& value : std::span(t.data_ptr<double>(), static_cast<std::size_t>(t.numel())))
                value = m_rng.uniform(-bound, bound);
            return t;
        };
        for (Module& module : m_modules) {
            const at::Tensor& w = weight(module);
            module.a = random(m_variant.rank, w.size(1), 0.5).set_requires_grad(true);
            module.b = at::zeros({w.size(0), m_variant.rank}, at::kDouble).set_requires_grad(true);
        }
        if (m_variant.gated) m_logTau = at::full({m_thresholds}, -4.7, at::kDouble).set_requires_grad(true);
        m_leaves = leaves();
        m_firstMoments.clear();
        m_secondMoments.clear();
        for (const at::Tensor& leaf : m_leaves) {
            m_firstMoments.push_back(at::zeros_like(leaf).detach());
            m_secondMoments.push_back(at::zeros_like(leaf).detach());
        }
    }

    void drawRows(std::int64_t steps) {
        const std::int64_t k = m_variant.microBatches;
        m_ids = at::zeros({steps, k, kBatch, kSource}, at::kInt);
        m_lengths = at::zeros({steps, k, kBatch}, at::kInt);
        m_labels = at::full({steps, k, kBatch, kTarget}, -100, at::kInt);
        const auto id = [&] { return static_cast<std::int32_t>(2 + m_rng.below(27)); };
        auto* ids = m_ids.data_ptr<std::int32_t>();
        auto* lengths = m_lengths.data_ptr<std::int32_t>();
        auto* labels = m_labels.data_ptr<std::int32_t>();
        for (std::int64_t row = 0; row < m_variant.rows; ++row) {
            lengths[row] = static_cast<std::int32_t>(1 + m_rng.below(kSource));
            for (std::int32_t i = 0; i < lengths[row]; ++i) ids[row * kSource + i] = id();
            const std::uint64_t targets = 1 + m_rng.below(kTarget);
            for (std::uint64_t i = 0; i < targets; ++i)
                labels[row * kTarget + static_cast<std::int64_t>(i)] =
                    i + 1 == targets ? m_config.eosId : id();
        }
    }

    at::Tensor crossEntropy(std::int64_t s, std::int64_t k, double f) {
        const at::Tensor lengths = m_lengths[s][k];
        const std::int64_t rows = lengths.gt(0).sum().item<std::int64_t>();
        const at::Tensor ids = m_ids[s][k].narrow(0, 0, rows).to(at::kLong);
        const at::Tensor labels = m_labels[s][k].narrow(0, 0, rows).to(at::kLong);
        const at::Tensor mask =
            at::arange(kSource).view({1, -1}).lt(lengths.narrow(0, 0, rows).view({-1, 1})).to(at::kLong);
        const at::Tensor start = at::full({rows, 1}, m_config.startId, at::kLong);
        const at::Tensor decoderIds = at::cat({start, labels.narrow(1, 0, kTarget - 1).clamp_min(0)}, 1);
        const PaddedT5::Weights weights = adapted(f);
        const PaddedT5 model(m_config, weights);
        const at::Tensor logits = model.decode(decoderIds, model.encode(ids, mask), mask);
        return at::cross_entropy_loss(logits.flatten(0, 1), labels.flatten());
    }

    at::Tensor overlap(double f) {
        at::Tensor sum = at::zeros({}, at::kDouble);
        if (m_past.empty()) return sum;
        for (const Module& module : m_modules)
            sum = sum + (penalised(module, f) * m_past.at(module.name)).pow(2).sum();
        return sum * (m_variant.lambda / static_cast<double>(m_modules.size()));
    }

    // AdamW (decoupled decay) from its paper.
    void step(std::int64_t count, double factor) {
        const at::NoGradGuard noGrad;
        for (std::size_t i = 0; i < m_leaves.size(); ++i) {
            const at::Tensor g = m_leaves[i].grad() * factor;
            m_firstMoments[i] = 0.9 * m_firstMoments[i] + 0.1 * g;
            m_secondMoments[i] = 0.999 * m_secondMoments[i] + 0.001 * g * g;
            const double steps = static_cast<double>(count);
            const at::Tensor mean = m_firstMoments[i] / (1 - std::pow(0.9, steps));
            const at::Tensor square = m_secondMoments[i] / (1 - std::pow(0.999, steps));
            m_leaves[i].mul_(1 - kRate * m_variant.weightDecay);
            m_leaves[i].sub_(kRate * mean / (square.sqrt() + m_variant.eps));
        }
    }

    void addAnswers(std::int64_t task, double f, std::vector<std::pair<std::string, at::Tensor>>& tensors) {
        const at::NoGradGuard noGrad;
        const PaddedT5::Weights weights = adapted(f);
        const PaddedT5 model(m_config, weights);
        const at::Tensor ids = m_ids[0][0].contiguous();
        const at::Tensor lengths = m_lengths[0][0].contiguous();
        const at::Tensor greedy = at::full({kBatch, kNewTokens}, m_config.padId, at::kInt);
        for (std::int64_t r = 0; r < kBatch; ++r) {
            const at::Tensor row =
                ids[r].narrow(0, 0, lengths[r].item<std::int64_t>()).to(at::kLong).unsqueeze(0);
            const auto answer = model.greedy(row, at::ones_like(row), kNewTokens);
            for (std::size_t i = 0; i < answer.size(); ++i)
                greedy[r][static_cast<std::int64_t>(i)] = answer[i];
        }
        const std::string prefix = fmt::format("eval/{}/", task);
        tensors.emplace_back(prefix + "input_ids", ids);
        tensors.emplace_back(prefix + "lengths", lengths);
        tensors.emplace_back(prefix + "greedy_ids", greedy);
    }

    void finish(double f, std::vector<std::pair<std::string, at::Tensor>>& tensors) {
        const at::NoGradGuard noGrad;
        for (const Module& module : m_modules) {
            at::Tensor& past = m_past[module.name];
            past = past.defined() ? past + penalised(module, f) : penalised(module, f);
            weight(module) = weight(module) + scaling() * mask(module) * at::matmul(module.b, module.a);
            tensors.emplace_back("w_past/" + module.name, past.clone());
            tensors.emplace_back("merged/" + module.name, weight(module).clone());
        }
    }

    const Variant& m_variant;
    std::filesystem::path m_folder;
    Rng m_rng;
    T5Config m_config = testing::tinyConfig();
    PaddedT5::Weights m_weights;
    std::vector<Module> m_modules;
    std::int64_t m_thresholds = 0;
    at::Tensor m_logTau;
    std::vector<at::Tensor> m_leaves, m_firstMoments, m_secondMoments;
    std::map<std::string, at::Tensor> m_past;
    at::Tensor m_ids, m_lengths, m_labels;
};

class RecordedVariants : public ::testing::TestWithParam<Variant> {
  protected:
    void SetUp() override {
        makeFolder(m_folder.path() / "model");
        makeFolder(m_folder.path() / "run");
        Recorder(GetParam(), m_folder.path()).record();
    }
    TemporaryFolder m_folder;
};

TEST_P(RecordedVariants, ReplayAndFreeRunReproduceTheRecord) {
    const auto run = m_folder.path() / "run";
    for (const bool float64 : {true, false}) {
        VerifyOptions options;
        options.float64 = float64;
        const VerifyReport replay = verifyReplay(run, options);
        EXPECT_TRUE(replay.passed()) << toText(replay);
        const VerifyReport free = verifyFreerun(run, options);
        EXPECT_TRUE(free.passed()) << toText(free);
    }
}

INSTANTIATE_TEST_SUITE_P(Settings, RecordedVariants, ::testing::ValuesIn(kVariants),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace jumplora
