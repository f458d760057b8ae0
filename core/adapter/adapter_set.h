// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "adapter/gate.h"
#include "adapter/gate_math.h"
#include "adapter/gated_linear.h"
#include "base/module_info.h"
#include "base/torch_api.h"
#include "model/backbone.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace jumplora {

struct AdapterOptions {
    std::vector<std::string> targets = {"q", "v"};  // see isAdapterTarget()
    std::int64_t rank = 8;
    double alpha = 32;
    double dropout = 0;
    [[nodiscard]] double scaling() const { return alpha / static_cast<double>(rank); }
};

// Whether `target` is the last part of a layer's name, or a longer dotted ending. "q" also means "q_proj", so
// that one list fits encoder-decoders and decoders.
bool isAdapterTarget(const std::string& layer, const std::string& target);

// What a method means by ΔW_eff while the gate blends in: the blend itself, or the hard mask as soon as f >
// 0.
enum class DeltaMode { Interpolated, Sparse };

struct GateSnapshot {
    std::vector<std::int64_t>
        alive;  // per module: entries of BA with |BA| > τ; all m·n before a threshold exists
    std::vector<double> maxAbs;    // per module: max |BA|
    std::vector<double> inWindow;  // per threshold: share of entries with ||BA|−τ| < ε/2
    std::int64_t aliveTotal = 0;
};

// Adds to a leaf's gradient, whether it has one yet or not.
void addGradient(at::Tensor& leaf, const at::Tensor& gradient);

// The low-rank updates of all adapted layers of a backbone, and their gate. One object per run; reset()
// begins a task. Installs itself into the backbone's linear layers and leaves them when destroyed.
class AdapterSet {
  public:
    // Throws Error(Input) naming a target that matches no layer, and the names that exist.
    AdapterSet(Backbone& backbone, const AdapterOptions& options, const GateOptions& gate);
    ~AdapterSet();
    AdapterSet(const AdapterSet&) = delete;
    AdapterSet& operator=(const AdapterSet&) = delete;

    [[nodiscard]] const std::vector<ModuleInfo>& infos() const { return m_infos; }
    [[nodiscard]] std::int64_t entries() const { return m_entries; }      // Σ m·n
    [[nodiscard]] std::int64_t trainable() const { return m_trainable; }  // Σ r(m+n)
    [[nodiscard]] std::int64_t thresholds() const { return m_thresholds; }
    [[nodiscard]] const AdapterOptions& options() const { return m_options; }
    [[nodiscard]] const GateOptions& gate() const { return m_gate; }

    // Fresh A (Kaiming uniform, a = √5), B = 0, ℓ = placeholder, f = 0. Draws from `seed` alone.
    void reset(std::uint64_t seed);
    // Leaves: A, B of each module in order, then logTau [K] when gated.
    [[nodiscard]] std::vector<at::Tensor> parameters() const;
    [[nodiscard]] at::Tensor& a(std::size_t module) { return m_modules[module]->a; }
    [[nodiscard]] at::Tensor& b(std::size_t module) { return m_modules[module]->b; }
    [[nodiscard]] at::Tensor& baseWeight(std::size_t module) { return m_modules[module]->layer->weight; }
    [[nodiscard]] at::Tensor& logTau() { return m_logTau; }

    void setBlend(double f) { m_blend = f; }
    [[nodiscard]] double blend() const { return m_blend; }
    [[nodiscard]] bool thresholdsInitialised() const { return m_initialised; }
    void setThresholdsInitialised(bool initialised) { m_initialised = initialised; }
    // Quantile initialisation (arXiv 2604.16171): as many entries stay alive as the adapters have parameters.
    void initialiseThresholds();
    [[nodiscard]] std::vector<double> tau() const;

    // Randomness of the adapters' own dropout in the next forward passes; null for none.
    void setDropout(DropoutSource* source) { m_dropout = source; }

    // B·A, unscaled, [m, n].
    [[nodiscard]] at::Tensor product(std::size_t module) const;
    // ΔW_eff, scaled.
    [[nodiscard]] at::Tensor effectiveDelta(std::size_t module, DeltaMode mode) const;
    // s·BA·1[|BA| > τ] (s·BA without a gate): what merging adds and overlap measures.
    [[nodiscard]] at::Tensor maskedDelta(std::size_t module) const;
    // Adds the gradient of a term by ΔW_eff (mask held constant) to the gradients of A and B.
    void addDeltaGradient(std::size_t module, const at::Tensor& gradient, DeltaMode mode);

    // Σ (ΔW_eff ⊙ past)² of a module, and weight times its gradient added to those of A and B (mask held
    // constant). One pass over the entries.
    double addOverlapTerm(std::size_t module, const at::Tensor& past, double weight, DeltaMode mode);

    // Entries of BA with |BA| > τ per module, whether τ is initialised or still the placeholder; m·n without
    // a gate.
    [[nodiscard]] std::vector<std::int64_t> aliveCounts() const;
    [[nodiscard]] GateSnapshot snapshot() const;

    // W += maskedDelta for every module.
    void merge();

    // While alive, layers compute with W + ΔW_eff as plain weights (one product per layer, no gate).
    class EvaluationScope {
      public:
        explicit EvaluationScope(AdapterSet& set);
        ~EvaluationScope();
        EvaluationScope(const EvaluationScope&) = delete;
        EvaluationScope& operator=(const EvaluationScope&) = delete;

      private:
        AdapterSet& m_set;
        std::vector<at::Tensor> m_weights;
    };

  private:
    struct Module : LinearAdapter {
        at::Tensor forward(const at::Tensor& x, const Linear& layer) override;
        [[nodiscard]] at::Tensor matrix(const Linear& layer) const override;
        [[nodiscard]] bool isMatrix() const override;
        [[nodiscard]] GatedLinearArguments arguments() const;
        AdapterSet* set = nullptr;
        Linear* layer = nullptr;
        std::int64_t threshold = -1;
        at::Tensor a, b;
    };
    // Of BA in ΔW_eff: s(1−f) + s·f·mask, or s·mask.
    [[nodiscard]] GateFactors deltaFactors(std::size_t module, DeltaMode mode) const;
    [[nodiscard]] double tauOf(std::size_t module) const;
    [[nodiscard]] GateCount countOf(std::size_t module) const;

    AdapterOptions m_options;
    GateOptions m_gate;
    std::vector<ModuleInfo> m_infos;
    std::vector<std::unique_ptr<Module>> m_modules;
    at::Tensor m_logTau;
    std::int64_t m_entries = 0;
    std::int64_t m_trainable = 0;
    std::int64_t m_thresholds = 0;
    double m_blend = 0;
    bool m_initialised = false;
    DropoutSource* m_dropout = nullptr;
};

}  // namespace jumplora
