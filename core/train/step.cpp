// SPDX-License-Identifier: Apache-2.0
#include "train/step.h"

#include "base/error.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace jumplora {

double StepLoss::meanCe() const {
    return std::accumulate(ce.begin(), ce.end(), 0.0) /
           static_cast<double>(std::max<std::size_t>(ce.size(), 1));
}

double StepLoss::penalty() const {
    double sum = 0;
    for (const PenaltyTerm& term : penalties) sum += term.value;
    return sum;
}

StepLoss computeGradients(AdapterSet& adapters, Method& method, std::size_t microBatches,
                          const std::function<at::Tensor(std::size_t)>& microLoss) {
    StepLoss result;
    for (at::Tensor& leaf : adapters.parameters()) leaf.mutable_grad() = at::Tensor();
    for (std::size_t k = 0; k < microBatches; ++k) {
        const at::Tensor ce = microLoss(k);
        result.ce.push_back(ce.item<double>());
        (microBatches == 1 ? ce : ce / static_cast<double>(microBatches)).backward();
    }
    method.addPenalties(adapters, result.penalties);
    return result;
}

std::string nonFinitePart(const StepLoss& loss, AdapterSet& adapters) {
    if (!std::isfinite(loss.meanCe())) return "the cross-entropy";
    for (const PenaltyTerm& term : loss.penalties) {
        if (!std::isfinite(term.value)) return fmt::format("the penalty \"{}\"", term.name);
    }
    for (std::size_t i = 0; i < adapters.infos().size(); ++i) {
        for (const at::Tensor& leaf : {adapters.a(i), adapters.b(i)}) {
            if (leaf.grad().defined() && !std::isfinite(leaf.grad().sum().item<double>()))
                return "the gradient of " + adapters.infos()[i].name;
        }
    }
    return {};
}

void countTokens(const std::vector<TokenRow>& batch, StepMetrics& metrics) {
    std::size_t longestSource = 0;
    std::size_t longestTarget = 0;
    for (const TokenRow& row : batch) {
        metrics.tokens += static_cast<std::int64_t>(row.source.size() + row.target.size());
        longestSource = std::max(longestSource, row.source.size());
        longestTarget = std::max(longestTarget, row.target.size());
    }
    metrics.rows += static_cast<std::int64_t>(batch.size());
    metrics.paddedTokens += static_cast<std::int64_t>(batch.size() * (longestSource + longestTarget));
}

bool advanceGate(AdapterSet& adapters, const BlendSchedule& schedule, std::int64_t completed) {
    if (!adapters.gate().enabled) return false;
    bool initialised = false;
    if (!adapters.thresholdsInitialised() && completed >= schedule.initialisationStep()) {
        adapters.initialiseThresholds();
        initialised = true;
    }
    adapters.setBlend(schedule.blend(completed));
    return initialised;
}

}  // namespace jumplora
