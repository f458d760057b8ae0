// SPDX-License-Identifier: Apache-2.0
#include "text/vocabulary.h"

#include <algorithm>

namespace jumplora {

Vocabulary::Vocabulary(std::vector<Entry> entries) {
    std::unordered_map<std::string_view, std::int32_t> last;
    last.reserve(entries.size());
    for (const auto& [token, id] : entries) last[token] = id;
    if (last.size() == entries.size()) {
        m_entries = std::move(entries);
    } else {
        for (const Entry& entry : entries) {
            if (last[entry.first] == entry.second) m_entries.push_back(entry);
        }
    }
    std::stable_sort(m_entries.begin(), m_entries.end(),
                     [](const Entry& a, const Entry& b) { return a.second < b.second; });
    last.clear();
    for (const auto& [token, id] : m_entries) last[token] = id;
    m_ids = std::move(last);
}

std::optional<std::int32_t> Vocabulary::idOf(std::string_view token) const {
    const auto it = m_ids.find(token);
    return it == m_ids.end() ? std::nullopt : std::optional(it->second);
}

const std::string* Vocabulary::textOf(std::int32_t id) const {
    const auto it =
        std::lower_bound(m_entries.begin(), m_entries.end(), id,
                         [](const Entry& entry, std::int32_t wanted) { return entry.second < wanted; });
    return it == m_entries.end() || it->second != id ? nullptr : &it->first;
}

std::int64_t Vocabulary::idLimit() const {
    return m_entries.empty() ? 0 : static_cast<std::int64_t>(m_entries.back().second) + 1;
}

}  // namespace jumplora
