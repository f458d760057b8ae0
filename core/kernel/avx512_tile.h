// SPDX-License-Identifier: Apache-2.0
#pragma once
// Internal to the sources of the kernel room that are compiled for AVX-512.
#include <immintrin.h>

#include <cstdint>

namespace jumplora {

constexpr std::int64_t kFloats = 16;  // in a register

// The first `count` lanes of a register of floats; none for a negative count.
inline __mmask16 firstFloats(std::int64_t count) {
    return count >= kFloats ? __mmask16{0xffff}
                            : static_cast<__mmask16>((1U << (count < 0 ? 0 : count)) - 1U);
}

// y [kCount, columns ≤ 32] (rows of yStride) = or += the sums of a tile, columns 0 … 15 and 16 … 31.
template <int kCount>
[[gnu::always_inline]] inline void storeTile(__m512 (&low)[kCount], __m512 (&high)[kCount], float* y,
                                             std::int64_t yStride, std::int64_t columns, bool add) {
    const __mmask16 first = firstFloats(columns);
    const __mmask16 second = firstFloats(columns - kFloats);
#pragma GCC unroll 16
    for (int r = 0; r < kCount; ++r) {
        float* out = y + r * yStride;
        if (add) {
            low[r] = _mm512_add_ps(low[r], _mm512_maskz_loadu_ps(first, out));
            high[r] = _mm512_add_ps(high[r], _mm512_maskz_loadu_ps(second, out + kFloats));
        }
        _mm512_mask_storeu_ps(out, first, low[r]);
        _mm512_mask_storeu_ps(out + kFloats, second, high[r]);
    }
}

}  // namespace jumplora
