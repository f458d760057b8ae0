// SPDX-License-Identifier: Apache-2.0
#include "text/bpe.h"

#include "base/error.h"
#include "text/utf8.h"

#include <algorithm>
#include <bit>
#include <queue>

namespace jumplora {
namespace {

// Words of so many symbols or fewer are merged by looking at all their pairs.
constexpr std::size_t kFew = 24;
constexpr std::size_t kNone = ~std::size_t{0};

std::uint64_t pairOf(std::int32_t left, std::int32_t right) {
    return static_cast<std::uint64_t>(static_cast<std::uint32_t>(left)) << 32 |
           static_cast<std::uint32_t>(right);
}

// A merge that was possible when it was noted: the lowest rank first, of these the leftmost.
struct Candidate {
    std::uint32_t rank;
    std::uint32_t position;
    std::int32_t id;
    bool operator<(const Candidate& other) const {
        return rank != other.rank ? rank > other.rank : position > other.position;
    }
};

}  // namespace

Bpe::Bpe(Vocabulary vocabulary, const std::vector<Merge>& merges, BpeOptions options, std::string where)
    : m_vocabulary(std::move(vocabulary)), m_options(std::move(options)), m_where(std::move(where)) {
    m_table.resize(std::bit_ceil(merges.size() * 3 / 2 + 1));
    std::uint32_t rank = 0;
    for (const Merge& merge : merges) addMerge(merge, rank++);
    for (char c = 0; c >= 0 && c < 127; ++c)
        m_asciiIds.push_back(m_vocabulary.idOf(std::string_view(&c, 1)).value_or(-1));
    for (int byte = 0; byte < 256; ++byte)
        m_byteIds.push_back(m_vocabulary.idOf(fmt::format("<0x{:02X}>", byte)).value_or(-1));
}

void Bpe::addMerge(const Merge& merge, std::uint32_t rank) {
    const auto& [left, right] = merge;
    const auto id = [&](std::string_view token) {
        const auto found = m_vocabulary.idOf(token);
        if (!found)
            fail(ErrorKind::Format, "{}: merge {}: \"{}\" is not in the vocabulary", m_where, rank, token);
        return *found;
    };
    const std::int32_t leftId = id(left);
    const std::int32_t rightId = id(right);
    if (right.size() < m_options.continuingPrefix.size())
        fail(ErrorKind::Format, "{}: merge {}: \"{}\" is shorter than the continuing_subword_prefix", m_where,
             rank, right);
    const std::int32_t joinedId = id(left + right.substr(m_options.continuingPrefix.size()));
    const std::uint64_t pair = pairOf(leftId, rightId);
    m_table[slot(pair)] = {pair, rank, joinedId};
}

std::size_t Bpe::slot(std::uint64_t pair) const {
    const std::size_t mask = m_table.size() - 1;
    std::size_t at = (pair * 0x9E3779B97F4A7C15U >> 29) & mask;
    while (m_table[at].pair != kFree && m_table[at].pair != pair) at = (at + 1) & mask;
    return at;
}

const Bpe::Joined* Bpe::find(std::int32_t left, std::int32_t right) const {
    const Joined& found = m_table[slot(pairOf(left, right))];
    return found.pair == kFree ? nullptr : &found;
}

bool Bpe::asBytes(std::string_view character, std::vector<std::int32_t>& ids) const {
    if (std::any_of(character.begin(), character.end(),
                    [&](char c) { return m_byteIds[static_cast<unsigned char>(c)] < 0; }))
        return false;
    for (const char c : character) ids.push_back(m_byteIds[static_cast<unsigned char>(c)]);
    return true;
}

std::vector<std::int32_t> Bpe::symbols(std::string_view piece) const {
    std::vector<std::int32_t> ids;
    ids.reserve(piece.size());
    std::int32_t unknown = -1;  // waits for what follows it
    const bool affixed = !m_options.continuingPrefix.empty() || !m_options.endSuffix.empty();
    std::string dressed;
    for (std::size_t i = 0; i < piece.size();) {
        std::string_view character = piece.substr(i, utf8Length(piece[i]));
        const bool last = i + character.size() >= piece.size();
        if (affixed) {
            dressed = (i == 0 ? "" : m_options.continuingPrefix) + std::string(character) +
                      (last ? m_options.endSuffix : "");
        }
        i += character.size();
        if (affixed) character = dressed;
        std::optional<std::int32_t> id;
        if (character.size() == 1 && static_cast<unsigned char>(character[0]) < m_asciiIds.size()) {
            const std::int32_t known = m_asciiIds[static_cast<unsigned char>(character[0])];
            if (known >= 0) id = known;
        } else {
            id = m_vocabulary.idOf(character);
        }
        if (id) {
            if (unknown >= 0) ids.push_back(unknown);
            unknown = -1;
            ids.push_back(*id);
            continue;
        }
        if (m_options.byteFallback && asBytes(character, ids)) continue;
        if (!m_options.unknown) continue;
        if (unknown >= 0 && !m_options.fuseUnknown) ids.push_back(unknown);
        unknown = m_vocabulary.idOf(*m_options.unknown).value_or(-1);
        if (unknown < 0)
            fail(ErrorKind::Format, "{}: the unk_token \"{}\" is not in the vocabulary", m_where,
                 *m_options.unknown);
    }
    if (unknown >= 0) ids.push_back(unknown);
    return ids;
}

void Bpe::mergeFew(std::vector<std::int32_t>& ids) const {
    while (ids.size() > 1) {
        const Joined* best = nullptr;
        std::size_t where = 0;
        for (std::size_t i = 0; i + 1 < ids.size(); ++i) {
            const Joined* joined = find(ids[i], ids[i + 1]);
            if (joined != nullptr && (best == nullptr || joined->rank < best->rank)) {
                best = joined;
                where = i;
            }
        }
        if (best == nullptr) return;
        ids[where] = best->id;
        ids.erase(ids.begin() + static_cast<std::ptrdiff_t>(where) + 1);
    }
}

void Bpe::mergeMany(std::vector<std::int32_t>& ids) const {
    struct Link {
        std::size_t previous;
        std::size_t next;
        bool alive;
    };
    std::vector<Link> links(ids.size());
    std::vector<Candidate> first;
    first.reserve(ids.size());
    for (std::size_t i = 0; i < ids.size(); ++i) {
        links[i] = {i == 0 ? kNone : i - 1, i + 1 < ids.size() ? i + 1 : kNone, true};
        if (i + 1 == ids.size()) break;
        if (const Joined* joined = find(ids[i], ids[i + 1]))
            first.push_back({joined->rank, static_cast<std::uint32_t>(i), joined->id});
    }
    // Those from the beginning are sorted at once, which is faster than a heap of all; those that come up on
    // the way wait in a heap.
    std::sort(first.begin(), first.end(), [](const Candidate& a, const Candidate& b) { return b < a; });
    auto nextFirst = first.cbegin();
    std::priority_queue<Candidate> queue;
    const auto note = [&](std::size_t at, std::size_t next) {
        if (const Joined* joined = find(ids[at], ids[next]))
            queue.push({joined->rank, static_cast<std::uint32_t>(at), joined->id});
    };
    while (nextFirst != first.cend() || !queue.empty()) {
        const bool old = queue.empty() || (nextFirst != first.cend() && queue.top() < *nextFirst);
        const Candidate top = old ? *nextFirst : queue.top();
        if (old)
            ++nextFirst;
        else
            queue.pop();
        Link& link = links[top.position];
        if (!link.alive || link.next == kNone) continue;
        const std::size_t next = link.next;
        const Joined* joined = find(ids[top.position], ids[next]);
        if (joined == nullptr || joined->id != top.id) continue;  // the neighbours have changed since
        ids[top.position] = top.id;
        links[next].alive = false;
        link.next = links[next].next;
        if (link.next != kNone) links[link.next].previous = top.position;
        if (link.previous != kNone) note(link.previous, top.position);
        if (link.next != kNone) note(top.position, link.next);
    }
    std::size_t size = 0;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        if (links[i].alive) ids[size++] = ids[i];
    }
    ids.resize(size);
}

void Bpe::encode(std::string_view piece, std::vector<std::int32_t>& ids) const {
    if (m_options.ignoreMerges) {
        if (const auto whole = m_vocabulary.idOf(piece)) {
            ids.push_back(*whole);
            return;
        }
    }
    if (piece.size() > UINT32_MAX) fail(ErrorKind::Resource, "a word of {} bytes is too long", piece.size());
    std::vector<std::int32_t> word = symbols(piece);
    if (word.size() <= kFew)
        mergeFew(word);
    else
        mergeMany(word);
    ids.insert(ids.end(), word.begin(), word.end());
}

}  // namespace jumplora
