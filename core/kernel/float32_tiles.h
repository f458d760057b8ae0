// SPDX-License-Identifier: Apache-2.0
#pragma once
// Internal to the kernel room: float32 products compiled for AVX-512, as packedProduct() uses them.
#include <cstdint>

namespace jumplora {

struct Float32Tiles {
    using Element = float;
    static constexpr std::int64_t kRows = 14;
    static constexpr std::int64_t kPanel = 32;
    static constexpr std::int64_t kDepth = 512;
    static constexpr std::int64_t evenUp(std::int64_t count) { return count; }
    // Whole cache lines and one more.
    static constexpr std::int64_t rowStride(std::int64_t count) {
        constexpr std::int64_t kLine = 16;
        return (count + kLine - 1) / kLine * kLine + kLine;
    }

    static void takeRow(const float* from, float* to, std::int64_t count);

    // Packs `depth` summands of kPanel columns: out [depth, kPanel], zeros where there is no column.
    // packRows: column j is row j of `weight` (rows of `stride`); packColumns: column j is column j of it.
    static void packRows(const float* weight, std::int64_t stride, std::int64_t columns, std::int64_t depth,
                         float* out);
    static void packColumns(const float* weight, std::int64_t stride, std::int64_t columns,
                            std::int64_t depth, float* out);

    // y [rows ≤ kRows, columns ≤ kPanel] (rows of yStride) = or += x [rows, depth] (rows of xStride) ·
    // packed.
    static void multiplyPanel(const float* x, std::int64_t xStride, const float* packed, float* y,
                              std::int64_t yStride, std::int64_t rows, std::int64_t columns,
                              std::int64_t depth, bool add);
};

}  // namespace jumplora
