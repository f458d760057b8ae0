// SPDX-License-Identifier: Apache-2.0
#include "kernel/bfloat16.h"

#include "base/cpu.h"
#include "base/error.h"
#include "kernel/bfloat16_tiles.h"
#include "kernel/parallel.h"

#include <algorithm>
#include <memory>

namespace jumplora {

#ifdef JUMPLORA_X86_KERNELS
namespace {

namespace tiles = bfloat16;

std::unique_ptr<std::uint16_t[]> halves(std::int64_t count) {
    return std::make_unique_for_overwrite<std::uint16_t[]>(static_cast<std::size_t>(count));
}

void requireAvailable() {
    if (!bfloat16Available())
        fail(ErrorKind::State, "a bfloat16 product was asked for, but {}", bfloat16Lack());
}

// Parts of a count that threads work on; the sums do not depend on them.
std::int64_t partsOf(std::int64_t count, std::int64_t size) { return (count + size - 1) / size; }

// x [tokens, depth] rounded, rows of rowStride(depth).
std::unique_ptr<std::uint16_t[]> rounded(const float* x, std::int64_t tokens, std::int64_t depth) {
    constexpr std::int64_t kTokensAtOnce = 256;
    const std::int64_t stride = tiles::rowStride(depth);
    auto out = halves(tokens * stride);
    parallelPieces(partsOf(tokens, kTokensAtOnce), [&](std::int64_t part) {
        const std::int64_t end = std::min(tokens, (part + 1) * kTokensAtOnce);
        for (std::int64_t t = part * kTokensAtOnce; t < end; ++t)
            tiles::roundRow(x + t * depth, out.get() + t * stride, depth);
    });
    return out;
}

// y [tokens, columns] = x [tokens, depth]·V, where pack(column, summand, columns, depth, out) packs a part of
// V.
template <typename Pack>
void multiplyPacked(const std::uint16_t* x, float* y, std::int64_t tokens, std::int64_t columns,
                    std::int64_t depth, const Pack& pack) {
    // Whole tiles, so that the last one of a part is not smaller than it need be.
    constexpr std::int64_t kTokensAtOnce = 64 * tiles::kRows;
    const std::int64_t stride = tiles::rowStride(depth);
    const std::int64_t columnParts = partsOf(columns, tiles::kBlock);
    const std::int64_t tokenParts = partsOf(tokens, kTokensAtOnce);
    parallelPieces(columnParts * tokenParts, [&](std::int64_t piece) {
        const std::int64_t firstColumn = piece % columnParts * tiles::kBlock;
        const std::int64_t width = std::min(tiles::kBlock, columns - firstColumn);
        const std::int64_t firstToken = piece / columnParts * kTokensAtOnce;
        const std::int64_t lastToken = std::min(tokens, firstToken + kTokensAtOnce);
        const std::int64_t panelSize = tiles::kPanel * std::min(tiles::kDepth, tiles::evenUp(depth));
        const auto packed = halves(partsOf(width, tiles::kPanel) * panelSize);
        for (std::int64_t k = 0; k < depth; k += tiles::kDepth) {
            const std::int64_t summands = std::min(tiles::kDepth, depth - k);
            for (std::int64_t j = 0; j < width; j += tiles::kPanel)
                pack(firstColumn + j, k, std::min(tiles::kPanel, width - j), summands,
                     packed.get() + j / tiles::kPanel * panelSize);
            for (std::int64_t t = firstToken; t < lastToken; t += tiles::kRows) {
                const std::int64_t rows = std::min(tiles::kRows, lastToken - t);
                for (std::int64_t j = 0; j < width; j += tiles::kPanel)
                    tiles::multiplyPanel(x + t * stride + k, stride,
                                         packed.get() + j / tiles::kPanel * panelSize,
                                         y + t * columns + firstColumn + j, columns, rows,
                                         std::min(tiles::kPanel, width - j), summands, k > 0);
            }
        }
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
    const auto halfX = rounded(x, tokens, inputs);
    if (tokens <= tiles::kFewTokens) {
        parallelPieces(partsOf(outputs, tiles::kBlock), [&](std::int64_t part) {
            const std::int64_t first = part * tiles::kBlock;
            tiles::multiplyRows(halfX.get(), tiles::rowStride(inputs), weight, y + first, outputs, tokens,
                                first, std::min(outputs, first + tiles::kBlock), inputs);
        });
        return;
    }
    multiplyPacked(halfX.get(), y, tokens, outputs, inputs,
                   [&](std::int64_t column, std::int64_t summand, std::int64_t columns, std::int64_t summands,
                       std::uint16_t* out) {
                       tiles::packRows(weight + column * inputs + summand, inputs, columns, summands, out);
                   });
}

void bfloat16ProductTransposed(const float* dy, const std::uint16_t* weight, float* dx, std::int64_t tokens,
                               std::int64_t outputs, std::int64_t inputs) {
    requireAvailable();
    const auto halfDy = rounded(dy, tokens, outputs);
    multiplyPacked(halfDy.get(), dx, tokens, inputs, outputs,
                   [&](std::int64_t column, std::int64_t summand, std::int64_t columns, std::int64_t summands,
                       std::uint16_t* out) {
                       tiles::packColumns(weight + summand * inputs + column, inputs, columns, summands, out);
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
