// SPDX-License-Identifier: Apache-2.0
#include "kernel/bfloat16.h"

#include "base/cpu.h"
#include "base/error.h"
#include "kernel/bfloat16_tiles.h"
#include "kernel/packed_product.h"

namespace jumplora {

#ifdef JUMPLORA_X86_KERNELS
namespace {

using Tiles = Bfloat16Tiles;
constexpr std::int64_t kFewTokens = 16;  // up to here packing the weight would cost more than it saves

void requireAvailable() {
    if (!bfloat16Available())
        fail(ErrorKind::State, "a bfloat16 product was asked for, but {}", bfloat16Lack());
}

void productOfFew(const float* x, const std::uint16_t* weight, float* y, std::int64_t tokens,
                  std::int64_t outputs, std::int64_t inputs) {
    constexpr std::int64_t kOutputsAtOnce = 128;
    const std::int64_t stride = Tiles::rowStride(inputs);
    const auto rounded = unsetArray<std::uint16_t>(tokens * stride);
    for (std::int64_t t = 0; t < tokens; ++t)
        Tiles::takeRow(x + t * inputs, rounded.get() + t * stride, inputs);
    parallelPieces(partsOf(outputs, kOutputsAtOnce), [&](std::int64_t part) {
        const std::int64_t first = part * kOutputsAtOnce;
        Tiles::multiplyFew(rounded.get(), stride, weight, y + first, outputs, tokens, first,
                           std::min(outputs, first + kOutputsAtOnce), inputs);
    });
}

}  // namespace

bool bfloat16Available() {
    static const bool available = [] {
        const CpuInfo cpu = inspectCpu();
        return vectorLevel(cpu) == VectorLevel::Avx512 && cpu.has("avx512_bf16");
    }();
    return available;
}

void bfloat16Product(const float* x, const std::uint16_t* weight, float* y, std::int64_t tokens,
                     std::int64_t outputs, std::int64_t inputs) {
    requireAvailable();
    if (tokens <= kFewTokens) {
        productOfFew(x, weight, y, tokens, outputs, inputs);
        return;
    }
    packedProduct<Tiles>(x, y, tokens, outputs, inputs,
                         [&](std::int64_t column, std::int64_t summand, std::int64_t columns,
                             std::int64_t summands, std::uint16_t* out) {
                             Tiles::packRows(weight + column * inputs + summand, inputs, columns, summands,
                                             out);
                         });
}

void bfloat16ProductTransposed(const float* dy, const std::uint16_t* weight, float* dx, std::int64_t tokens,
                               std::int64_t outputs, std::int64_t inputs) {
    requireAvailable();
    packedProduct<Tiles>(dy, dx, tokens, inputs, outputs,
                         [&](std::int64_t column, std::int64_t summand, std::int64_t columns,
                             std::int64_t summands, std::uint16_t* out) {
                             Tiles::packColumns(weight + summand * inputs + column, inputs, columns, summands,
                                                out);
                         });
}

std::string bfloat16Lack() {
    if (bfloat16Available()) return {};
    return fmt::format("this processor ({}) has no AVX512_BF16 instructions", inspectCpu().name);
}

#else

bool bfloat16Available() { return false; }
std::string bfloat16Lack() { return "bfloat16 is computed on x86-64 processors with AVX512_BF16 only"; }
void bfloat16Product(const float*, const std::uint16_t*, float*, std::int64_t, std::int64_t, std::int64_t) {
    fail(ErrorKind::State, "a bfloat16 product was asked for, but {}", bfloat16Lack());
}
void bfloat16ProductTransposed(const float*, const std::uint16_t*, float*, std::int64_t, std::int64_t,
                               std::int64_t) {
    fail(ErrorKind::State, "a bfloat16 product was asked for, but {}", bfloat16Lack());
}

#endif

}  // namespace jumplora
