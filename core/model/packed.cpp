// SPDX-License-Identifier: Apache-2.0
#include "model/packed.h"

#include "kernel/kernels.h"
#include "model/attention.h"
#include "model/pieces.h"

#include <algorithm>

namespace jumplora {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

class PackedAttention : public Function<PackedAttention> {
  public:
    static at::Tensor forward(AutogradContext* context, const at::Tensor& q, const at::Tensor& k,
                              const at::Tensor& v, const at::Tensor& bias,
                              const c10::intrusive_ptr<HeldArguments>& arguments) {
        const AttentionArguments& a = arguments->value;
        at::Tensor output = runsInKernel({q, k, v}) ? attentionByPieces(q, k, v, bias, a)
                                                    : attentionByGroups(q, k, v, bias, a);
        context->save_for_backward({q, k, v, bias});
        context->saved_data["arguments"] = c10::IValue::make_capsule(arguments);
        context->saved_data["biasNeedsGrad"] = present(bias) && bias.requires_grad();
        return output;
    }

    static variable_list backward(AutogradContext* context, variable_list gradients) {
        const auto saved = context->get_saved_variables();
        const auto& q = saved[0];
        const auto& k = saved[1];
        const auto& v = saved[2];
        const auto& bias = saved[3];
        const auto capsule = context->saved_data["arguments"].toCapsule();
        const AttentionArguments& a = static_cast<const HeldArguments&>(*capsule).value;
        const at::Tensor dy = gradients[0].contiguous();
        const bool biasNeedsGrad = context->saved_data["biasNeedsGrad"].toBool();
        const AttentionGradients g = runsInKernel({q, k, v})
                                         ? attentionGradientsByPieces(q, k, v, bias, dy, a, biasNeedsGrad)
                                         : attentionGradientsByGroups(q, k, v, bias, dy, a, biasNeedsGrad);
        return {g.q, g.k, g.v, g.bias, at::Tensor()};
    }
};

// Calls use(T{}, first row, last row) from several threads.
template <typename Use>
void eachRows(const at::Tensor& x, const Use& use) {
    constexpr std::int64_t kElementsWorthAThread = 1 << 14;
    const std::int64_t columns = std::max<std::int64_t>(x.size(-1), 1);
    withType(x, [&](auto type) {
        eachPiece(
            x.numel() / columns,
            [&](std::int64_t, std::int64_t first, std::int64_t last) { use(type, first, last); },
            std::max<std::int64_t>(kElementsWorthAThread / columns, 1));
    });
}

at::Tensor rmsNormForward(const at::Tensor& x, const at::Tensor& weight, double epsilon) {
    at::Tensor y = at::empty_like(x);
    const std::int64_t columns = x.size(-1);
    eachRows(x, [&](auto type, std::int64_t first, std::int64_t last) {
        using T = decltype(type);
        kernels<T>().rmsNorm(x.data_ptr<T>() + first * columns, weight.data_ptr<T>(),
                             y.data_ptr<T>() + first * columns, last - first, columns,
                             static_cast<T>(epsilon));
    });
    return y;
}

at::Tensor rmsNormInput(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& dy, double epsilon) {
    at::Tensor dx = at::empty_like(x);
    const std::int64_t columns = x.size(-1);
    eachRows(x, [&](auto type, std::int64_t first, std::int64_t last) {
        using T = decltype(type);
        const std::int64_t at = first * columns;
        kernels<T>().rmsNormBackward(x.data_ptr<T>() + at, weight.data_ptr<T>(), dy.data_ptr<T>() + at,
                                     dx.data_ptr<T>() + at, last - first, columns, static_cast<T>(epsilon));
    });
    return dx;
}

class RmsNorm : public Function<RmsNorm> {
  public:
    static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight,
                              double epsilon) {
        context->save_for_backward({x, weight});
        context->saved_data["epsilon"] = epsilon;
        context->saved_data["weightNeedsGrad"] = weight.requires_grad();
        if (runsInKernel({x, weight})) return rmsNormForward(x, weight, epsilon);
        return inverse(x, epsilon).mul(x).mul_(weight);
    }

    static variable_list backward(AutogradContext* context, variable_list gradients) {
        const auto saved = context->get_saved_variables();
        const auto& x = saved[0];
        const auto& weight = saved[1];
        const auto& dy = gradients[0];
        const double epsilon = context->saved_data["epsilon"].toDouble();
        const bool weightNeedsGrad = context->saved_data["weightNeedsGrad"].toBool();
        if (!weightNeedsGrad && runsInKernel({x, weight}))
            return {rmsNormInput(x, weight, dy.contiguous(), epsilon), at::Tensor(), at::Tensor()};
        const at::Tensor inv = inverse(x, epsilon);
        const at::Tensor normalised = x * inv;
        at::Tensor dWeight;
        if (weightNeedsGrad) dWeight = (dy * normalised).sum(0);
        at::Tensor g = dy * weight;
        const at::Tensor mean = (g * normalised).mean(-1, true);
        return {g.sub_(normalised * mean).mul_(inv), dWeight, at::Tensor()};
    }

  private:
    static at::Tensor inverse(const at::Tensor& x, double epsilon) {
        return x.square().mean(-1, true).add_(epsilon).rsqrt_();
    }
};

}  // namespace

PackedRows::PackedRows(std::vector<std::int64_t> rowLengths) : lengths(std::move(rowLengths)) {
    offsets.reserve(lengths.size() + 1);
    offsets.push_back(0);
    for (const auto length : lengths) offsets.push_back(offsets.back() + length);
}

std::int64_t PackedRows::longest() const {
    return lengths.empty() ? 0 : *std::max_element(lengths.begin(), lengths.end());
}

at::Tensor packedAttention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                           const at::Tensor& bias, const AttentionArguments& arguments) {
    return PackedAttention::apply(q, k, v, orEmpty(bias, q), c10::make_intrusive<HeldArguments>(arguments));
}

at::Tensor rmsNorm(const at::Tensor& x, const at::Tensor& weight, double epsilon) {
    return RmsNorm::apply(x, weight, epsilon);
}

at::Tensor byTokens(const at::Tensor& x, const std::function<at::Tensor(const at::Tensor&)>& f) {
    constexpr std::int64_t kTokensAtOnce = 1024;
    if (at::GradMode::is_enabled() || !x.is_cpu() || x.size(0) <= kTokensAtOnce) return f(x);
    std::vector<at::Tensor> parts;
    for (const at::Tensor& part : x.split(kTokensAtOnce)) parts.push_back(f(part));
    return at::cat(parts);
}

}  // namespace jumplora
