// SPDX-License-Identifier: Apache-2.0
#include "kernel/float32.h"

#include "base/error.h"
#include "kernel/float32_tiles.h"
#include "kernel/kernels.h"
#include "kernel/packed_product.h"

namespace jumplora {

bool float32ProductPays(std::int64_t tokens) {
    constexpr std::int64_t kTokensWorthPacking = 4;
    return tokens >= kTokensWorthPacking && kernelPath() == KernelPath::Avx512;
}

#ifdef JUMPLORA_X86_KERNELS
namespace {

void requireAvx512() {
    if (availableKernelPaths().back() != KernelPath::Avx512)
        fail(ErrorKind::State, "a packed float32 product was asked for, but this processor has no AVX-512");
}

}  // namespace

void float32Product(const float* x, const float* weight, float* y, std::int64_t tokens, std::int64_t outputs,
                    std::int64_t inputs) {
    requireAvx512();
    packedProduct<Float32Tiles>(x, y, tokens, outputs, inputs,
                                [&](std::int64_t column, std::int64_t summand, std::int64_t columns,
                                    std::int64_t summands, float* out) {
                                    Float32Tiles::packRows(weight + column * inputs + summand, inputs,
                                                           columns, summands, out);
                                });
}

void float32ProductTransposed(const float* dy, const float* weight, float* dx, std::int64_t tokens,
                              std::int64_t outputs, std::int64_t inputs) {
    requireAvx512();
    packedProduct<Float32Tiles>(dy, dx, tokens, inputs, outputs,
                                [&](std::int64_t column, std::int64_t summand, std::int64_t columns,
                                    std::int64_t summands, float* out) {
                                    Float32Tiles::packColumns(weight + summand * inputs + column, inputs,
                                                              columns, summands, out);
                                });
}

#else

void float32Product(const float*, const float*, float*, std::int64_t, std::int64_t, std::int64_t) {
    fail(ErrorKind::State, "a packed float32 product was asked for, but this processor has no AVX-512");
}
void float32ProductTransposed(const float*, const float*, float*, std::int64_t, std::int64_t, std::int64_t) {
    fail(ErrorKind::State, "a packed float32 product was asked for, but this processor has no AVX-512");
}

#endif

}  // namespace jumplora
