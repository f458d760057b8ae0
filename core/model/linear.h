// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/torch_api.h"
#include "model/projection.h"

#include <string>

namespace jumplora {

struct Linear;

// What the adapter room puts into a linear layer.
class LinearAdapter {
  public:
    virtual ~LinearAdapter() = default;
    // x [tokens, n] -> y [tokens, m].
    virtual at::Tensor forward(const at::Tensor& x, const Linear& layer) = 0;
    // W with what the adapter adds, [m, n], differentiable by the adapter's parameters; without the dropout
    // of its input.
    [[nodiscard]] virtual at::Tensor matrix(const Linear& layer) const = 0;
    // Whether forward() is a product with matrix() just now: no dropout of the adapter's input.
    [[nodiscard]] virtual bool isMatrix() const { return true; }
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
    // W with what the adapter adds, for products other than x Wᵀ.
    [[nodiscard]] at::Tensor matrix() const { return adapter == nullptr ? weight : adapter->matrix(*this); }
    [[nodiscard]] bool isMatrix() const { return adapter == nullptr || adapter->isMatrix(); }
};

}  // namespace jumplora
