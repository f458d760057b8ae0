// SPDX-License-Identifier: Apache-2.0
#include "text/unigram.h"

#include "text/utf8.h"

#include <algorithm>

namespace jumplora {
namespace {

constexpr double kUnknownPenalty = 10.0;

struct Best {
    double score = 0;
    std::size_t start = 0;
    std::int32_t id = -1;
    bool reached = false;
};

}  // namespace

Unigram::Unigram(std::vector<std::pair<std::string, double>> vocabulary, std::int32_t unknownId)
    : m_vocabulary(std::move(vocabulary)), m_unknownId(unknownId), m_pieceOf(1, -1) {
    double smallest = m_vocabulary.empty() ? 0 : m_vocabulary.front().second;
    for (std::size_t id = 0; id < m_vocabulary.size(); ++id) {
        const auto& [text, score] = m_vocabulary[id];
        smallest = std::min(smallest, score);
        std::uint32_t node = 0;
        for (const char byte : text) {
            const auto [it, fresh] =
                m_edges.try_emplace(edge(node, byte), static_cast<std::uint32_t>(m_pieceOf.size()));
            if (fresh) m_pieceOf.push_back(-1);
            node = it->second;
        }
        m_pieceOf[node] = static_cast<std::int32_t>(id);
    }
    m_unknownScore = smallest - kUnknownPenalty;
}

void Unigram::encode(std::string_view word, std::vector<std::int32_t>& ids) const {
    std::vector<Best> best(word.size() + 1);
    best[0].reached = true;
    for (std::size_t start = 0; start < word.size();) {
        const double before = best[start].score;
        const std::size_t point = std::min(utf8Length(word[start]), word.size() - start);
        bool single = false;
        std::uint32_t node = 0;
        const auto offer = [&](std::size_t end, double score, std::int32_t id) {
            if (!best[end].reached || score > best[end].score) best[end] = {score, start, id, true};
        };
        for (std::size_t end = start; end < word.size();) {
            const auto next = m_edges.find(edge(node, word[end]));
            if (next == m_edges.end()) break;
            node = next->second;
            ++end;
            const std::int32_t id = m_pieceOf[node];
            if (id < 0) continue;
            offer(end, before + m_vocabulary[static_cast<std::size_t>(id)].second, id);
            single |= end - start == point;
        }
        if (!single) offer(start + point, before + m_unknownScore, m_unknownId);
        start += point;
    }
    const std::size_t first = ids.size();
    for (std::size_t end = word.size(); end > 0; end = best[end].start) {
        const bool joins = best[end].id == m_unknownId && ids.size() > first && ids.back() == m_unknownId;
        if (!joins) ids.push_back(best[end].id);
    }
    std::reverse(ids.begin() + static_cast<std::ptrdiff_t>(first), ids.end());
}

}  // namespace jumplora
