// SPDX-License-Identifier: Apache-2.0
#include "adapter/gated_linear.h"

#include "adapter/gate_math.h"
#include "adapter/thin.h"
#include "model/projection.h"

namespace jumplora {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

bool isGated(const GatedLinearArguments& arguments) {
    return arguments.threshold >= 0 && arguments.blend > 0.0;
}

GateFactors factorsOf(const at::Tensor& logTau, const GatedLinearArguments& arguments) {
    return {thresholdOf(logTau, arguments.threshold), arguments.scaling,
            arguments.scaling * (1.0 - arguments.blend)};
}

// dL/dℓ = −(τ²/ε)·mean[(R((ΔW−τ)/ε) − R((−ΔW−τ)/ε))·s·f·G] for the layer's threshold, 0 for the others; G
// the gradient by W + ΔW_eff.
at::Tensor thresholdGradient(const at::Tensor& logTau, const at::Tensor& a, const at::Tensor& b,
                             const GateGradient& gradient, const GateFactors& factors,
                             const GatedLinearArguments& arguments) {
    at::Tensor result = at::zeros_like(logTau);
    const double mean = gradient.window * arguments.scaling * arguments.blend /
                        (static_cast<double>(a.size(1)) * static_cast<double>(b.size(0)));
    result.select(0, arguments.threshold).fill_(-mean * factors.tau * factors.tau / arguments.bandwidth);
    return result;
}

void saveArguments(AutogradContext* context, const GatedLinearArguments& arguments) {
    context->saved_data["scaling"] = arguments.scaling;
    context->saved_data["blend"] = arguments.blend;
    context->saved_data["bandwidth"] = arguments.bandwidth;
    context->saved_data["threshold"] = arguments.threshold;
}

GatedLinearArguments savedArguments(AutogradContext* context) {
    GatedLinearArguments arguments;
    arguments.scaling = context->saved_data["scaling"].toDouble();
    arguments.blend = context->saved_data["blend"].toDouble();
    arguments.bandwidth = context->saved_data["bandwidth"].toDouble();
    arguments.threshold = context->saved_data["threshold"].toInt();
    return arguments;
}

class GatedLinear : public Function<GatedLinear> {
  public:
    static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                              const at::Tensor& bias, const at::Tensor& a, const at::Tensor& b,
                              const at::Tensor& logTau, const GatedLinearArguments& arguments) {
        context->save_for_backward({x, weight, a, b, logTau});
        saveArguments(context, arguments);
        context->saved_data["xNeedsGrad"] = x.requires_grad();
        context->saved_data["weightNeedsGrad"] = weight.requires_grad();
        const at::Tensor rows = x.reshape({-1, x.size(-1)}).contiguous();
        at::Tensor y;
        if (isGated(arguments)) {
            y = productTransposed(rows, gatedWeight(weight, a, b, factorsOf(logTau, arguments)));
        } else {
            y = present(weight) ? productTransposed(rows, weight)
                                : at::zeros({rows.size(0), b.size(0)}, b.options().requires_grad(false));
            thinAdd(y, thinDots(rows, a), b.t().contiguous(), arguments.scaling);
        }
        if (present(bias)) y.add_(bias);
        auto shape = x.sizes().vec();
        shape.back() = b.size(0);
        return y.view(shape);
    }

