// SPDX-License-Identifier: Apache-2.0
#include "model/half_linear.h"

#include "base/error.h"
#include "kernel/bfloat16.h"

namespace jumplora {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

// The bit patterns of a contiguous bfloat16 tensor.
const std::uint16_t* bitsOf(const at::Tensor& weight) {
    return reinterpret_cast<const std::uint16_t*>(weight.data_ptr<at::BFloat16>());
}

at::Tensor product(const at::Tensor& x, const at::Tensor& weight) {
    if (!x.is_cpu()) return at::linear(x.to(weight.scalar_type()), weight).to(x.scalar_type());
    const at::Tensor rows = x.contiguous();
    at::Tensor y = at::empty({rows.size(0), weight.size(0)}, rows.options().requires_grad(false));
    bfloat16Product(rows.data_ptr<float>(), bitsOf(weight), y.data_ptr<float>(), rows.size(0), weight.size(0),
                    weight.size(1));
    return y;
}

at::Tensor productTransposed(const at::Tensor& dy, const at::Tensor& weight) {
    if (!dy.is_cpu()) return at::mm(dy.to(weight.scalar_type()), weight).to(dy.scalar_type());
    const at::Tensor rows = dy.contiguous();
    at::Tensor dx = at::empty({rows.size(0), weight.size(1)}, rows.options().requires_grad(false));
    bfloat16ProductTransposed(rows.data_ptr<float>(), bitsOf(weight), dx.data_ptr<float>(), rows.size(0),
                              weight.size(0), weight.size(1));
    return dx;
}

class HalfLinear : public Function<HalfLinear> {
  public:
    static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight) {
        context->save_for_backward({weight});
        return product(x, weight);
    }
    static variable_list backward(AutogradContext* context, variable_list gradients) {
        return {productTransposed(gradients[0], context->get_saved_variables()[0]), at::Tensor()};
    }
};

}  // namespace

at::Tensor project(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
    if (weight.scalar_type() != at::kBFloat16)
        return bias.defined() ? at::linear(x, weight, bias) : at::linear(x, weight);
    const at::Tensor y = x.requires_grad() ? HalfLinear::apply(x, weight) : product(x, weight);
    return bias.defined() ? y + bias : y;
}

void requireComputable(at::ScalarType dtype, at::Device device) {
    if (dtype != at::kBFloat16 || !device.is_cpu()) return;
    if (!bfloat16Available())
        fail(
            ErrorKind::Input,
            "backbone.precision: bfloat16 would be slower than float32 here: {}. Use float32, which computes "
            "checkpoints stored in bfloat16, too",
            bfloat16Lack());
}

at::ScalarType parsePrecision(const std::string& name) {
    if (name == "float32") return at::kFloat;
    if (name == "float64") return at::kDouble;
    if (name == "bfloat16") return at::kBFloat16;
    fail(ErrorKind::Input, "the precision \"{}\" is not known; known are float32, float64, bfloat16", name);
}

}  // namespace jumplora
