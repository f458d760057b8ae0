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

// What a pass over some rows adds to. dA is [r, n] and belongs to the calling thread; dB is the whole [m, r].
template <typename T>
struct GateGradients {
    T* dA = nullptr;
    T* dB = nullptr;
};

template <typename T>
struct GateCounts {
    std::int64_t alive = 0;
    std::int64_t inWindow = 0;
    T maxAbs = 0;  // NaN when an entry is NaN
};

// Everything works on rows [first, last) of a matrix and is called from several threads at once. Rows of
// `stride` elements. Work space: `row` has room for n (gate) or the given number of columns.
template <typename T>
struct Kernels {
    // x[i, j] = softmax_j(scale·x[i, j] + bias[i, j]) over j < columns, or j ≤ i with `causal`; later entries
    // become 0. bias may be null.
    void (*softmax)(T* x, std::int64_t rows, std::int64_t columns, std::int64_t stride, const T* bias,
                    std::int64_t biasStride, T scale, bool causal);
    // dp[i, j] = p[i, j]·(dp[i, j] − Σ_j p·dp): the gradient by what softmax was taken of, before `scale`.
    void (*softmaxBackward)(const T* p, T* dp, std::int64_t rows, std::int64_t columns, std::int64_t stride);
    // y = x·rsqrt(mean(x²) + ε)·w per row of `columns`.
    void (*rmsNorm)(const T* x, const T* weight, T* y, std::int64_t rows, std::int64_t columns, T epsilon);
    // dx of the above.
    void (*rmsNormBackward)(const T* x, const T* weight, const T* dy, T* dx, std::int64_t rows,
                            std::int64_t columns, T epsilon);

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
    void (*gateCounts)(const GateArguments<T>& gate, std::int64_t first, std::int64_t last, T window, T* row,
                       GateCounts<T>& out);
    // |ΔW| of the rows, written to `row`, one call a row.
    void (*gateMagnitudes)(const GateArguments<T>& gate, std::int64_t row, T* out);
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
