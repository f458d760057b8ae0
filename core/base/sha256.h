// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace jumplora {

// SHA-256 (FIPS 180-4), for what is checked after it went through other hands.
class Sha256 {
  public:
    void add(std::span<const std::byte> piece);
    void add(std::string_view piece) { add(std::as_bytes(std::span(piece))); }
    // 64 hexadecimal digits; nothing may be added afterwards.
    std::string finish();

  private:
    void block(const std::byte* data);
    std::array<std::uint32_t, 8> m_state = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                            0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    std::array<std::byte, 64> m_rest{};  // of an unfinished block
    std::uint64_t m_bytes = 0;
};

std::string sha256(std::string_view content);
std::string fileSha256(const std::filesystem::path& path);  // throws Error(Io)

}  // namespace jumplora
