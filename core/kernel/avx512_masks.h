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

}  // namespace jumplora
