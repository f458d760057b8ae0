// SPDX-License-Identifier: Apache-2.0
#include "train/optimizer.h"

#include "base/error.h"

#include <cmath>
#include <numbers>

namespace jumplora {
namespace {

const at::Tensor& stored(const std::map<std::string, at::Tensor>& state, const std::string& name,
                         const at::Tensor& like) {
    const auto it = state.find(name);
    if (it == state.end() || it->second.sizes() != like.sizes())
        fail(ErrorKind::Format, "the checkpoint's optimizer state lacks \"{}\" or has another shape", name);
    return it->second;
}

// Loshchilov and Hutter, arXiv 1711.05101, as torch.optim.AdamW.
class AdamW : public Optimizer {
  public:
    AdamW(const OptimizerSpec& spec, std::vector<at::Tensor> leaves)
        : m_spec(spec), m_leaves(std::move(leaves)) {
        for (const at::Tensor& leaf : m_leaves) {
            m_first.push_back(at::zeros_like(leaf).detach());
            m_second.push_back(at::zeros_like(leaf).detach());
            m_steps.push_back(0);
        }
    }

    void step(double lr) override {
        const at::NoGradGuard noGrad;
        for (std::size_t i = 0; i < m_leaves.size(); ++i) {
            at::Tensor& leaf = m_leaves[i];
            if (!leaf.grad().defined()) continue;
            const auto count = static_cast<double>(++m_steps[i]);
            if (m_spec.weightDecay != 0) leaf.mul_(1.0 - lr * m_spec.weightDecay);
            m_first[i].lerp_(leaf.grad(), 1.0 - m_spec.beta1);
            m_second[i].mul_(m_spec.beta2).addcmul_(leaf.grad(), leaf.grad(), 1.0 - m_spec.beta2);
            const double firstCorrection = 1.0 - std::pow(m_spec.beta1, count);
            const double secondCorrection = std::sqrt(1.0 - std::pow(m_spec.beta2, count));
            const at::Tensor denominator = m_second[i].sqrt().div_(secondCorrection).add_(m_spec.eps);
            leaf.addcdiv_(m_first[i], denominator, -lr / firstCorrection);
        }
    }

    [[nodiscard]] std::map<std::string, at::Tensor> state() const override {
        std::map<std::string, at::Tensor> all;
        for (std::size_t i = 0; i < m_leaves.size(); ++i) {
            all[fmt::format("exp_avg.{}", i)] = m_first[i];
            all[fmt::format("exp_avg_sq.{}", i)] = m_second[i];
            all[fmt::format("step.{}", i)] = at::full({1}, m_steps[i], at::kLong);
        }
        return all;
    }

    void setState(const std::map<std::string, at::Tensor>& state) override {
        for (std::size_t i = 0; i < m_leaves.size(); ++i) {
            m_first[i].copy_(stored(state, fmt::format("exp_avg.{}", i), m_first[i]));
            m_second[i].copy_(stored(state, fmt::format("exp_avg_sq.{}", i), m_second[i]));
            m_steps[i] = stored(state, fmt::format("step.{}", i), at::zeros({1})).item<std::int64_t>();
        }
    }

  private:
    OptimizerSpec m_spec;
    std::vector<at::Tensor> m_leaves;
    std::vector<at::Tensor> m_first, m_second;
    std::vector<std::int64_t> m_steps;
};

class Sgd : public Optimizer {
  public:
    Sgd(const OptimizerSpec& spec, std::vector<at::Tensor> leaves)
        : m_spec(spec), m_leaves(std::move(leaves)) {
        if (m_spec.momentum == 0) return;
        for (const at::Tensor& leaf : m_leaves) m_velocity.push_back(at::zeros_like(leaf).detach());
    }

    void step(double lr) override {
        const at::NoGradGuard noGrad;
        for (std::size_t i = 0; i < m_leaves.size(); ++i) {
            at::Tensor& leaf = m_leaves[i];
            if (!leaf.grad().defined()) continue;
            at::Tensor direction = leaf.grad();
            if (m_spec.weightDecay != 0) direction = direction + leaf * m_spec.weightDecay;
            if (m_spec.momentum != 0) direction = m_velocity[i].mul_(m_spec.momentum).add_(direction);
            leaf.add_(direction, -lr);
        }
    }

    [[nodiscard]] std::map<std::string, at::Tensor> state() const override {
        std::map<std::string, at::Tensor> all;
        for (std::size_t i = 0; i < m_velocity.size(); ++i)
            all[fmt::format("velocity.{}", i)] = m_velocity[i];
        return all;
    }

    void setState(const std::map<std::string, at::Tensor>& state) override {
        for (std::size_t i = 0; i < m_velocity.size(); ++i)
            m_velocity[i].copy_(stored(state, fmt::format("velocity.{}", i), m_velocity[i]));
    }

  private:
    OptimizerSpec m_spec;
    std::vector<at::Tensor> m_leaves;
    std::vector<at::Tensor> m_velocity;
};

}  // namespace

std::unique_ptr<Optimizer> makeOptimizer(const OptimizerSpec& spec, std::vector<at::Tensor> leaves) {
    if (spec.type == "sgd") return std::make_unique<Sgd>(spec, std::move(leaves));
    return std::make_unique<AdamW>(spec, std::move(leaves));
}

double clipGradients(const std::vector<at::Tensor>& leaves, double clip) {
    const at::NoGradGuard noGrad;
    std::vector<at::Tensor> norms;
    for (const at::Tensor& leaf : leaves) {
        if (leaf.grad().defined()) norms.push_back(leaf.grad().norm());
    }
    if (norms.empty()) return 0;
    const double norm = at::stack(norms).norm().item<double>();
    const double factor = clip / (norm + 1e-6);
    if (clip > 0 && factor < 1.0) {
        for (const at::Tensor& leaf : leaves) {
            if (leaf.grad().defined()) leaf.grad().mul_(factor);
        }
    }
    return norm;
}

double scheduledLearningRate(const std::string& schedule, double lr, std::int64_t completed,
                             std::int64_t steps) {
    const double share = steps > 0 ? static_cast<double>(completed) / static_cast<double>(steps) : 0;
    if (schedule == "linear") return lr * (1.0 - share);
    if (schedule == "cosine") return lr * 0.5 * (1.0 + std::cos(std::numbers::pi * share));
    return lr;
}

}  // namespace jumplora
