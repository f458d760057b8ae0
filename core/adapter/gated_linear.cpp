// SPDX-License-Identifier: Apache-2.0
#include "adapter/gated_linear.h"

namespace jumplora {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

at::Tensor thresholdOf(const at::Tensor& logTau, std::int64_t index) { return logTau.select(0, index).exp(); }

// d∘(s(1−f) + s·f·1[|d| > τ]), written into d.
at::Tensor scaleByGate(const at::Tensor& d, const at::Tensor& tau, double scaling, double blend) {
    const at::Tensor alive = d.abs().gt(tau);
    return d.mul_(alive.to(d.scalar_type()).mul_(scaling * blend).add_(scaling * (1.0 - blend)));
}

class GatedLinear : public Function<GatedLinear> {
  public:
    static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                              const at::Tensor& bias, const at::Tensor& a, const at::Tensor& b,
                              const at::Tensor& logTau, const GatedLinearArguments& arguments) {
        const bool gated = arguments.threshold >= 0 && arguments.blend > 0.0;
        context->save_for_backward({x, weight, a, b, logTau});
        context->saved_data["scaling"] = arguments.scaling;
        context->saved_data["blend"] = arguments.blend;
        context->saved_data["bandwidth"] = arguments.bandwidth;
        context->saved_data["threshold"] = arguments.threshold;
        context->saved_data["xNeedsGrad"] = x.requires_grad();
        context->saved_data["weightNeedsGrad"] = weight.requires_grad();
        if (!gated) {
            at::Tensor update = at::linear(at::linear(x, a), b).mul_(arguments.scaling);
            if (present(weight)) update.add_(at::linear(x, weight));
            return present(bias) ? update.add_(bias) : update;
        }
        at::Tensor effective = effectiveWeight(weight, a, b, logTau, arguments);
        return present(bias) ? at::linear(x, effective, bias) : at::linear(x, effective);
    }

    static variable_list backward(AutogradContext* context, variable_list gradients) {
        const auto saved = context->get_saved_variables();
        const auto &x = saved[0], &weight = saved[1], &a = saved[2], &b = saved[3], &logTau = saved[4];
        GatedLinearArguments arguments;
        arguments.scaling = context->saved_data["scaling"].toDouble();
        arguments.blend = context->saved_data["blend"].toDouble();
        arguments.bandwidth = context->saved_data["bandwidth"].toDouble();
        arguments.threshold = context->saved_data["threshold"].toInt();
        const bool gated = arguments.threshold >= 0 && arguments.blend > 0.0;
        const bool xNeedsGrad = context->saved_data["xNeedsGrad"].toBool();

        const at::Tensor rows = x.reshape({-1, x.size(-1)});
        const at::Tensor dy = gradients[0].reshape({-1, gradients[0].size(-1)});
        at::Tensor dx, dWeight, dA, dB, dLogTau;
        if (arguments.threshold >= 0) dLogTau = at::zeros_like(logTau);
        if (!gated) {
            const at::Tensor dyB = at::mm(dy, b);
            dB = at::mm(dy.t(), at::mm(rows, a.t())).mul_(arguments.scaling);
            dA = at::mm(dyB.t(), rows).mul_(arguments.scaling);
            if (xNeedsGrad) {
                dx = at::mm(dyB, a).mul_(arguments.scaling);
                if (present(weight)) dx.addmm_(dy, weight);
            }
        } else {
            if (xNeedsGrad) dx = at::mm(dy, effectiveWeight(weight, a, b, logTau, arguments));
            const at::Tensor tau = thresholdOf(logTau, arguments.threshold);
            const at::Tensor product = at::mm(b, a);
            // G = s·dyᵀx, the gradient by the ungated update.
            at::Tensor gradient = at::mm(dy.t(), rows).mul_(arguments.scaling);
            dLogTau.select(0, arguments.threshold)
                .copy_(thresholdGradient(product, gradient, tau, arguments));
            const at::Tensor alive = product.abs().gt(tau);
            gradient.mul_(alive.to(gradient.scalar_type()).mul_(arguments.blend).add_(1.0 - arguments.blend));
            dB = at::mm(gradient, a.t());
            dA = at::mm(b.t(), gradient);
        }
        if (context->saved_data["weightNeedsGrad"].toBool()) dWeight = at::mm(dy.t(), rows);
        if (dx.defined()) dx = dx.view_as(x);
        return {dx, dWeight, at::Tensor(), dA, dB, dLogTau, at::Tensor()};
    }

  private:
    static at::Tensor effectiveWeight(const at::Tensor& weight, const at::Tensor& a, const at::Tensor& b,
                                      const at::Tensor& logTau, const GatedLinearArguments& arguments) {
        at::Tensor delta = scaleByGate(at::mm(b, a), thresholdOf(logTau, arguments.threshold),
                                       arguments.scaling, arguments.blend);
        return present(weight) ? delta.add_(weight) : delta;
    }

    // dL/dℓ = −(τ²/ε)·mean[(R((ΔW−τ)/ε) − R((−ΔW−τ)/ε))·f·G], R(u) = 1 for −½ < u < ½.
    static at::Tensor thresholdGradient(const at::Tensor& product, const at::Tensor& gradient,
                                        const at::Tensor& tau, const GatedLinearArguments& arguments) {
        const auto window = [&](const at::Tensor& distance) {
            const at::Tensor u = distance / arguments.bandwidth;
            return at::logical_and(u.gt(-0.5), u.lt(0.5)).to(gradient.scalar_type());
        };
        const at::Tensor inside = window(product - tau).sub_(window(-product - tau));
        const at::Tensor mean = inside.mul_(gradient).mean().mul_(arguments.blend);
        return mean * tau * tau * (-1.0 / arguments.bandwidth);
    }
};

}  // namespace

at::Tensor gatedLinear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                       const at::Tensor& a, const at::Tensor& b, const at::Tensor& logTau,
                       const GatedLinearArguments& arguments) {
    return GatedLinear::apply(x, orEmpty(weight, x), orEmpty(bias, x), a, b, orEmpty(logTau, x), arguments);
}

}  // namespace jumplora
