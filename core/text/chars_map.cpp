// SPDX-License-Identifier: Apache-2.0
#include "text/chars_map.h"

#include "base/error.h"
#include "text/utf8.h"

#include <algorithm>
#include <cstring>

namespace jumplora {
namespace {

// Fields of a unit of the double array (as Darts-clone packs them).
constexpr bool hasLeaf(std::uint32_t unit) { return ((unit >> 8) & 1U) != 0; }
constexpr std::uint32_t valueOf(std::uint32_t unit) { return unit & 0x7FFFFFFFU; }
constexpr std::uint32_t labelOf(std::uint32_t unit) { return unit & 0x800000FFU; }
constexpr std::uint32_t offsetOf(std::uint32_t unit) { return (unit >> 10) << ((unit & (1U << 9)) >> 6); }

// Clusters of this many bytes or more are only looked up code point by code point.
constexpr std::size_t kLongCluster = 6;

}  // namespace

CharsMap::CharsMap(std::string_view bytes, const std::string& where) {
    if (bytes.empty()) return;
    std::uint32_t trieBytes = 0;
    if (bytes.size() < sizeof trieBytes) fail(ErrorKind::Format, "{}: its character map is truncated", where);
    std::memcpy(&trieBytes, bytes.data(), sizeof trieBytes);
    bytes.remove_prefix(sizeof trieBytes);
    if (trieBytes > bytes.size() || trieBytes % sizeof(std::uint32_t) != 0 || trieBytes == 0)
        fail(ErrorKind::Format, "{}: its character map claims {} bytes of {}", where, trieBytes,
             bytes.size());
    m_trie.resize(trieBytes / sizeof(std::uint32_t));
    std::memcpy(m_trie.data(), bytes.data(), trieBytes);
    m_replacements = std::string(bytes.substr(trieBytes));
    if (!m_replacements.empty() && m_replacements.back() != '\0')
        fail(ErrorKind::Format, "{}: its character map's last replacement has no end", where);
    if (repairUtf8(m_replacements) != m_replacements)
        fail(ErrorKind::Format, "{}: its character map's replacements are not UTF-8", where);
}

std::optional<std::string_view> CharsMap::lookUp(std::string_view chunk) const {
    std::uint32_t node = offsetOf(m_trie[0]);
    for (const char c : chunk) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte == 0) break;
        node ^= byte;
        if (node >= m_trie.size() || labelOf(m_trie[node]) != byte) return std::nullopt;
        const bool leaf = hasLeaf(m_trie[node]);
        node ^= offsetOf(m_trie[node]);
        if (!leaf) continue;
        if (node >= m_trie.size()) return std::nullopt;
        const std::uint32_t value = valueOf(m_trie[node]);
        if (value >= m_replacements.size()) return std::nullopt;
        // Ends at the zero byte that the constructor made sure of.
        return std::string_view(m_replacements.c_str() + value);
    }
    return std::nullopt;
}

AlignedText CharsMap::normalise(const AlignedText& text) const {
    if (m_trie.empty()) return text;
    TextTransform transform(text);
    bool empty = true;
    const auto length = [](std::string_view part) {
        return std::count_if(part.begin(), part.end(), [](char c) { return (c & 0xC0) != 0x80; });
    };
    const auto replace = [&](std::string_view old, std::string_view by) {
        const std::ptrdiff_t more = length(by) - length(old);
        std::ptrdiff_t left = length(by);
        for (std::size_t i = 0; i < by.size(); i += utf8Length(by[i]), --left) {
            const std::ptrdiff_t change = more >= 0 ? (left <= more ? 1 : 0) : (left == 1 ? more : 0);
            transform.put(by.substr(i, utf8Length(by[i])), change);
            empty = false;
        }
        // A character that vanishes is counted to the one before it, and to nothing at the beginning.
        if (by.empty() && !empty) transform.drop(-more);
    };
    for (const std::string_view cluster : graphemes(text.text)) {
        if (cluster.size() < kLongCluster) {
            if (const auto replacement = lookUp(cluster)) {
                replace(cluster, *replacement);
                continue;
            }
        }
        for (std::size_t i = 0; i < cluster.size();) {
            const std::string_view point = cluster.substr(i, utf8Length(cluster[i]));
            const auto replacement = lookUp(point);
            replace(point, replacement ? *replacement : point);
            i += point.size();
        }
    }
    return transform.finish();
}

}  // namespace jumplora
