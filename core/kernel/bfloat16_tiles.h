// SPDX-License-Identifier: Apache-2.0
#pragma once
// Internal to the kernel room: bfloat16 products compiled for AVX512_BF16, as packedProduct() uses them.
// Everything here counts bfloat16 numbers in pairs that stand beside each other in memory, as the instruction
// multiplies them.
#include <cstdint>

namespace jumplora {

struct Bfloat16Tiles {
    using Element = std::uint16_t;
    static constexpr std::int64_t kRows = 14;
    static constexpr std::int64_t kPanel = 32;
    static constexpr std::int64_t kDepth = 1024;  // even
    static constexpr std::int64_t evenUp(std::int64_t count) { return (count + 1) / 2 * 2; }
    // Whole cache lines and one more.
    static constexpr std::int64_t rowStride(std::int64_t count) {
        constexpr std::int64_t kLine = 32;
        return (count + kLine - 1) / kLine * kLine + kLine;
    }

    // to[i] = from[i], rounded; to[count] = 0 when count is odd.
    static void takeRow(const float* from, std::uint16_t* to, std::int64_t count);

    // Packs `depth` summands of kPanel columns: out [evenUp(depth)/2, kPanel] pairs, zeros where there is
    // none. packRows: column j is row j of `weight` (rows of `stride`); packColumns: column j is column j of
    // it.
    static void packRows(const std::uint16_t* weight, std::int64_t stride, std::int64_t columns,
                         std::int64_t depth, std::uint16_t* out);
    static void packColumns(const std::uint16_t* weight, std::int64_t stride, std::int64_t columns,
                            std::int64_t depth, std::uint16_t* out);

    // y [rows ≤ kRows, columns ≤ kPanel] (rows of yStride) = or += x [rows, depth] (rows of xStride, even) ·
    // packed.
    static void multiplyPanel(const std::uint16_t* x, std::int64_t xStride, const std::uint16_t* packed,
                              float* y, std::int64_t yStride, std::int64_t rows, std::int64_t columns,
                              std::int64_t depth, bool add);

    // y [rows, last − first) = x [rows, depth]·(rows first … last − 1 of weight [., depth])ᵀ, without
    // packing, for few rows.
    static void multiplyFew(const std::uint16_t* x, std::int64_t xStride, const std::uint16_t* weight,
                            float* y, std::int64_t yStride, std::int64_t rows, std::int64_t first,
                            std::int64_t last, std::int64_t depth);
};

}  // namespace jumplora
