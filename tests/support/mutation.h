// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/error.h"
#include "base/file.h"
#include "base/random.h"
#include "support/allocation_meter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

namespace jumplora::testing {

// Bytes of a safetensors file before its data.
inline std::size_t headerBytes(const std::filesystem::path& file) {
    const std::string bytes = readFile(file);
    std::uint64_t size = 0;
    std::memcpy(&size, bytes.data(), sizeof size);
    return sizeof size + size;
}

// Damages a file's content in the ways in which files get damaged, and in those that hurt a reader which
// believes what it reads. The same seed gives the same sequence.
class Mutator {
  public:
    // Two of three damages begin in the first `header` bytes, the third behind them.
    Mutator(std::string original, std::size_t header, std::uint64_t seed)
        : m_original(std::move(original)),
          m_header(std::min(header, m_original.size())),
          m_rng(deriveSeed(seed, "mutation")) {}

    // Differs from the original.
    std::string next() {
        const bool behind = ++m_count % 3 == 0 && m_header < m_original.size();
        m_begin = behind ? m_header : 0;
        m_end = behind || m_header == 0 ? m_original.size() : m_header;
        std::string bytes;
        do {
            bytes = m_original;
            damage(bytes);
        } while (bytes == m_original);
        return bytes;
    }

  private:
    std::size_t place() { return m_begin + m_rng.below(m_end - m_begin); }
    std::size_t length(std::size_t from, std::size_t most) {
        return 1 + m_rng.below(std::min(most, m_original.size() - from));
    }

    void damage(std::string& bytes) {
        constexpr std::size_t kStretch = 64;
        const std::size_t at = place();
        switch (m_rng.below(9)) {
            case 0:
            case 1:
                bytes[at] = static_cast<char>(bytes[at] ^ static_cast<char>(1U << m_rng.below(8)));
                break;
            case 2:
                bytes[at] = static_cast<char>(m_rng.below(256));
                break;
            case 3:
                for (std::size_t i = 0, n = length(at, kStretch); i < n; ++i)
                    bytes[at + i] = static_cast<char>(m_rng.below(256));
                break;
            case 4:
                bytes.resize(at);
                break;
            case 5:
                replaceNumber(bytes, at);
                break;
            case 6: {  // two regions change places
                const std::size_t other = place();
                const std::size_t n = length(std::max(at, other), kStretch);
                for (std::size_t i = 0; i < n; ++i) std::swap(bytes[at + i], bytes[other + i]);
                break;
            }
            case 7:
                bytes.erase(at, length(at, kStretch));
                break;
            default:
                bytes.insert(place(), m_original.substr(at, length(at, kStretch)));
        }
    }

    // A number becomes a huge, negative or impossible one: as text where digits stand near, else as 4 or 8
    // bytes.
    void replaceNumber(std::string& bytes, std::size_t at) {
        constexpr std::array<const char*, 10> kTexts = {"0",
                                                        "-1",
                                                        "2147483648",
                                                        "4294967296",
                                                        "9223372036854775807",
                                                        "18446744073709551615",
                                                        "99999999999999999999",
                                                        "1e308",
                                                        "1e999",
                                                        "0.5"};
        const auto isDigit = [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; };
        const auto limit = bytes.begin() + static_cast<std::ptrdiff_t>(std::min(at + 80, m_end));
        const auto digit = std::find_if(bytes.begin() + static_cast<std::ptrdiff_t>(at), limit, isDigit);
        if (digit != limit && m_rng.chance(0.8)) {
            const auto last = std::find_if_not(digit, bytes.end(), isDigit);
            bytes.replace(digit, last, kTexts[m_rng.below(kTexts.size())]);
            return;
        }
        constexpr std::array<unsigned char, 4> kFills = {0x00, 0x7F, 0x80, 0xFF};
        const std::size_t n = std::min<std::size_t>(m_rng.chance(0.5) ? 4 : 8, bytes.size() - at);
        const auto fill = static_cast<char>(kFills[m_rng.below(kFills.size())]);
        std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), n, fill);
    }

    std::string m_original;
    std::size_t m_header;
    Rng m_rng;
    std::uint64_t m_count = 0;
    std::size_t m_begin = 0;
    std::size_t m_end = 0;
};

struct DamageCount {
    int refused = 0;   // typed errors
    int accepted = 0;  // loads that went through
};

// Calls `load(bytes)` with the undamaged content, which has to go through, and with `count` damaged ones,
// each of which has to go through or to throw jumplora::Error. No load may ask for more memory, in one block
// or in all, than twice what the undamaged one or the damaged file itself stand for.
template <typename Load>
DamageCount damageFile(const std::string& original, std::size_t header, std::uint64_t seed, int count,
                       const Load& load) {
    constexpr std::size_t kMessages = 64 << 10;  // texts of errors, buffers of files and streams
    DamageCount result;
    load(original);  // once before measuring: what is allocated on first use is nobody's claim
    const AllocationUse clean = measureAllocations([&] { load(original); });
    Mutator mutator(original, header, seed);
    for (int i = 0; i < count; ++i) {
        const std::string bytes = mutator.next();
        std::string trouble;
        const AllocationUse use = measureAllocations([&] {
            try {
                load(bytes);
                ++result.accepted;
            } catch (const Error& error) {
                if (std::string(error.what()).empty()) trouble = "an error without a message";
                ++result.refused;
            } catch (const std::exception& error) {
                trouble = std::string("not an error of the core: ") + error.what();
            }
        });
        EXPECT_EQ(trouble, "") << "damage " << i << " of seed " << seed;
        EXPECT_LE(use.largest, 2 * std::max(clean.largest, bytes.size()) + kMessages)
            << "damage " << i << " of seed " << seed;
        EXPECT_LE(use.peak, 2 * (clean.peak + bytes.size()) + kMessages)
            << "damage " << i << " of seed " << seed;
    }
    return result;
}

// The same for a reader that takes the name of a file.
template <typename Load>
DamageCount damageFileOnDisk(const std::filesystem::path& file, std::size_t header, std::uint64_t seed,
                             int count, const Load& load) {
    const std::string original = readFile(file);
    const auto write = [&](const std::string& bytes) {
        // Not truncated in place: some file systems then write through to the disk.
        std::filesystem::remove(file);
        std::ofstream(file, std::ios::binary) << bytes;
    };
    const DamageCount result = damageFile(original, header, seed, count, [&](const std::string& bytes) {
        write(bytes);
        load();
    });
    write(original);
    return result;
}

}  // namespace jumplora::testing
