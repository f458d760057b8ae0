// SPDX-License-Identifier: Apache-2.0
#include "base/sha256.h"

#include "base/error.h"
#include "base/file.h"

#include <algorithm>
#include <bit>

namespace jumplora {
namespace {

constexpr std::size_t kBlock = 64;
constexpr std::array<std::uint32_t, 64> kRound = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

std::uint32_t wordAt(const std::byte* data) {
    return std::to_integer<std::uint32_t>(data[0]) << 24U | std::to_integer<std::uint32_t>(data[1]) << 16U |
           std::to_integer<std::uint32_t>(data[2]) << 8U | std::to_integer<std::uint32_t>(data[3]);
}

}  // namespace

void Sha256::block(const std::byte* data) {
    std::array<std::uint32_t, 64> w{};
    for (std::size_t i = 0; i < 16; ++i) w[i] = wordAt(data + 4 * i);
    for (std::size_t i = 16; i < w.size(); ++i) {
        const std::uint32_t a = w[i - 15];
        const std::uint32_t b = w[i - 2];
        w[i] = w[i - 16] + (std::rotr(a, 7) ^ std::rotr(a, 18) ^ a >> 3U) + w[i - 7] +
               (std::rotr(b, 17) ^ std::rotr(b, 19) ^ b >> 10U);
    }
    auto s = m_state;
    for (std::size_t i = 0; i < w.size(); ++i) {
        const std::uint32_t choose = (s[4] & s[5]) ^ (~s[4] & s[6]);
        const std::uint32_t first = s[7] + (std::rotr(s[4], 6) ^ std::rotr(s[4], 11) ^ std::rotr(s[4], 25)) +
                                    choose + kRound[i] + w[i];
        const std::uint32_t majority = (s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]);
        const std::uint32_t second =
            (std::rotr(s[0], 2) ^ std::rotr(s[0], 13) ^ std::rotr(s[0], 22)) + majority;
        s = {first + second, s[0], s[1], s[2], s[3] + first, s[4], s[5], s[6]};
    }
    for (std::size_t i = 0; i < s.size(); ++i) m_state[i] += s[i];
}

void Sha256::add(std::span<const std::byte> piece) {
    std::size_t held = m_bytes % kBlock;
    m_bytes += piece.size();
    while (!piece.empty()) {
        if (held == 0 && piece.size() >= kBlock) {
            block(piece.data());
            piece = piece.subspan(kBlock);
            continue;
        }
        const std::size_t taken = std::min(kBlock - held, piece.size());
        std::copy_n(piece.begin(), taken, m_rest.begin() + static_cast<std::ptrdiff_t>(held));
        piece = piece.subspan(taken);
        held = (held + taken) % kBlock;
        if (held == 0) block(m_rest.data());
    }
}

std::string Sha256::finish() {
    const std::uint64_t bits = 8 * m_bytes;
    constexpr std::size_t kLength = 8;
    std::string ending(1, '\x80');
    while ((m_bytes + ending.size()) % kBlock != kBlock - kLength) ending += '\0';
    for (std::size_t i = 0; i < kLength; ++i) ending += static_cast<char>(bits >> (56 - 8 * i) & 0xFFU);
    add(ending);
    std::string text;
    for (const std::uint32_t word : m_state) text += fmt::format("{:08x}", word);
    return text;
}

std::string sha256(std::string_view content) {
    Sha256 hash;
    hash.add(content);
    return hash.finish();
}

std::string fileSha256(const std::filesystem::path& path) {
    const MappedFile file(path);
    Sha256 hash;
    hash.add(file.bytes());
    return hash.finish();
}

}  // namespace jumplora
