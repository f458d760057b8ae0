// SPDX-License-Identifier: Apache-2.0
#include "text/t5_tokenizer.h"

#include "base/error.h"
#include "text/utf8.h"

#include <algorithm>

namespace jumplora {
namespace {

constexpr std::string_view kSpace = "\xE2\x96\x81";  // ▁

std::vector<std::pair<std::string, double>> vocabularyOf(const SentencePieceModel& model,
                                                         std::int64_t extraIds) {
    std::vector<std::pair<std::string, double>> vocabulary;
    vocabulary.reserve(model.pieces.size() + static_cast<std::size_t>(extraIds));
    for (const SentencePiece& piece : model.pieces) vocabulary.emplace_back(piece.text, piece.score);
    for (std::int64_t i = extraIds - 1; i >= 0; --i)
        vocabulary.emplace_back(fmt::format("<extra_id_{}>", i), 0.0);
    return vocabulary;
}

}  // namespace

T5Tokenizer::T5Tokenizer(const SentencePieceModel& model, const T5TokenizerOptions& options,
                         const std::string& where, std::string contentHash)
    : m_options(options),
      m_charsMap(model.charsMap, where),
      m_unigram(vocabularyOf(model, options.extraIds), model.unknownId),
      m_isSpecial(static_cast<std::size_t>(m_unigram.size())),
      m_hash(std::move(contentHash)) {
    for (std::int32_t id = 0; id < m_unigram.size(); ++id) {
        const std::string& text = m_unigram.piece(id);
        const bool sentinel = id >= static_cast<std::int32_t>(model.pieces.size());
        if (text == "</s>") m_eos = id;
        if (text == "<pad>") m_pad = id;
        if (!sentinel && text != "</s>" && text != "<pad>" && text != "<unk>") continue;
        m_special.emplace_back(text, id);
        m_isSpecial[static_cast<std::size_t>(id)] = true;
    }
    if (m_eos < 0 || m_pad < 0)
        fail(ErrorKind::Format, "{}: a T5 model needs the pieces </s> and <pad>", where);
    std::stable_sort(m_special.begin(), m_special.end(),
                     [](const auto& a, const auto& b) { return a.first.size() > b.first.size(); });
}

void T5Tokenizer::encodePlain(std::string_view text, bool atStart, std::vector<std::int32_t>& ids) const {
    std::string normal = m_charsMap.normalise(text);
    normal.resize(trimmedLength(normal));
    // Runs of spaces become one ▁, single spaces too.
    std::string marked;
    marked.reserve(normal.size() + kSpace.size());
    for (std::size_t i = 0; i < normal.size();) {
        if (normal[i] != ' ') {
            marked += normal[i++];
            continue;
        }
        while (i < normal.size() && normal[i] == ' ') ++i;
        marked += kSpace;
    }
    if (marked.empty()) return;
    if ((m_options.legacy || atStart) && !marked.starts_with(kSpace)) marked.insert(0, kSpace);
    // Words begin at each ▁.
    std::size_t begin = 0;
    while (begin < marked.size()) {
        std::size_t end = marked.find(
            kSpace, begin + (marked.compare(begin, kSpace.size(), kSpace) == 0 ? kSpace.size() : 0));
        if (end == std::string::npos) end = marked.size();
        m_unigram.encode(std::string_view(marked).substr(begin, end - begin), ids);
        begin = end;
    }
}

std::vector<std::int32_t> T5Tokenizer::encode(std::string_view raw) const {
    const std::string text = repairUtf8(raw);
    std::vector<std::int32_t> ids;
    std::size_t begin = 0;
    bool first = true;
    for (std::size_t i = text.find('<'); i != std::string::npos; i = text.find('<', i)) {
        const std::string_view rest = std::string_view(text).substr(i);
        const auto special = std::find_if(m_special.begin(), m_special.end(),
                                          [&](const auto& s) { return rest.starts_with(s.first); });
        if (special == m_special.end()) {
            ++i;
            continue;
        }
        if (i > begin) encodePlain(std::string_view(text).substr(begin, i - begin), first, ids);
        first = false;
        ids.push_back(special->second);
        i += special->first.size();
        begin = i;
    }
    if (begin < text.size()) encodePlain(std::string_view(text).substr(begin), first, ids);
    ids.push_back(m_eos);
    return ids;
}

std::string T5Tokenizer::decode(std::span<const std::int32_t> ids, bool skipSpecial) const {
    std::string text;
    bool first = true;
    for (const std::int32_t id : ids) {
        if (id < 0 || id >= m_unigram.size()) continue;
        if (skipSpecial && m_isSpecial[static_cast<std::size_t>(id)]) continue;
        const std::string& piece = m_unigram.piece(id);
        for (std::size_t i = 0; i < piece.size();) {
            if (piece.compare(i, kSpace.size(), kSpace) == 0) {
                if (!first) text += ' ';
                i += kSpace.size();
            } else {
                text += piece[i++];
            }
        }
        first = false;
    }
    return text;
}

}  // namespace jumplora
