// SPDX-License-Identifier: Apache-2.0
// Compiled with the instructions of AVX-512; nothing here may run before float32ProductPays() was asked.
#include "kernel/float32_tiles.h"

#ifdef JUMPLORA_X86_KERNELS
#include "kernel/avx512_tile.h"

namespace jumplora {
namespace {

template <int kCount>
void multiplyTile(const float* x, std::int64_t xStride, const float* packed, float* y, std::int64_t yStride,
                  std::int64_t columns, std::int64_t depth, bool add) {
    __m512 low[kCount];
    __m512 high[kCount];
#pragma GCC unroll 16
    for (int r = 0; r < kCount; ++r) low[r] = high[r] = _mm512_setzero_ps();
    for (std::int64_t k = 0; k < depth; ++k) {
        const __m512 a = _mm512_loadu_ps(packed);
        const __m512 b = _mm512_loadu_ps(packed + kFloats);
        packed += 2 * kFloats;
#pragma GCC unroll 16
        for (int r = 0; r < kCount; ++r) {
            const __m512 value = _mm512_set1_ps(x[r * xStride + k]);
            low[r] = _mm512_fmadd_ps(value, a, low[r]);
            high[r] = _mm512_fmadd_ps(value, b, high[r]);
        }
    }
    storeTile(low, high, y, yStride, columns, add);
}

template <int kCount>
void multiplyRows(std::int64_t rows, const float* x, std::int64_t xStride, const float* packed, float* y,
                  std::int64_t yStride, std::int64_t columns, std::int64_t depth, bool add) {
    if (rows == kCount) {
        multiplyTile<kCount>(x, xStride, packed, y, yStride, columns, depth, add);
    } else if constexpr (kCount > 1) {
        multiplyRows<kCount - 1>(rows, x, xStride, packed, y, yStride, columns, depth, add);
    }
}

// Lanes of two registers by pairs, fours and blocks of four change places until rows stand as columns.
void transpose(__m512 (&v)[kFloats]) {
    __m512 t[kFloats];
    for (int i = 0; i < kFloats; i += 2) {
        t[i] = _mm512_unpacklo_ps(v[i], v[i + 1]);
        t[i + 1] = _mm512_unpackhi_ps(v[i], v[i + 1]);
    }
    const auto pairs = [](__m512 one) { return _mm512_castps_pd(one); };
    for (int i = 0; i < kFloats; i += 4) {
        v[i] = _mm512_castpd_ps(_mm512_unpacklo_pd(pairs(t[i]), pairs(t[i + 2])));
        v[i + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(pairs(t[i]), pairs(t[i + 2])));
        v[i + 2] = _mm512_castpd_ps(_mm512_unpacklo_pd(pairs(t[i + 1]), pairs(t[i + 3])));
        v[i + 3] = _mm512_castpd_ps(_mm512_unpackhi_pd(pairs(t[i + 1]), pairs(t[i + 3])));
    }
    constexpr int kEven = 0x88, kOdd = 0xdd;  // blocks 0 and 2, 1 and 3, of both registers
    for (int i = 0; i < 4; ++i) {
        for (int half = 0; half < 2; ++half) {
            const int from = half * 8 + i;
            t[from] = _mm512_shuffle_f32x4(v[from], v[from + 4], kEven);
            t[from + 4] = _mm512_shuffle_f32x4(v[from], v[from + 4], kOdd);
        }
    }
    for (int i = 0; i < 8; ++i) {
        v[i] = _mm512_shuffle_f32x4(t[i], t[i + 8], kEven);
        v[i + 8] = _mm512_shuffle_f32x4(t[i], t[i + 8], kOdd);
    }
}

}  // namespace

void Float32Tiles::takeRow(const float* from, float* to, std::int64_t count) {
    for (std::int64_t i = 0; i < count; i += kFloats) {
        const __mmask16 mask = firstFloats(count - i);
        _mm512_mask_storeu_ps(to + i, mask, _mm512_maskz_loadu_ps(mask, from + i));
    }
}

void Float32Tiles::packRows(const float* weight, std::int64_t stride, std::int64_t columns,
                            std::int64_t depth, float* out) {
    for (std::int64_t first = 0; first < kPanel; first += kFloats) {
        for (std::int64_t k = 0; k < depth; k += kFloats) {
            const __mmask16 mask = firstFloats(depth - k);
            // The rows after these, which lie too far apart for the processor to see them coming.
            for (std::int64_t j = 0; j < kFloats; ++j)
                _mm_prefetch(weight + (first + kFloats + j) * stride + k, _MM_HINT_T0);
            __m512 v[kFloats];
#pragma GCC unroll 16
            for (std::int64_t j = 0; j < kFloats; ++j)
                v[j] = first + j < columns ? _mm512_maskz_loadu_ps(mask, weight + (first + j) * stride + k)
                                           : _mm512_setzero_ps();
            transpose(v);
            float* to = out + k * kPanel + first;
            const std::int64_t count = depth - k < kFloats ? depth - k : kFloats;
            for (std::int64_t i = 0; i < count; ++i) _mm512_storeu_ps(to + i * kPanel, v[i]);
        }
    }
}

void Float32Tiles::packColumns(const float* weight, std::int64_t stride, std::int64_t columns,
                               std::int64_t depth, float* out) {
    constexpr std::int64_t kAhead = 16;
    const __mmask16 first = firstFloats(columns);
    const __mmask16 second = firstFloats(columns - kFloats);
    for (std::int64_t k = 0; k < depth; ++k, out += kPanel, weight += stride) {
        _mm_prefetch(weight + kAhead * stride, _MM_HINT_T0);
        _mm_prefetch(weight + kAhead * stride + kFloats, _MM_HINT_T0);
        _mm512_storeu_ps(out, _mm512_maskz_loadu_ps(first, weight));
        _mm512_storeu_ps(out + kFloats, _mm512_maskz_loadu_ps(second, weight + kFloats));
    }
}

void Float32Tiles::multiplyPanel(const float* x, std::int64_t xStride, const float* packed, float* y,
                                 std::int64_t yStride, std::int64_t rows, std::int64_t columns,
                                 std::int64_t depth, bool add) {
    multiplyRows<kRows>(rows, x, xStride, packed, y, yStride, columns, depth, add);
}

}  // namespace jumplora

#endif
