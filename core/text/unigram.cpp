// SPDX-License-Identifier: Apache-2.0
#include "text/unigram.h"

#include "base/error.h"
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

Unigram::Unigram(std::vector<Entry> vocabulary, const Options& options, std::string where)
    : m_vocabulary(std::move(vocabulary)), m_options(options), m_where(std::move(where)), m_pieceOf(1, -1) {
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
        if (!single) {
            if (m_options.unknownId < 0)
                fail(ErrorKind::Format, "{}: no piece for \"{}\", and no unk_id", m_where,
                     word.substr(start, point));
            offer(start + point, before + m_unknownScore, m_options.unknownId);
        }
        start += point;
    }
    // From the end; unknown neighbours make up one stretch.
    std::vector<std::size_t> ends;
    for (std::size_t end = word.size(); end > 0; end = best[end].start) {
        const bool joins = !ends.empty() && best[end].id == m_options.unknownId &&
                           best[ends.back()].id == m_options.unknownId;
        if (joins)
            best[ends.back()].start = best[end].start;
        else
            ends.push_back(end);
    }
    for (auto end = ends.rbegin(); end != ends.rend(); ++end) {
        const Best& piece = best[*end];
        if (piece.id == m_options.unknownId)
            pushUnknown(word.substr(piece.start, *end - piece.start), ids);
        else
            ids.push_back(piece.id);
    }
}

void Unigram::pushUnknown(std::string_view text, std::vector<std::int32_t>& ids) const {
    if (const auto whole = idOf(text)) return ids.push_back(*whole);
    if (m_options.byteFallback) {
        std::vector<std::int32_t> bytes;
        for (const char c : text) {
            const auto id = idOf(fmt::format("<0x{:02X}>", static_cast<unsigned char>(c)));
            if (!id) break;
            bytes.push_back(*id);
        }
        if (bytes.size() == text.size()) {
            ids.insert(ids.end(), bytes.begin(), bytes.end());
            return;
        }
    }
    ids.push_back(m_options.unknownId);
}

std::optional<std::int32_t> Unigram::idOf(std::string_view token) const {
    std::uint32_t node = 0;
    for (const char byte : token) {
        const auto next = m_edges.find(edge(node, byte));
        if (next == m_edges.end()) return std::nullopt;
        node = next->second;
    }
    return m_pieceOf[node] < 0 ? std::nullopt : std::optional(m_pieceOf[node]);
}

const std::string* Unigram::textOf(std::int32_t id) const {
    return id < 0 || id >= size() ? nullptr : &m_vocabulary[static_cast<std::size_t>(id)].first;
}

}  // namespace jumplora
