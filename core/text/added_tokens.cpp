// SPDX-License-Identifier: Apache-2.0
#include "text/added_tokens.h"

#include "text/utf8.h"

#include <algorithm>

namespace jumplora {

AddedTokens::AddedTokens(std::vector<AddedToken> tokens) : m_tokens(std::move(tokens)) {
    std::erase_if(m_tokens, [](const AddedToken& token) { return token.content.empty(); });
    std::stable_sort(m_tokens.begin(), m_tokens.end(),
                     [](const auto& a, const auto& b) { return a.content.size() > b.content.size(); });
    for (const AddedToken& token : m_tokens)
        m_begins[static_cast<unsigned char>(token.content.front())] = true;
}

std::vector<TextPart> AddedTokens::split(std::string_view text) const {
    std::vector<TextPart> parts;
    std::size_t done = 0;
    for (std::size_t i = 0; i < text.size();) {
        const AddedToken* token = nullptr;
        if (m_begins[static_cast<unsigned char>(text[i])]) {
            const auto found = std::find_if(m_tokens.begin(), m_tokens.end(), [&](const AddedToken& t) {
                return text.substr(i).starts_with(t.content);
            });
            if (found != m_tokens.end()) token = &*found;
        }
        if (token == nullptr) {
            ++i;
            continue;
        }
        std::size_t begin = i;
        std::size_t end = i + token->content.size();
        i = end;
        if (token->singleWord && (endsWithWord(text.substr(0, begin)) || startsWithWord(text.substr(end))))
            continue;
        if (token->stripLeft) begin = std::max(done, trimmedLength(text.substr(0, begin)));
        if (token->stripRight) {
            while (const std::size_t space = whiteSpaceLength(text.substr(end))) end += space;
        }
        if (begin > done) parts.push_back({text.substr(done, begin - done)});
        parts.push_back({text.substr(begin, end - begin), token->id});
        done = end;
    }
    if (done < text.size()) parts.push_back({text.substr(done)});
    return parts;
}

}  // namespace jumplora
