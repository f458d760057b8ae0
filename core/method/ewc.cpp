// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"
#include "method/method.h"

namespace jumplora::methods {
namespace {

// L = CE + λ/2·Σ_tasks Σ F(θ − θ*)² (arXiv 1612.00796). The sum over tasks is kept in closed form:
// Σ F(θ−θ*)² = θ²·ΣF − 2θ·ΣFθ* + ΣFθ*², so memory does not grow with the number of tasks.
class Ewc : public Method {
  public:
    [[nodiscard]] AdapterLife life() const override {
        return m_onDelta ? AdapterLife::FreshMerged : AdapterLife::Continued;
    }

    void configure(const Json& parameters) override {
        m_lambda = parameters.at("lambda").get<double>();
        m_onDelta = parameters.at("on") == "delta";
        m_samples = parameters.at("fisher_samples").get<std::int64_t>();
    }

    void addPenalties(AdapterSet& adapters, std::vector<PenaltyTerm>& terms) override {
        if (m_fisher.empty()) return;
        const at::NoGradGuard noGrad;
        const auto count = m_onDelta ? adapters.infos().size() : anchored(adapters).size();
        if (m_fisher.size() != count || m_fisherTheta.size() != count)
            fail(ErrorKind::Format, "EWC: the stored Fisher information is incomplete");
        double total = 0;
        for (std::size_t i = 0; i < m_fisher.size(); ++i) {
            const at::Tensor theta = current(adapters, i);
            if (m_fisher[i].sizes() != theta.sizes() || m_fisherTheta[i].sizes() != theta.sizes())
                fail(ErrorKind::Format,
                     "EWC: the stored Fisher information has another shape than the adapters");
            const at::Tensor weighted = theta * m_fisher[i];
            total += (theta * (weighted - 2.0 * m_fisherTheta[i])).sum().item<double>();
            const at::Tensor gradient = (weighted - m_fisherTheta[i]).mul_(m_lambda);
            if (m_onDelta) {
                adapters.addDeltaGradient(i, gradient, DeltaMode::Interpolated);
            } else {
                at::Tensor parameter = anchored(adapters)[i];
                addGradient(parameter, gradient);
            }
        }
        terms.push_back({"ewc", 0.5 * m_lambda * (total + m_constant)});
    }

    void finishTask(AdapterSet& adapters, const TaskData& data) override {
        const auto count = m_onDelta ? adapters.infos().size() : anchored(adapters).size();
        std::vector<at::Tensor> fisher(count);
        std::int64_t rows = 0;
        // With W asking for a gradient, dL/dW is dL/dΔW of the scaled update.
        if (m_onDelta) setWeightGradients(adapters, true);
        data.perRowGradients(m_samples, [&] {
            const at::NoGradGuard noGrad;
            ++rows;
            for (std::size_t i = 0; i < count; ++i) {
                const at::Tensor parameter = m_onDelta ? adapters.baseWeight(i) : anchored(adapters)[i];
                if (!parameter.grad().defined()) continue;
                const at::Tensor square = parameter.grad().square();
                fisher[i] = fisher[i].defined() ? fisher[i].add_(square) : square;
                if (m_onDelta) parameter.grad().zero_();
            }
        });
        if (m_onDelta) setWeightGradients(adapters, false);
        if (rows == 0)
            fail(ErrorKind::State, "EWC: the task has no rows to estimate the Fisher information from");

        const at::NoGradGuard noGrad;
        for (std::size_t i = 0; i < count; ++i) {
            const at::Tensor theta =
                m_onDelta ? merged(adapters, i) + adapters.maskedDelta(i) : current(adapters, i);
            const at::Tensor f =
                fisher[i].defined() ? fisher[i].div_(static_cast<double>(rows)) : at::zeros_like(theta);
            if (m_fisher.size() < count) {
                m_fisher.push_back(f);
                m_fisherTheta.push_back(f * theta);
            } else {
                m_fisher[i].add_(f);
                m_fisherTheta[i].add_(f * theta);
            }
            m_constant += (f * theta.square()).sum().item<double>();
        }
    }

