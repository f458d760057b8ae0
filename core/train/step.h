// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "adapter/adapter_set.h"
#include "method/method.h"
#include "model/backbone.h"
#include "train/events.h"
#include "train/optimizer.h"

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace jumplora {

struct StepLoss {
    std::vector<double> ce;  // per micro-batch
    std::vector<PenaltyTerm> penalties;
    [[nodiscard]] double meanCe() const;
    [[nodiscard]] double penalty() const;
};

// Sets the gradients of all adapter parameters to those of mean(ce over micro-batches) + penalties.
// `microLoss(k)` returns the cross-entropy of micro-batch k with its graph.
StepLoss computeGradients(AdapterSet& adapters, Method& method, std::size_t microBatches,
                          const std::function<at::Tensor(std::size_t)>& microLoss);

// What of a step is not a finite number ("the cross-entropy", "the gradient of NAME"); empty when all is.
std::string nonFinitePart(const StepLoss& loss, AdapterSet& adapters);

// Adds a micro-batch's rows, real tokens and what padding them would cost to the metrics.
void countTokens(const std::vector<TokenRow>& batch, StepMetrics& metrics);

// What happens to the gate after `completed` steps of a task: the threshold is initialised once, f is
// updated. Returns true when the threshold was initialised by this call.
bool advanceGate(AdapterSet& adapters, const BlendSchedule& schedule, std::int64_t completed);

}  // namespace jumplora
