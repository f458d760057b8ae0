// SPDX-License-Identifier: Apache-2.0
#pragma once
// Internal to the kernel room: products with a matrix that is packed first, for any type of element.
#include "kernel/parallel.h"

#include <algorithm>
#include <cstdint>
#include <memory>

namespace jumplora {

// Parts of a count that threads work on; the sums do not depend on them.
constexpr std::int64_t partsOf(std::int64_t count, std::int64_t size) { return (count + size - 1) / size; }

template <typename Element>
std::unique_ptr<Element[]> unsetArray(std::int64_t count) {
    return std::make_unique_for_overwrite<Element[]>(static_cast<std::size_t>(count));
}

// Many rows of x: all threads pack as many columns of V as stay in the caches. Then each takes some rows of x
// at a time into a tile of its own, in which they never share a set of the first cache, and multiplies them
// with panels that stay in its second.
template <typename Tiles, typename Pack>
void packedProductOfMany(const float* x, float* y, std::int64_t tokens, std::int64_t columns,
                         std::int64_t depth, const Pack& pack) {
    using Element = typename Tiles::Element;
    constexpr std::int64_t kBytesAtOnce = std::int64_t{1} << 21;
    constexpr std::int64_t kTilesAtOnce = 8;
    constexpr std::int64_t kPanelsAtOnce = 8;
    const std::int64_t panels = partsOf(columns, Tiles::kPanel);
    const std::int64_t blocks = partsOf(depth, Tiles::kDepth);
    const std::int64_t longest = std::min(Tiles::kDepth, Tiles::evenUp(depth));
    const std::int64_t panelSize = Tiles::kPanel * longest;
    const std::int64_t stride = Tiles::rowStride(longest);
    const std::int64_t panelBytes = blocks * panelSize * static_cast<std::int64_t>(sizeof(Element));
    const std::int64_t together = std::min(
        panels, std::max<std::int64_t>(kBytesAtOnce / panelBytes / kPanelsAtOnce, 1) * kPanelsAtOnce);
    // As many parts of the rows for each thread, of nearly equal size.
    const std::int64_t threads = parallelThreads();
    const std::int64_t tiles = partsOf(tokens, Tiles::kRows);
    const std::int64_t parts = std::min(tiles, threads * partsOf(tiles, threads * kTilesAtOnce));
    const auto packed = unsetArray<Element>(blocks * together * panelSize);
    const auto widthOf = [&](std::int64_t panel) {
        return std::min(Tiles::kPanel, columns - panel * Tiles::kPanel);
    };
    for (std::int64_t begin = 0; begin < panels; begin += together) {
        const std::int64_t count = std::min(together, panels - begin);
        const auto panelAt = [&](std::int64_t block, std::int64_t panel) {
            return packed.get() + (block * together + panel - begin) * panelSize;
        };
        parallelPieces(blocks * count, [&](std::int64_t piece) {
            const std::int64_t panel = begin + piece % count, block = piece / count;
            const std::int64_t k = block * Tiles::kDepth;
            pack(panel * Tiles::kPanel, k, widthOf(panel), std::min(Tiles::kDepth, depth - k),
                 panelAt(block, panel));
        });
        const std::int64_t groups = partsOf(count, kPanelsAtOnce);
        parallelPieces(groups * parts, [&](std::int64_t piece) {
            const std::int64_t firstPanel = begin + piece % groups * kPanelsAtOnce;
            const std::int64_t lastPanel = std::min(begin + count, firstPanel + kPanelsAtOnce);
            const std::int64_t part = piece / groups;
            const std::int64_t firstToken = part * tiles / parts * Tiles::kRows;
            const std::int64_t lastToken = std::min(tokens, (part + 1) * tiles / parts * Tiles::kRows);
            const auto tile = unsetArray<Element>(Tiles::kRows * stride);
            for (std::int64_t block = 0; block < blocks; ++block) {
                const std::int64_t k = block * Tiles::kDepth;
                const std::int64_t summands = std::min(Tiles::kDepth, depth - k);
                for (std::int64_t t = firstToken; t < lastToken; t += Tiles::kRows) {
                    const std::int64_t rows = std::min(Tiles::kRows, lastToken - t);
                    for (std::int64_t row = 0; row < rows; ++row)
                        Tiles::takeRow(x + (t + row) * depth + k, tile.get() + row * stride, summands);
                    for (std::int64_t panel = firstPanel; panel < lastPanel; ++panel)
                        Tiles::multiplyPanel(tile.get(), stride, panelAt(block, panel),
                                             y + t * columns + panel * Tiles::kPanel, columns, rows,
                                             widthOf(panel), summands, block > 0);
                }
            }
        });
    }
}

// Few rows of x: all of them lie in one tile, and a panel is used as soon as it is packed.
template <typename Tiles, typename Pack>
void packedProductOfFew(const float* x, float* y, std::int64_t tokens, std::int64_t columns,
                        std::int64_t depth, const Pack& pack) {
    using Element = typename Tiles::Element;
    constexpr std::int64_t kPanelsAtOnce = 4;
    const std::int64_t stride = Tiles::rowStride(depth);
    const auto tile = unsetArray<Element>(tokens * stride);
    for (std::int64_t t = 0; t < tokens; ++t) Tiles::takeRow(x + t * depth, tile.get() + t * stride, depth);
    parallelPieces(partsOf(columns, kPanelsAtOnce * Tiles::kPanel), [&](std::int64_t piece) {
        const auto packed =
            unsetArray<Element>(Tiles::kPanel * std::min(Tiles::kDepth, Tiles::evenUp(depth)));
        const std::int64_t first = piece * kPanelsAtOnce * Tiles::kPanel;
        const std::int64_t last = std::min(columns, first + kPanelsAtOnce * Tiles::kPanel);
        for (std::int64_t k = 0; k < depth; k += Tiles::kDepth) {
            const std::int64_t summands = std::min(Tiles::kDepth, depth - k);
            for (std::int64_t column = first; column < last; column += Tiles::kPanel) {
                const std::int64_t width = std::min(Tiles::kPanel, columns - column);
                pack(column, k, width, summands, packed.get());
                for (std::int64_t t = 0; t < tokens; t += Tiles::kRows)
                    Tiles::multiplyPanel(tile.get() + t * stride + k, stride, packed.get(),
                                         y + t * columns + column, columns,
                                         std::min(Tiles::kRows, tokens - t), width, summands, k > 0);
            }
        }
    });
}

// y [tokens, columns] = x [tokens, depth]·V in float32, where pack(column, summand, columns, summands, out)
// packs a part of V as a panel. `Tiles` says how the elements of a panel lie and multiplies with it:
// Element; kRows, kPanel (rows and columns of y that one pass makes), kDepth (summands of a panel);
// evenUp(summands), rowStride(summands); takeRow(), multiplyPanel().
template <typename Tiles, typename Pack>
void packedProduct(const float* x, float* y, std::int64_t tokens, std::int64_t columns, std::int64_t depth,
                   const Pack& pack) {
    constexpr std::int64_t kFewTokens = 8 * Tiles::kRows;
    if (tokens <= kFewTokens) {
        packedProductOfFew<Tiles>(x, y, tokens, columns, depth, pack);
    } else {
        packedProductOfMany<Tiles>(x, y, tokens, columns, depth, pack);
    }
}

}  // namespace jumplora
