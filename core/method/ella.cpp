// SPDX-License-Identifier: Apache-2.0
#include "method/method.h"

namespace jumplora::methods {
namespace {

// L = CE + λ·(1/M)·Σ ‖ΔW_eff ⊙ W_past‖²_F over the M modules that have a past (arXiv 2601.02232; mean over
// modules as in the JumpLoRA reference). W_past is the signed sum of earlier ΔW_eff.
class Ella : public Method {
  public:
    void configure(const Json& parameters) override {
        m_lambda = parameters.at("lambda").get<double>();
        m_mode = parameters.at("delta") == "sparse" ? DeltaMode::Sparse : DeltaMode::Interpolated;
    }

    void addPenalties(AdapterSet& adapters, std::vector<PenaltyTerm>& terms) override {
        if (m_past.empty()) return;
        const at::NoGradGuard noGrad;
        const double weight = m_lambda / static_cast<double>(m_past.size());
        double total = 0;
        for (std::size_t i = 0; i < m_past.size(); ++i)
            total += adapters.addOverlapTerm(i, m_past[i], weight, m_mode);
        terms.push_back({"ella", weight * total});
    }

    void absorb(AdapterSet& adapters) override {
        for (std::size_t i = 0; i < adapters.infos().size(); ++i) {
            const at::Tensor delta = adapters.effectiveDelta(i, m_mode);
            if (i < m_past.size()) {
                m_past[i].add_(delta);
            } else {
                m_past.push_back(delta);
            }
        }
    }

    [[nodiscard]] const std::vector<at::Tensor>* past() const override { return &m_past; }
    void setPast(const std::vector<at::Tensor>& past) override { m_past = past; }

  private:
    double m_lambda = 0;
    DeltaMode m_mode = DeltaMode::Interpolated;
    std::vector<at::Tensor> m_past;
};

}  // namespace

MethodEntry ella() {
    MethodEntry entry;
    entry.info.key = "ella";
    entry.info.name = "ELLA";
    entry.info.summary =
        "A new adapter per task, kept small where earlier updates are large: + λ·mean‖ΔW ⊙ W_past‖²_F.";
    entry.info.source = "arXiv 2601.02232; as combined with the gate in arXiv 2604.16171";
    entry.info.gate = "yes";
    ParamInfo lambda;
    lambda.key = "lambda";
    lambda.label = "Weight λ";
    lambda.type = ParamType::Real;
    lambda.defaultValue = 3e4;
    lambda.minimum = 0;
    lambda.help = "Weight of the overlap term, as a mean over modules; 0 gives IncLoRA.";
    lambda.source = "JumpLoRA reference: 3e4 for T5-large";
    ParamInfo delta;
    delta.key = "delta";
    delta.label = "ΔW in the term";
    delta.type = ParamType::Choice;
    delta.defaultValue = "interpolated";
    delta.choices = {"interpolated", "sparse"};
    delta.help =
        "interpolated: the blend s(f·masked + (1−f)·raw); sparse: raw while f = 0, hard-masked afterwards. "
        "Equal "
        "without a gate.";
    delta.source = "JumpLoRA reference";
    entry.info.params = {lambda, delta};
    entry.create = [] { return std::unique_ptr<Method>(std::make_unique<Ella>()); };
    return entry;
}

}  // namespace jumplora::methods
