// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/torch_api.h"

#include <string>

namespace jumplora {

// `name` as activationName() gives it: relu, gelu (exact), gelu_new (tanh), silu.
at::Tensor activate(const at::Tensor& x, const std::string& name);

// activate(gate)·x; keeps only the two for the backward pass.
at::Tensor gatedActivation(const at::Tensor& gate, const at::Tensor& x, const std::string& name);

}  // namespace jumplora
