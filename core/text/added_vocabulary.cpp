// SPDX-License-Identifier: Apache-2.0
#include "text/added_vocabulary.h"

#include <algorithm>

namespace jumplora {

void AddedVocabulary::add(const std::vector<AddedToken>& tokens, const TokenModel& model) {
    std::int64_t largest = -1;
    for (const auto& [content, id] : m_ids) largest = std::max<std::int64_t>(largest, id);
    for (AddedToken token : tokens) {
        if (token.content.empty()) continue;
        if (token.special && m_special.insert(token.content).second) m_soughtSpecial.push_back(token);
        std::optional<std::int32_t> id = idOf(token.content);
        if (!id) id = model.idOf(token.content);
        // Not behind the largest id of the model but behind as many as it has entries.
        if (!id) id = static_cast<std::int32_t>(std::max(largest + 1, model.size()));
        largest = std::max<std::int64_t>(largest, *id);
        token.id = *id;
        m_ids[token.content] = *id;
        if (!isSpecial(token.content)) m_soughtOthers.push_back(token);
        m_tokens[*id] = std::move(token);
    }
}

void AddedVocabulary::prepare(const Normalizer* normalizer, bool splitSpecial) {
    std::vector<AddedToken> plain;
    std::vector<AddedToken> normalised;
    const auto seek = [&](const AddedToken& sought) {
        AddedToken token = m_tokens.at(*idOf(sought.content));
        token.special = isSpecial(sought.content);
        if (!sought.normalized) return plain.push_back(token);
        AlignedText content(sought.content, true);
        if (normalizer != nullptr) normalizer->apply(content);
        token.content = content.text;
        normalised.push_back(token);
    };
    for (const AddedToken& token : m_soughtSpecial) seek(token);
    for (const AddedToken& token : m_soughtOthers) seek(token);
    m_plain = AddedTokens(plain, splitSpecial);
    m_normalised = AddedTokens(normalised, splitSpecial);
}

std::optional<std::int32_t> AddedVocabulary::idOf(std::string_view content) const {
    const auto it = m_ids.find(content);
    return it == m_ids.end() ? std::nullopt : std::optional(it->second);
}

const std::string* AddedVocabulary::textOf(std::int32_t id) const {
    const auto it = m_tokens.find(id);
    return it == m_tokens.end() ? nullptr : &it->second.content;
}

std::int64_t AddedVocabulary::idLimit() const {
    return m_tokens.empty() ? 0 : static_cast<std::int64_t>(m_tokens.rbegin()->first) + 1;
}

}  // namespace jumplora
