// SPDX-License-Identifier: Apache-2.0
#include "model/projection.h"

#include "base/error.h"
#include "kernel/bfloat16.h"
#include "kernel/float32.h"
#include "model/pieces.h"

namespace jumplora {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::Function;
using torch::autograd::variable_list;

// The bit patterns of a contiguous bfloat16 tensor.
const std::uint16_t* bitsOf(const at::Tensor& weight) {
    return reinterpret_cast<const std::uint16_t*>(weight.data_ptr<at::BFloat16>());
}

bool isHalf(const at::Tensor& weight) { return weight.scalar_type() == at::kBFloat16; }

bool runsPacked(const at::Tensor& x, const at::Tensor& weight) {
    return x.dim() == 2 && runsInKernel({x, weight}) && x.scalar_type() == at::kFloat &&
           float32ProductPays(x.size(0));
}

// Keeps x only where the weight asks for a gradient.
class Projection : public Function<Projection> {
  public:
    static at::Tensor forward(AutogradContext* context, const at::Tensor& x, const at::Tensor& weight) {
        const bool weightNeedsGrad = weight.requires_grad();
        context->save_for_backward({weight, weightNeedsGrad ? x : at::Tensor()});
        context->saved_data["xNeedsGrad"] = x.requires_grad();
        context->saved_data["weightNeedsGrad"] = weightNeedsGrad;
        return productTransposed(x, weight);
    }
    static variable_list backward(AutogradContext* context, variable_list gradients) {
        const auto saved = context->get_saved_variables();
        const at::Tensor dy = gradients[0].contiguous();
        at::Tensor dx, dWeight;
        if (context->saved_data["xNeedsGrad"].toBool()) dx = product(dy, saved[0]);
        if (context->saved_data["weightNeedsGrad"].toBool()) dWeight = at::mm(dy.t(), saved[1]);
        return {dx, dWeight};
    }
};

}  // namespace

at::Tensor productTransposed(const at::Tensor& x, const at::Tensor& weight) {
    if (!isHalf(weight) && !runsPacked(x, weight)) return at::mm(x, weight.t());
    if (!x.is_cpu()) return at::linear(x.to(weight.scalar_type()), weight).to(x.scalar_type());
    const at::Tensor rows = x.contiguous();
    at::Tensor y = at::empty({rows.size(0), weight.size(0)}, rows.options().requires_grad(false));
    const float* from = rows.data_ptr<float>();
    float* to = y.data_ptr<float>();
    if (isHalf(weight)) {
        bfloat16Product(from, bitsOf(weight), to, rows.size(0), weight.size(0), weight.size(1));
    } else {
        float32Product(from, weight.data_ptr<float>(), to, rows.size(0), weight.size(0), weight.size(1));
    }
    return y;
}

at::Tensor product(const at::Tensor& dy, const at::Tensor& weight) {
    if (!isHalf(weight) && !runsPacked(dy, weight)) return at::mm(dy, weight);
    if (!dy.is_cpu()) return at::mm(dy.to(weight.scalar_type()), weight).to(dy.scalar_type());
    const at::Tensor rows = dy.contiguous();
    at::Tensor dx = at::empty({rows.size(0), weight.size(1)}, rows.options().requires_grad(false));
    const float* from = rows.data_ptr<float>();
    float* to = dx.data_ptr<float>();
    if (isHalf(weight)) {
        bfloat16ProductTransposed(from, bitsOf(weight), to, rows.size(0), weight.size(0), weight.size(1));
    } else {
        float32ProductTransposed(from, weight.data_ptr<float>(), to, rows.size(0), weight.size(0),
                                 weight.size(1));
    }
    return dx;
}

at::Tensor project(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
    if (!isHalf(weight) && !runsPacked(x, weight))
        return bias.defined() ? at::linear(x, weight, bias) : at::linear(x, weight);
    const at::Tensor y = Projection::apply(x, weight);
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