    static variable_list backward(AutogradContext* context, variable_list gradients) {
        const auto saved = context->get_saved_variables();
        const auto &x = saved[0], &weight = saved[1], &a = saved[2], &b = saved[3], &logTau = saved[4];
        const GatedLinearArguments arguments = savedArguments(context);
        const bool gated = isGated(arguments);
        const bool xNeedsGrad = context->saved_data["xNeedsGrad"].toBool();

        const at::Tensor rows = x.reshape({-1, x.size(-1)}).contiguous();
        const at::Tensor dy = gradients[0].reshape({-1, gradients[0].size(-1)}).contiguous();
        at::Tensor dx, dWeight, dA, dB, dLogTau;
        if (!gated) {
            if (arguments.threshold >= 0) dLogTau = at::zeros_like(logTau);
            const at::Tensor dyB = thinDots(dy, b.t().contiguous());
            dB = thinOuter(thinDots(rows, a), dy).t().mul(arguments.scaling);
            dA = thinOuter(dyB, rows).mul_(arguments.scaling);
            if (xNeedsGrad) {
                dx = present(weight) ? product(dy, weight) : at::zeros_like(rows);
                thinAdd(dx, dyB, a, arguments.scaling);
            }
        } else {
            const GateFactors factors = factorsOf(logTau, arguments);
            if (xNeedsGrad) dx = product(dy, gatedWeight(weight, a, b, factors));
            const GateGradient gradient = layerGradient(rows, dy, a, b, factors, arguments.bandwidth);
            dA = gradient.a;
            dB = gradient.b;
            dLogTau = thresholdGradient(logTau, a, b, gradient, factors, arguments);
        }
        if (context->saved_data["weightNeedsGrad"].toBool()) dWeight = at::mm(dy.t(), rows);
        if (dx.defined()) dx = dx.view_as(x);
        return {dx, dWeight, at::Tensor(), dA, dB, dLogTau, at::Tensor()};
    }
};

class GatedMatrix : public Function<GatedMatrix> {
  public:
    static at::Tensor forward(AutogradContext* context, const at::Tensor& weight, const at::Tensor& a,
                              const at::Tensor& b, const at::Tensor& logTau,
                              const GatedLinearArguments& arguments) {
        context->save_for_backward({a, b, logTau});
        saveArguments(context, arguments);
        context->saved_data["weightNeedsGrad"] = weight.requires_grad();
        return gatedWeight(weight, a, b, matrixFactors(logTau, arguments));
    }

    static variable_list backward(AutogradContext* context, variable_list gradients) {
        const auto saved = context->get_saved_variables();
        const auto &a = saved[0], &b = saved[1], &logTau = saved[2];
        const GatedLinearArguments arguments = savedArguments(context);
        const GateFactors factors = matrixFactors(logTau, arguments);
        const at::Tensor dWeight = gradients[0].contiguous();
        const GateGradient gradient = gateGradient(dWeight, a, b, factors, arguments.bandwidth);
        at::Tensor dLogTau;
        if (isGated(arguments)) {
            dLogTau = thresholdGradient(logTau, a, b, gradient, factors, arguments);
        } else if (arguments.threshold >= 0) {
            dLogTau = at::zeros_like(logTau);
        }
        return {context->saved_data["weightNeedsGrad"].toBool() ? dWeight : at::Tensor(), gradient.a,
                gradient.b, dLogTau, at::Tensor()};
    }

  private:
    static GateFactors matrixFactors(const at::Tensor& logTau, const GatedLinearArguments& arguments) {
        if (isGated(arguments)) return factorsOf(logTau, arguments);
        return {-1, arguments.scaling, arguments.scaling};
    }
};

}  // namespace

double thresholdOf(const at::Tensor& logTau, std::int64_t index) {
    return logTau.select(0, index).exp().item<double>();
}

at::Tensor gatedLinear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias,
                       const at::Tensor& a, const at::Tensor& b, const at::Tensor& logTau,
                       const GatedLinearArguments& arguments) {
    return GatedLinear::apply(x, orEmpty(weight, x), orEmpty(bias, x), a, b, orEmpty(logTau, x), arguments);
}

at::Tensor gatedMatrix(const at::Tensor& weight, const at::Tensor& a, const at::Tensor& b,
                       const at::Tensor& logTau, const GatedLinearArguments& arguments) {
    return GatedMatrix::apply(weight, a, b, orEmpty(logTau, a), arguments);
}

}  // namespace jumplora
