// SPDX-License-Identifier: Apache-2.0
#include "model/activation.h"

namespace jumplora {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

const char* approximation(const std::string& name) { return name == "gelu" ? "none" : "tanh"; }

// Of activate(), by x.
at::Tensor activationGradient(const at::Tensor& dy, const at::Tensor& x, const std::string& name) {
    if (name == "relu") return at::threshold_backward(dy, x, 0);
    if (name == "silu") return at::silu_backward(dy, x);
    return at::gelu_backward(dy, x, approximation(name));
}

class GatedActivation : public Function<GatedActivation> {
  public:
    static at::Tensor forward(AutogradContext* context, const at::Tensor& gate, const at::Tensor& x,
                              const std::string& name) {
        context->save_for_backward({gate, x});
        context->saved_data["name"] = name;
        return activate(gate, name).mul_(x);
    }

    static variable_list backward(AutogradContext* context, variable_list gradients) {
        const auto saved = context->get_saved_variables();
        const std::string name = context->saved_data["name"].toStringRef();
        const at::Tensor& dy = gradients[0];
        return {activationGradient(dy * saved[1], saved[0], name), activate(saved[0], name).mul_(dy),
                at::Tensor()};
    }
};

}  // namespace

at::Tensor activate(const at::Tensor& x, const std::string& name) {
    if (name == "relu") return at::relu(x);
    if (name == "silu") return at::silu(x);
    return at::gelu(x, approximation(name));
}

at::Tensor gatedActivation(const at::Tensor& gate, const at::Tensor& x, const std::string& name) {
    return GatedActivation::apply(gate, x, name);
}

}  // namespace jumplora
