// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/torch_api.h"
#include "model/half_linear.h"

#include <string>

namespace jumplora {

struct Linear;

// What the adapter room puts into a linear layer.
class LinearAdapter {
  public:
    virtual ~LinearAdapter() = default;
    // x [tokens, n] -> y [tokens, m].
    virtual at::Tensor forward(const at::Tensor& x, const Linear& layer) = 0;
};

// y = x Wᵀ (+ b), W [m, n], through the adapter when there is one.
struct Linear {
    std::string name;  // checkpoint name without ".weight"
    at::Tensor weight;
    at::Tensor bias;  // undefined when absent
    LinearAdapter* adapter = nullptr;

    [[nodiscard]] at::Tensor operator()(const at::Tensor& x) const {
        if (adapter != nullptr) return adapter->forward(x, *this);
        return project(x, weight, bias);
    }
};

}  // namespace jumplora
