// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>
#include <string>

namespace jumplora {

// Instructions a set of kernels is compiled for. All paths compute the same within rounding.
enum class KernelPath { Portable, Avx2, Avx512 };
const char* kernelPathName(KernelPath path);  // "portable", "AVX2", "AVX-512"

// The gate on one module: ΔW = BA, B [m, r], A [r, n], row-major. An entry is alive when |ΔW| > tau; it then
// counts `alive` times, else `dead` times (s and s(1−f)).
template <typename T>
struct GateArguments {
    const T* a = nullptr;
    const T* b = nullptr;
    std::int64_t columns = 0;  // n
    std::int64_t rank = 0;     // r
    T tau = 0;
    T alive = 1;
    T dead = 0;
};

// Tokens whose part of a sampled product is computed at once.
constexpr std::int64_t kSampledTokens = 128;

// What a pass over some rows adds to. dA is [r, n] and belongs to the calling thread; dB is the whole [m, r].
template <typename T>
struct GateGradients {
    T* dA = nullptr;
    T* dB = nullptr;
};

// Entries of some rows that the gate's gradient depends on: those alive, and those inside a threshold window.
template <typename T>
struct GateSelection {
    std::int32_t* columns = nullptr;  // by row
    T* alive = nullptr;               // alive − dead of a live entry, else 0
    T* window = nullptr;              // R((ΔW−τ)/ε) − R((−ΔW−τ)/ε)
    std::int64_t* ends = nullptr;     // per row (from the first one asked for): end of its entries
    std::int64_t capacity = 0;
};

template <typename T>
struct GateCounts {
    std::int64_t alive = 0;
    std::int64_t inWindow = 0;
    T maxAbs = 0;  // entries that are not a number count nowhere
};

// Everything works on rows [first, last) of a matrix and is called from several threads at once. Rows of
// `stride` elements. Work space: `row` has room for n (gate) or the given number of columns.
template <typename T>
struct Kernels {
    // x[i, j] = softmax_j(scale·x[i, j] + bias[i, j]) over j < columns, or j ≤ i with `causal`, and then j >
    // i − window where window > 0; other entries become 0. bias may be null.
    void (*softmax)(T* x, std::int64_t rows, std::int64_t columns, std::int64_t stride, const T* bias,
                    std::int64_t biasStride, T scale, bool causal, std::int64_t window);
    // dp[i, j] = p[i, j]·(dp[i, j] − Σ_j p·dp): the gradient by what softmax was taken of, before `scale`.
    void (*softmaxBackward)(const T* p, T* dp, std::int64_t rows, std::int64_t columns, std::int64_t stride);
    // y = x·rsqrt(mean(x²) + ε)·w per row of `columns`.
    void (*rmsNorm)(const T* x, const T* weight, T* y, std::int64_t rows, std::int64_t columns, T epsilon);
    // dx of the above.
    void (*rmsNormBackward)(const T* x, const T* weight, const T* dy, T* dx, std::int64_t rows,
                            std::int64_t columns, T epsilon);

    // Thin products with a matrix of few rows, a [r, n]: x [tokens, n], u [tokens, r].
    // u = x·aᵀ
    void (*thinDots)(const T* x, const T* a, T* u, std::int64_t tokens, std::int64_t columns,
                     std::int64_t rank);
    // y [tokens, n] += scale·u·a
    void (*thinAdd)(const T* u, const T* a, T* y, std::int64_t tokens, std::int64_t columns,
                    std::int64_t rank, T scale);
    // sum [r, n] += uᵀ·x
    void (*thinOuter)(const T* u, const T* x, T* sum, std::int64_t tokens, std::int64_t columns,
                      std::int64_t rank);

    // out = weight + ΔW∘factor; weight may be null.
    void (*gateWeight)(const GateArguments<T>& gate, std::int64_t first, std::int64_t last, const T* weight,
                       T* out);
    // With g = gradient by (ΔW∘factor) / factor as if every entry were alive at factor 1: adds the gradients
    // of A and B, and returns Σ sign(ΔW)·g over entries inside the window ||ΔW|−τ| < window/2.
    double (*gateBackward)(const GateArguments<T>& gate, std::int64_t first, std::int64_t last,
                           const T* gradient, T window, T* row, const GateGradients<T>& out);
    // Returns Σ (ΔW∘factor∘past)² and adds the gradient of weight·that sum. No gradient when weight is 0.
    double (*gateOverlap)(const GateArguments<T>& gate, std::int64_t first, std::int64_t last, const T* past,
                          T weight, T* row, const GateGradients<T>& out);
    // Fills `selection`; returns how many entries there are, or −1 when they exceed its capacity.
    std::int64_t (*gateSelect)(const GateArguments<T>& gate, std::int64_t first, std::int64_t last, T window,
                               T* row, const GateSelection<T>& selection);
    // out [n, kSampledTokens] = xᵀ for at most kSampledTokens tokens x [tokens, n], zeros behind the last
    // one.
    void (*transposeTokens)(const T* x, std::int64_t tokens, std::int64_t columns, T* out);
    // products[e] += Σ_t dy[row of e, t]·x[column of e, t] over the kSampledTokens tokens of a chunk; dy [m,
    // tokens], x [n, tokens].
    void (*sampledDots)(const T* dy, const T* x, std::int64_t first, std::int64_t last,
                        const GateSelection<T>& selection, T* products);
    // With products = the gradient by BA∘factor at the selected entries: adds the gradients of A and B, both
    // transposed rows of r: aT [n, r], sums dAT [n, r] and dB [m, r]. Returns Σ window·product.
    double (*sampledSpread)(const GateArguments<T>& gate, std::int64_t first, std::int64_t last, const T* aT,
                            const GateSelection<T>& selection, const T* products, T* dAT, T* dB);
    void (*gateCounts)(const GateArguments<T>& gate, std::int64_t first, std::int64_t last, T window, T* row,
                       GateCounts<T>& out);
    // |ΔW| of one row.
    void (*gateMagnitudes)(const GateArguments<T>& gate, std::int64_t row, T* out);
    // Adds the entries with |ΔW| < low to `below`; writes those of [low, high] to `inside`, which has room
    // for all entries of the rows, and returns how many these are. What is not a number is neither.
    std::int64_t (*gateBracket)(const GateArguments<T>& gate, std::int64_t first, std::int64_t last, T low,
                                T high, T* row, T* inside, std::int64_t& below);
};

// The best path this processor can run, or the one that was forced.
KernelPath kernelPath();
// Every path this processor can run, portable first.
std::span<const KernelPath> availableKernelPaths();
// For tests and measurements: use this path from now on. Throws Error(Input) when the processor cannot.
void forceKernelPath(KernelPath path);

template <typename T>
const Kernels<T>& kernels();
template <>
const Kernels<float>& kernels<float>();
template <>
const Kernels<double>& kernels<double>();

}  // namespace jumplora
