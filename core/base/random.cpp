// SPDX-License-Identifier: Apache-2.0
#include "base/random.h"

#include <xxhash.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <numbers>
#include <string>

namespace jumplora {

std::uint64_t deriveSeed(std::uint64_t seed, std::string_view purpose, std::uint64_t first,
                         std::uint64_t second) {
    std::string key(3 * sizeof(std::uint64_t), '\0');
    std::memcpy(key.data(), &seed, sizeof seed);
    std::memcpy(key.data() + 8, &first, sizeof first);
    std::memcpy(key.data() + 16, &second, sizeof second);
    key += purpose;
    return XXH64(key.data(), key.size(), 0);
}

Rng::Rng(std::uint64_t seed) {
    for (auto& word : m_state) {
        seed += 0x9E3779B97F4A7C15ULL;
        std::uint64_t z = seed;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
        word = z ^ (z >> 31);
    }
}

std::uint64_t Rng::next() {
    const std::uint64_t result = std::rotl(m_state[1] * 5, 7) * 9;
    const std::uint64_t t = m_state[1] << 17;
    m_state[2] ^= m_state[0];
    m_state[3] ^= m_state[1];
    m_state[1] ^= m_state[2];
    m_state[0] ^= m_state[3];
    m_state[2] ^= t;
    m_state[3] = std::rotl(m_state[3], 45);
    return result;
}

double Rng::uniform() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }

std::uint64_t Rng::below(std::uint64_t bound) {
    const std::uint64_t threshold = (0 - bound) % bound;
    for (;;) {
        const std::uint64_t value = next();
        if (value >= threshold) return value % bound;
    }
}

double Rng::normal() {
    if (m_hasSpare) {
        m_hasSpare = false;
        return m_spare;
    }
    const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
    const double angle = 2.0 * std::numbers::pi * uniform();
    m_spare = radius * std::sin(angle);
    m_hasSpare = true;
    return radius * std::cos(angle);
}

}  // namespace jumplora
