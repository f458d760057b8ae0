// SPDX-License-Identifier: Apache-2.0
#include "text/t5_tokenizer.h"

#include "base/error.h"
#include "text/utf8.h"

#include <algorithm>
#include <map>

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

AddedToken specialToken(std::string content) {
    AddedToken token;
    token.content = std::move(content);
    token.special = true;
    return token;
}

void replaceAll(std::string& text, std::string_view what, std::string_view by) {
    std::size_t at = text.find(what);
    if (at == std::string::npos) return;
    std::string result;
    result.reserve(text.size());
    std::size_t done = 0;
    for (; at != std::string::npos; at = text.find(what, done)) {
        result.append(text, done, at - done).append(by);
        done = at + what.size();
    }
    text = result.append(text, done);
}

// Hugging Face's clean_up_tokenization, in its order.
void cleanUp(std::string& text) {
    for (const std::string_view mark : {" .", " ?", " !", " ,"}) replaceAll(text, mark, mark.substr(1));
    replaceAll(text, " ' ", "'");
    for (const std::string_view mark : {" n't", " 'm", " 's", " 've", " 're"})
        replaceAll(text, mark, mark.substr(1));
}

}  // namespace

T5Tokenizer::T5Tokenizer(const SentencePieceModel& model, const T5TokenizerOptions& options,
                         const std::string& where, std::string contentHash)
    : m_options(options),
      m_charsMap(model.charsMap, where),
      m_unigram(vocabularyOf(model, options.extraIds), model.unknownId),
      m_hash(std::move(contentHash)) {
    addTokens(where);
}

void T5Tokenizer::addTokens(const std::string& where) {
    std::vector<AddedToken> tokens = {specialToken("</s>"), specialToken("<unk>"), specialToken("<pad>")};
    for (std::int64_t i = 0; i < m_options.extraIds; ++i)
        tokens.push_back(specialToken(fmt::format("<extra_id_{}>", i)));
    tokens.insert(tokens.end(), m_options.added.begin(), m_options.added.end());

    std::map<std::string, std::int32_t, std::less<>> ids;
    for (std::int32_t id = 0; id < m_unigram.size(); ++id) ids[m_unigram.piece(id)] = id;
    if (!ids.contains("</s>") || !ids.contains("<pad>"))
        fail(ErrorKind::Format, "{}: a T5 model needs the pieces </s> and <pad>", where);
    m_eos = ids["</s>"];
    m_pad = ids["<pad>"];

    std::map<std::int32_t, AddedToken> byId;  // a later mention replaces the flags of an earlier one
    for (AddedToken& token : tokens) {
        if (token.content.empty()) continue;
        const auto [known, fresh] =
            ids.try_emplace(token.content, static_cast<std::int32_t>(vocabularySize()));
        if (fresh) m_addedTexts.push_back(token.content);
        token.id = known->second;
        byId[token.id] = token;
    }
    m_isSpecial.resize(static_cast<std::size_t>(vocabularySize()));
    std::vector<AddedToken> plain;
    std::vector<AddedToken> normalised;
    for (const auto& [id, token] : byId) {
        m_isSpecial[static_cast<std::size_t>(id)] = token.special;
        if (token.normalized) {
            normalised.push_back(token);
            normalised.back().content = normalise(token.content);
        } else {
            plain.push_back(token);
        }
    }
    m_tokens = AddedTokens(std::move(plain));
    m_normalisedTokens = AddedTokens(std::move(normalised));
}

const std::string& T5Tokenizer::piece(std::int32_t id) const {
    return id < m_unigram.size() ? m_unigram.piece(id)
                                 : m_addedTexts[static_cast<std::size_t>(id - m_unigram.size())];
}

// Character map, no white space at the end, runs of spaces as one ▁; single spaces stay.
std::string T5Tokenizer::normalise(std::string_view text) const {
    std::string normal = m_charsMap.normalise(text);
    normal.resize(trimmedLength(normal));
    std::string result;
    result.reserve(normal.size());
    for (std::size_t i = 0; i < normal.size();) {
        std::size_t end = i;
        while (end < normal.size() && normal[end] == ' ') ++end;
        if (end - i >= 2) {
            result += kSpace;
            i = end;
        } else {
            result += normal[i++];
        }
    }
    return result;
}

void T5Tokenizer::encodeWords(std::string_view normal, bool atStart, std::vector<std::int32_t>& ids) const {
    using Prefix = T5TokenizerOptions::Prefix;
    std::string marked(normal);
    replaceAll(marked, " ", kSpace);
    if (marked.empty()) return;
    const bool prefixed = m_options.prefix == Prefix::Every || (m_options.prefix == Prefix::First && atStart);
    if (prefixed && !marked.starts_with(kSpace)) marked.insert(0, kSpace);
    // Words begin at each ▁.
    for (std::size_t begin = 0; begin < marked.size();) {
        const std::size_t mark = marked.compare(begin, kSpace.size(), kSpace) == 0 ? kSpace.size() : 0;
        const std::size_t end = std::min(marked.find(kSpace, begin + mark), marked.size());
        m_unigram.encode(std::string_view(marked).substr(begin, end - begin), ids);
        begin = end;
    }
}

void T5Tokenizer::encodeText(std::string_view text, bool atStart, std::vector<std::int32_t>& ids) const {
    const std::string normal = normalise(text);
    for (const TextPart& part : m_normalisedTokens.split(normal)) {
        if (part.token >= 0) {
            ids.push_back(part.token);
        } else {
            encodeWords(part.text, atStart && part.text.data() == normal.data(), ids);
        }
    }
}

std::vector<std::int32_t> T5Tokenizer::encode(std::string_view text) const {
    std::vector<std::int32_t> ids = encodePlain(text);
    ids.push_back(m_eos);
    return ids;
}

std::vector<std::int32_t> T5Tokenizer::encodePlain(std::string_view raw) const {
    const std::string text = repairUtf8(raw);
    std::vector<std::int32_t> ids;
    for (const TextPart& part : m_tokens.split(text)) {
        if (part.token >= 0) {
            ids.push_back(part.token);
        } else {
            encodeText(part.text, part.text.data() == text.data(), ids);
        }
    }
    return ids;
}

std::string T5Tokenizer::decode(std::span<const std::int32_t> ids, bool skipSpecial) const {
    std::string text;
    bool first = m_options.prefix != T5TokenizerOptions::Prefix::None;
    for (const std::int32_t id : ids) {
        if (id < 0 || id >= vocabularySize()) continue;
        if (skipSpecial && m_isSpecial[static_cast<std::size_t>(id)]) continue;
        std::string word = piece(id);
        replaceAll(word, kSpace, first ? "" : " ");
        text += word;
        first = false;
    }
    if (m_options.cleanUp) cleanUp(text);
    return text;
}

}  // namespace jumplora
