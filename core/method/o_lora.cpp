// SPDX-License-Identifier: Apache-2.0
#include "method/method.h"

namespace jumplora::methods {
namespace {

// L = CE + λ1·Σ_{i<t} Σ|A_i A_tᵀ| + λ2·Σ(‖A_t‖_F + ‖B_t‖_F) (arXiv 2310.14152 and its code).
class OLora : public Method {
  public:
    void configure(const Json& parameters) override {
        m_orthogonality = parameters.at("lambda1").get<double>();
        m_size = parameters.at("lambda2").get<double>();
    }

    void addPenalties(AdapterSet& adapters, std::vector<PenaltyTerm>& terms) override {
        const at::NoGradGuard noGrad;
        const auto modules = adapters.infos().size();
        if (!m_past.empty()) {
            double total = 0;
            for (std::size_t i = 0; i < modules; ++i) {
                at::Tensor& a = adapters.a(i);
                const at::Tensor products = at::mm(m_past[i], a.t());  // [tasks·r, r]
                total += products.abs().sum().item<double>();
                if (m_orthogonality > 0)
                    addGradient(a, at::mm(products.sign().t(), m_past[i]).mul_(m_orthogonality));
            }
            terms.push_back({"orthogonality", m_orthogonality * total});
        }
        if (m_size > 0) {
            double total = 0;
            for (std::size_t i = 0; i < modules; ++i) {
                for (at::Tensor* t : {&adapters.a(i), &adapters.b(i)}) {
                    const double norm = t->norm().item<double>();
                    total += norm;
                    if (norm > 0) addGradient(*t, *t * (m_size / norm));
                }
            }
            terms.push_back({"size", m_size * total});
        }
    }

    void absorb(AdapterSet& adapters) override {
        const at::NoGradGuard noGrad;
        for (std::size_t i = 0; i < adapters.infos().size(); ++i) {
            const at::Tensor a = adapters.a(i).detach().clone();
            if (i < m_past.size()) {
                m_past[i] = at::cat({m_past[i], a});
            } else {
                m_past.push_back(a);
            }
        }
    }

  private:
    double m_orthogonality = 0;
    double m_size = 0;
    std::vector<at::Tensor> m_past;  // per module, rows of all earlier A
};

}  // namespace

MethodEntry oLora() {
    MethodEntry entry;
    entry.info.key = "olora";
    entry.info.name = "O-LoRA";
    entry.info.summary =
        "A new adapter per task whose row space is pushed to be orthogonal to the earlier ones.";
    entry.info.source = "arXiv 2310.14152";
    entry.info.gate = "yes";
    ParamInfo first;
    first.key = "lambda1";
    first.label = "Orthogonality λ1";
    first.type = ParamType::Real;
    first.defaultValue = 0.5;
    first.minimum = 0;
    first.help = "Weight of Σ|A_i A_tᵀ| over earlier tasks i; the long orders use 0 to 5 by task.";
    first.source = "O-LoRA's scripts";
    ParamInfo second;
    second.key = "lambda2";
    second.label = "Size λ2";
    second.type = ParamType::Real;
    second.defaultValue = 0.0;
    second.minimum = 0;
    second.help = "Weight of ‖A‖ + ‖B‖, summed over modules; the scripts use 0 to 0.3.";
    second.source = "O-LoRA's scripts";
    entry.info.params = {first, second};
    entry.create = [] { return std::unique_ptr<Method>(std::make_unique<OLora>()); };
    return entry;
}

}  // namespace jumplora::methods