    void absorb(AdapterSet& adapters) override {
        if (!m_onDelta) return;
        const at::NoGradGuard noGrad;
        for (std::size_t i = 0; i < adapters.infos().size(); ++i) {
            const at::Tensor delta = adapters.maskedDelta(i);
            if (i < m_merged.size()) {
                m_merged[i].add_(delta);
            } else {
                m_merged.push_back(delta);
            }
        }
    }

    [[nodiscard]] MethodState state() const override {
        MethodState all;
        for (std::size_t i = 0; i < m_fisher.size(); ++i) {
            all[fmt::format("fisher.{:05}", i)] = m_fisher[i];
            all[fmt::format("fisher_theta.{:05}", i)] = m_fisherTheta[i];
        }
        if (!m_fisher.empty()) all["constant"] = at::full({1}, m_constant, at::kDouble);
        return all;
    }

    void setState(const MethodState& state) override {
        m_fisher.clear();
        m_fisherTheta.clear();
        m_constant = 0;
        for (const auto& [name, tensor] : state) {
            if (name.rfind("fisher.", 0) == 0) m_fisher.push_back(tensor);
            if (name.rfind("fisher_theta.", 0) == 0) m_fisherTheta.push_back(tensor);
            if (name == "constant") m_constant = tensor.item<double>();
        }
    }

  private:
    // A and B of all modules; the threshold is not anchored.
    static std::vector<at::Tensor> anchored(AdapterSet& adapters) {
        auto all = adapters.parameters();
        all.resize(2 * adapters.infos().size());
        return all;
    }

    at::Tensor merged(AdapterSet& adapters, std::size_t i) const {
        return i < m_merged.size() ? m_merged[i] : at::zeros_like(adapters.baseWeight(i));
    }

    at::Tensor current(AdapterSet& adapters, std::size_t i) const {
        if (!m_onDelta) return anchored(adapters)[i].detach();
        return merged(adapters, i) + adapters.effectiveDelta(i, DeltaMode::Interpolated);
    }

    static void setWeightGradients(AdapterSet& adapters, bool on) {
        for (std::size_t i = 0; i < adapters.infos().size(); ++i) {
            at::Tensor& weight = adapters.baseWeight(i);
            weight.set_requires_grad(on);
            weight.mutable_grad() = at::Tensor();
        }
    }

    double m_lambda = 0;
    bool m_onDelta = false;
    std::int64_t m_samples = 0;
    std::vector<at::Tensor> m_fisher;       // ΣF
    std::vector<at::Tensor> m_fisherTheta;  // ΣFθ*
    double m_constant = 0;                  // ΣFθ*²
    std::vector<at::Tensor> m_merged;       // on delta: what earlier tasks added to W
};

}  // namespace

MethodEntry ewc() {
    MethodEntry entry;
    entry.info.key = "ewc";
    entry.info.name = "EWC";
    entry.info.summary =
        "Elastic weight consolidation: parameters that mattered for earlier tasks (diagonal Fisher) are held "
        "back.";
    entry.info.source = "arXiv 1612.00796";
    entry.info.gate = "yes";
    ParamInfo lambda;
    lambda.key = "lambda";
    lambda.label = "Weight λ";
    lambda.type = ParamType::Real;
    lambda.defaultValue = 400.0;
    lambda.minimum = 0;
    lambda.help = "Weight of the quadratic anchor, λ/2·Σ F(θ−θ*)².";
    lambda.source = "Kirkpatrick et al. 2017";
    ParamInfo on;
    on.key = "on";
    on.label = "Anchored parameters θ";
    on.type = ParamType::Choice;
    on.defaultValue = "ab";
    on.choices = {"ab", "delta"};
    on.help =
        "ab: A and B of one adapter trained on through all tasks; delta: the update of W itself, with a new "
        "merged "
        "adapter per task (keeps two dense arrays per module).";
    ParamInfo samples;
    samples.key = "fisher_samples";
    samples.label = "Rows for the Fisher information";
    samples.type = ParamType::Integer;
    samples.defaultValue = 128;
    samples.minimum = 1;
    samples.unit = "rows";
    samples.help = "Training rows whose squared gradients are averaged after each task.";
    entry.info.params = {lambda, on, samples};
    entry.create = [] { return std::unique_ptr<Method>(std::make_unique<Ewc>()); };
    return entry;
}

}  // namespace jumplora::methods
