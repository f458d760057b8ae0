// SPDX-License-Identifier: Apache-2.0
#include "text/added_tokens.h"

#include "text/utf8.h"

#include <algorithm>

namespace jumplora {

namespace {

std::uint64_t edge(std::uint32_t node, char byte) {
    return static_cast<std::uint64_t>(node) << 8 | static_cast<unsigned char>(byte);
}

}  // namespace

AddedTokens::AddedTokens(const std::vector<AddedToken>& tokens, bool passSpecial)
    : m_passSpecial(passSpecial), m_tokenOf(1, -1) {
    for (const AddedToken& token : tokens) {
        if (token.content.empty()) continue;
        std::uint32_t node = 0;
        for (const char byte : token.content) {
            const auto [it, fresh] =
                m_edges.try_emplace(edge(node, byte), static_cast<std::uint32_t>(m_tokenOf.size()));
            if (fresh) m_tokenOf.push_back(-1);
            node = it->second;
        }
        if (m_tokenOf[node] >= 0) continue;
        m_tokenOf[node] = static_cast<std::int32_t>(m_tokens.size());
        m_tokens.push_back(token);
    }
}

const AddedToken* AddedTokens::longestAt(std::string_view text, std::size_t offset) const {
    const AddedToken* longest = nullptr;
    std::uint32_t node = 0;
    for (; offset < text.size(); ++offset) {
        const auto next = m_edges.find(edge(node, text[offset]));
        if (next == m_edges.end()) break;
        node = next->second;
        if (m_tokenOf[node] >= 0) longest = &m_tokens[static_cast<std::size_t>(m_tokenOf[node])];
    }
    return longest;
}

std::vector<TextPart> AddedTokens::split(std::string_view text) const {
    std::vector<TextPart> parts;
    if (m_tokens.empty()) {
        if (!text.empty()) parts.push_back({text});
        return parts;
    }
    std::size_t done = 0;
    for (std::size_t i = 0; i < text.size();) {
        const AddedToken* token = longestAt(text, i);
        if (token == nullptr) {
            ++i;
            continue;
        }
        std::size_t begin = i;
        std::size_t end = i + token->content.size();
        i = end;
        if (m_passSpecial && token->special) continue;
        if (token->singleWord && (endsWithWord(text.substr(0, begin)) || startsWithWord(text.substr(end))))
            continue;
        if (token->stripLeft) begin = std::max(done, trimmedLength(text.substr(0, begin)));
        if (token->stripRight) {
            while (const std::size_t space = whiteSpaceLength(text.substr(end))) end += space;
        }
        if (begin >= end) continue;  // nothing is left of it: its white space went with the token before it
        if (begin > done) parts.push_back({text.substr(done, begin - done)});
        parts.push_back({text.substr(begin, end - begin), token->id});
        done = end;
    }
    if (done < text.size()) parts.push_back({text.substr(done)});
    return parts;
}

}  // namespace jumplora
