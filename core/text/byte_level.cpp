// SPDX-License-Identifier: Apache-2.0
#include "text/byte_level.h"

#include "text/utf8.h"

#include <array>

namespace jumplora {
namespace {

constexpr std::size_t kCharacters = 0x100 + 68;  // 68 bytes do not print

struct Table {
    std::array<std::string, 256> ofByte;
    std::array<int, kCharacters> byteOf{};  // -1: none
};

const Table& table() {
    static const Table made = [] {
        Table t;
        t.byteOf.fill(-1);
        char32_t next = 0x100;
        for (unsigned byte = 0; byte < 256; ++byte) {
            const bool prints =
                (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
            const char32_t character = prints ? byte : next++;
            appendUtf8(t.ofByte[byte], character);
            t.byteOf[character] = static_cast<int>(byte);
        }
        return t;
    }();
    return made;
}

}  // namespace

std::string bytesAsCharacters(std::string_view bytes) {
    std::string result;
    result.reserve(bytes.size() + bytes.size() / 4);
    for (const char c : bytes) result += table().ofByte[static_cast<unsigned char>(c)];
    return result;
}

AlignedText bytesAsCharacters(const AlignedText& text) {
    AlignedText result;
    result.text = bytesAsCharacters(std::string_view(text.text));
    result.atStart = text.atStart;
    result.first = bytesAsCharacters(std::string_view(text.text).substr(0, text.first)).size();
    return result;
}

std::optional<std::string> charactersAsBytes(std::string_view characters) {
    std::string bytes;
    bytes.reserve(characters.size());
    for (std::size_t i = 0; i < characters.size(); i += utf8Length(characters[i])) {
        const char32_t point = codePointAt(characters, i);
        const int byte = point < kCharacters ? table().byteOf[point] : -1;
        if (byte < 0) return std::nullopt;
        bytes += static_cast<char>(byte);
    }
    return bytes;
}

}  // namespace jumplora
