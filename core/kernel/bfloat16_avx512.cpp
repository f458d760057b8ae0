// SPDX-License-Identifier: Apache-2.0
// Compiled with the instructions of AVX512_BF16; nothing here may run before bfloat16Available() was asked.
#include "kernel/bfloat16_tiles.h"

#ifdef JUMPLORA_X86_KERNELS
#include "kernel/avx512_tile.h"

namespace jumplora {
namespace {

constexpr std::int64_t kHalves = 32;  // in a register: 16 pairs

__mmask32 firstHalves(std::int64_t count) {
    return count >= kHalves ? __mmask32{0xffffffffU} : (__mmask32{1} << (count < 0 ? 0 : count)) - 1U;
}

__m512bh pairs(__m512i bits) { return __builtin_bit_cast(__m512bh, bits); }

__m512bh pairInEachLane(const std::uint16_t* pair) {
    int bits = 0;
    __builtin_memcpy(&bits, pair, sizeof bits);
    return pairs(_mm512_set1_epi32(bits));
}

template <int kCount>
void multiplyTile(const std::uint16_t* x, std::int64_t xStride, const std::uint16_t* packed, float* y,
                  std::int64_t yStride, std::int64_t columns, std::int64_t depth, bool add) {
    __m512 low[kCount];
    __m512 high[kCount];
#pragma GCC unroll 16
    for (int r = 0; r < kCount; ++r) low[r] = high[r] = _mm512_setzero_ps();
    for (std::int64_t k = 0; k < depth; k += 2) {
        const __m512bh a = pairs(_mm512_loadu_si512(packed));
        const __m512bh b = pairs(_mm512_loadu_si512(packed + kHalves));
        packed += 2 * kHalves;
#pragma GCC unroll 16
        for (int r = 0; r < kCount; ++r) {
            const __m512bh both = pairInEachLane(x + r * xStride + k);
            low[r] = _mm512_dpbf16_ps(low[r], both, a);
            high[r] = _mm512_dpbf16_ps(high[r], both, b);
        }
    }
    storeTile(low, high, y, yStride, columns, add);
}

template <int kCount>
void multiplyRows(std::int64_t rows, const std::uint16_t* x, std::int64_t xStride,
                  const std::uint16_t* packed, float* y, std::int64_t yStride, std::int64_t columns,
                  std::int64_t depth, bool add) {
    if (rows == kCount) {
        multiplyTile<kCount>(x, xStride, packed, y, yStride, columns, depth, add);
    } else if constexpr (kCount > 1) {
        multiplyRows<kCount - 1>(rows, x, xStride, packed, y, yStride, columns, depth, add);
    }
}

template <int kCount>
void multiplyFour(const std::uint16_t* x, std::int64_t xStride, const std::uint16_t* weight, float* y,
                  std::int64_t yStride, std::int64_t outputs, std::int64_t depth) {
    constexpr int kOutputs = 4;
    __m512 sums[kCount][kOutputs];
    for (auto& row : sums)
        for (__m512& sum : row) sum = _mm512_setzero_ps();
    for (std::int64_t k = 0; k < depth; k += kHalves) {
        const __mmask32 mask = firstHalves(depth - k);
        __m512bh w[kOutputs];
        for (int j = 0; j < kOutputs; ++j) {
            const std::int64_t row = j < outputs ? j : 0;
            w[j] = pairs(_mm512_maskz_loadu_epi16(mask, weight + row * depth + k));
        }
#pragma GCC unroll 8
        for (int r = 0; r < kCount; ++r) {
            const __m512bh v = pairs(_mm512_maskz_loadu_epi16(mask, x + r * xStride + k));
#pragma GCC unroll 4
            for (int j = 0; j < kOutputs; ++j) sums[r][j] = _mm512_dpbf16_ps(sums[r][j], v, w[j]);
        }
    }
    for (int r = 0; r < kCount; ++r)
        for (int j = 0; j < outputs && j < kOutputs; ++j)
            y[r * yStride + j] = _mm512_reduce_add_ps(sums[r][j]);
}

}  // namespace

void Bfloat16Tiles::takeRow(const float* from, std::uint16_t* to, std::int64_t count) {
    for (std::int64_t i = 0; i < count; i += kFloats) {
        const __mmask16 mask = firstFloats(count - i);
        const __m256bh rounded = _mm512_cvtneps_pbh(_mm512_maskz_loadu_ps(mask, from + i));
        _mm256_mask_storeu_epi16(to + i, mask, __builtin_bit_cast(__m256i, rounded));
    }
    if (count % 2 != 0) to[count] = 0;
}

void Bfloat16Tiles::packRows(const std::uint16_t* weight, std::int64_t stride, std::int64_t columns,
                             std::int64_t depth, std::uint16_t* out) {
    alignas(64) int places[kFloats];
    for (std::int64_t j = 0; j < kFloats; ++j) places[j] = static_cast<int>(j * stride);
    const __m512i index = _mm512_load_si512(places);
    constexpr int kHalfBytes = 2;
    const std::int64_t whole = depth / 2 * 2;
    for (std::int64_t half = 0; half < 2; ++half) {
        const __mmask16 mask = firstFloats(columns - half * kFloats);
        const std::uint16_t* from = weight + half * kFloats * stride;
        std::uint16_t* to = out + half * kHalves;
        for (std::int64_t k = 0; k < whole; k += 2, to += 2 * kHalves)
            _mm512_storeu_si512(
                to, _mm512_mask_i32gather_epi32(_mm512_setzero_si512(), mask, index, from + k, kHalfBytes));
        if (whole == depth) continue;
        // The last summand has no partner; reading one could leave the weight.
        for (std::int64_t j = 0; j < kFloats; ++j) {
            to[2 * j] = half * kFloats + j < columns ? from[j * stride + whole] : std::uint16_t{0};
            to[2 * j + 1] = 0;
        }
    }
}

void Bfloat16Tiles::packColumns(const std::uint16_t* weight, std::int64_t stride, std::int64_t columns,
                                std::int64_t depth, std::uint16_t* out) {
    const __mmask32 mask = firstHalves(columns);
    for (std::int64_t k = 0; k < depth; k += 2, out += 2 * kHalves) {
        const __m512i even = _mm512_maskz_loadu_epi16(mask, weight + k * stride);
        const __m512i odd = k + 1 < depth ? _mm512_maskz_loadu_epi16(mask, weight + (k + 1) * stride)
                                          : _mm512_setzero_si512();
        // Columns 0 … 15 as 32-bit lanes, then 16 … 31: the even summand below, the odd one above.
        constexpr int kHalfBits = 16;
        const auto widened = [](__m256i part) { return _mm512_cvtepu16_epi32(part); };
        const auto lower = [](__m512i all) { return _mm512_castsi512_si256(all); };
        const auto upper = [](__m512i all) { return _mm512_extracti64x4_epi64(all, 1); };
        _mm512_storeu_si512(
            out, _mm512_or_si512(widened(lower(even)), _mm512_slli_epi32(widened(lower(odd)), kHalfBits)));
        _mm512_storeu_si512(
            out + kHalves,
            _mm512_or_si512(widened(upper(even)), _mm512_slli_epi32(widened(upper(odd)), kHalfBits)));
    }
}

void Bfloat16Tiles::multiplyPanel(const std::uint16_t* x, std::int64_t xStride, const std::uint16_t* packed,
                                  float* y, std::int64_t yStride, std::int64_t rows, std::int64_t columns,
                                  std::int64_t depth, bool add) {
    multiplyRows<kRows>(rows, x, xStride, packed, y, yStride, columns, depth, add);
}

void Bfloat16Tiles::multiplyFew(const std::uint16_t* x, std::int64_t xStride, const std::uint16_t* weight,
                                float* y, std::int64_t yStride, std::int64_t rows, std::int64_t first,
                                std::int64_t last, std::int64_t depth) {
    constexpr std::int64_t kOutputs = 4;
    constexpr std::int64_t kTogether = 6;  // with four outputs: 24 sums, 4 weights and one x in registers
    for (std::int64_t n = first; n < last; n += kOutputs) {
        const std::int64_t outputs = last - n < kOutputs ? last - n : kOutputs;
        std::int64_t r = 0;
        for (; r + kTogether <= rows; r += kTogether)
            multiplyFour<kTogether>(x + r * xStride, xStride, weight + n * depth,
                                    y + r * yStride + (n - first), yStride, outputs, depth);
        for (; r < rows; ++r)
            multiplyFour<1>(x + r * xStride, xStride, weight + n * depth, y + r * yStride + (n - first),
                            yStride, outputs, depth);
    }
}

}  // namespace jumplora

#endif
