// SPDX-License-Identifier: Apache-2.0
#include "model/rotary.h"

#include <algorithm>

namespace jumplora {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

// (x₁, x₂) -> (x₁·cos − x₂·sin, x₂·cos + x₁·sin), or back with direction −1.
at::Tensor turned(const at::Tensor& x, std::int64_t headWidth, const at::Tensor& cosine,
                  const at::Tensor& sine, double direction) {
    const std::int64_t half = headWidth / 2;
    const std::vector<std::int64_t> shape = {x.size(0), x.size(1) / headWidth, 2, half};
    const at::Tensor from = x.contiguous().view(shape);
    const at::Tensor to = at::empty(shape, x.options().requires_grad(false));
    const at::Tensor c = cosine.unsqueeze(1);
    const at::Tensor s = sine.unsqueeze(1);
    for (std::int64_t part = 0; part < 2; ++part) {
        at::Tensor out = to.select(2, part);
        at::mul_out(out, from.select(2, part), c);
        out.addcmul_(from.select(2, 1 - part), s, part == 0 ? -direction : direction);
    }
    return to.view(x.sizes());
}

class Rotary : public Function<Rotary> {
  public:
    static at::Tensor forward(AutogradContext* context, const at::Tensor& x, std::int64_t headWidth,
                              const at::Tensor& cosine, const at::Tensor& sine) {
        context->save_for_backward({cosine, sine});
        context->saved_data["headWidth"] = headWidth;
        return turned(x, headWidth, cosine, sine, 1);
    }

    static variable_list backward(AutogradContext* context, variable_list gradients) {
        const auto saved = context->get_saved_variables();
        return {turned(gradients[0], context->saved_data["headWidth"].toInt(), saved[0], saved[1], -1),
                at::Tensor(), at::Tensor(), at::Tensor()};
    }
};

}  // namespace

RotaryAngles rotaryAngles(const RopeConfig& rope, std::int64_t headWidth,
                          const std::vector<std::int64_t>& positions, std::int64_t length,
                          const at::TensorOptions& options) {
    const auto single = at::TensorOptions(at::kFloat);
    const std::vector<float> frequencies = ropeFrequencies(rope, headWidth, length);
    at::Tensor frequency = at::empty({1, headWidth / 2}, single);
    std::copy(frequencies.begin(), frequencies.end(), frequency.data_ptr<float>());
    at::Tensor position = at::empty({static_cast<std::int64_t>(positions.size()), 1}, single);
    std::transform(positions.begin(), positions.end(), position.data_ptr<float>(),
                   [](std::int64_t p) { return static_cast<float>(p); });
    const at::Tensor angle = position * frequency;
    // Only then in the model's own type, as transformers does it.
    const auto scaled = [&](const at::Tensor& value) {
        return value.mul(rope.attentionFactor).to(options.dtype()).to(options.device());
    };
    return {scaled(angle.cos()), scaled(angle.sin())};
}

at::Tensor rotate(const at::Tensor& x, std::int64_t headWidth, const RotaryAngles& angles) {
    return Rotary::apply(x, headWidth, angles.cosine, angles.sine);
}

}  // namespace jumplora
