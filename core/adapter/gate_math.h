// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/torch_api.h"

#include <cstdint>
#include <vector>

namespace jumplora {

// What becomes of an entry of ΔW = BA: alive (|BA| > τ) it counts `alive` times, else `dead` times. τ = −1:
// every entry is alive.
struct GateFactors {
    double tau = -1;
    double alive = 1;
    double dead = 0;
};

// The gate of one module, A [r, n], B [m, r]. On the CPU in float32 and float64 each function is one pass
// over ΔW by the kernels of this processor, row by row, without an array for ΔW; elsewhere tensor operations.
// The same machine and number of threads give the same bits.

// (weight +) BA∘factor, [m, n]; weight may be undefined or empty.
at::Tensor gatedWeight(const at::Tensor& weight, const at::Tensor& a, const at::Tensor& b,
                       const GateFactors& factors);

struct GateGradient {
    at::Tensor a, b;
    double window = 0;  // Σ (R((ΔW−τ)/ε) − R((−ΔW−τ)/ε))·gradient, R(u) = 1 for −½ < u < ½
};
// Gradients of A and B when `gradient` [m, n] is that by BA∘factor.
GateGradient gateGradient(const at::Tensor& gradient, const at::Tensor& a, const at::Tensor& b,
                          const GateFactors& factors, double bandwidth);

// How the gradient of a gated layer is made: by one dense product dyᵀx, or from that product's entries at the
// places where it matters. Automatic takes the second when few enough entries are alive or inside a window.
enum class GatePath { Automatic, Dense, Sampled };
void forceGatePath(GatePath path);  // for tests and measurements

// gateGradient(dyᵀx, ...), x [tokens, n], dy [tokens, m].
GateGradient layerGradient(const at::Tensor& x, const at::Tensor& dy, const at::Tensor& a,
                           const at::Tensor& b, const GateFactors& factors, double bandwidth);

struct OverlapTerm {
    double value = 0;  // Σ (BA∘factor∘past)²
    at::Tensor a, b;   // gradients of weight·value; undefined when weight is 0
};
OverlapTerm overlapTerm(const at::Tensor& past, const at::Tensor& a, const at::Tensor& b,
                        const GateFactors& factors, double weight);

struct GateCount {
    std::int64_t alive = 0;
    std::int64_t inWindow = 0;  // ||BA|−τ| < window/2
    double maxAbs = 0;
};
GateCount countGate(const at::Tensor& a, const at::Tensor& b, double tau, double window);

}  // namespace jumplora
