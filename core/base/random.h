// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

namespace jumplora {

// Seed of one purpose: a hash of (run seed, purpose, two counters such as task and step). Every random draw
// of a run starts from such a seed, so that no draw depends on an earlier one and a resumed run repeats it.
std::uint64_t deriveSeed(std::uint64_t seed, std::string_view purpose, std::uint64_t first = 0,
                         std::uint64_t second = 0);

// xoshiro256** (Blackman and Vigna, public domain algorithm), seeded through SplitMix64. The same numbers on
// every platform and with every version of LibTorch.
class Rng {
  public:
    explicit Rng(std::uint64_t seed);
    std::uint64_t next();
    // Uniform in [0, 1) with 53 bits.
    double uniform();
    // Uniform in [low, high).
    double uniform(double low, double high) { return low + (high - low) * uniform(); }
    // Uniform integer in [0, bound), bound > 0, without modulo bias.
    std::uint64_t below(std::uint64_t bound);
    bool chance(double probability) { return uniform() < probability; }
    // Standard normal (Box-Muller).
    double normal();
    // Fisher-Yates.
    template <typename T>
    void shuffle(std::span<T> items) {
        for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(i)]);
    }

  private:
    std::uint64_t m_state[4];
    double m_spare = 0;
    bool m_hasSpare = false;
};

}  // namespace jumplora
