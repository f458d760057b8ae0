// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/torch_api.h"
#include "train/run_spec.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace jumplora {

// Updates leaves from their gradients; computes what torch.optim computes. State is one set of tensors per
// leaf.
class Optimizer {
  public:
    virtual ~Optimizer() = default;
    Optimizer() = default;
    Optimizer(const Optimizer&) = delete;
    Optimizer& operator=(const Optimizer&) = delete;
    // One step with learning rate lr; leaves without a gradient are left alone.
    virtual void step(double lr) = 0;
    // For checkpoints; names end in the leaf's index.
    [[nodiscard]] virtual std::map<std::string, at::Tensor> state() const = 0;
    virtual void setState(const std::map<std::string, at::Tensor>& state) = 0;
};

std::unique_ptr<Optimizer> makeOptimizer(const OptimizerSpec& spec, std::vector<at::Tensor> leaves);

// √Σ‖g‖² over all gradients, then g ·= min(1, clip/(norm + 1e-6)) when clip > 0 (torch's clip_grad_norm_).
// Returns the norm before clipping.
double clipGradients(const std::vector<at::Tensor>& leaves, double clip);

// Learning rate of the step that follows `completed` steps out of `steps`: constant, linear or cosine to 0.
double scheduledLearningRate(const std::string& schedule, double lr, std::int64_t completed,
                             std::int64_t steps);

}  // namespace jumplora
