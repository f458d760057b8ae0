// SPDX-License-Identifier: Apache-2.0
#include "text/pipeline.h"

#include "text/utf8.h"

#include <algorithm>

namespace jumplora {
namespace {

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

Pipeline::Pipeline(PipelineParts parts) : m_parts(std::move(parts)) {
    m_parts.added.prepare(m_parts.normalizer.get(), m_parts.splitSpecial);
}

void Pipeline::encodeText(AlignedText text, std::vector<std::int32_t>& ids) const {
    if (m_parts.normalizer) m_parts.normalizer->apply(text);
    std::vector<AlignedText> pieces;
    for (const TextPart& part : m_parts.added.normalised().split(text.text)) {
        if (part.token >= 0) {
            ids.push_back(part.token);
            continue;
        }
        const auto begin = static_cast<std::size_t>(part.text.data() - text.text.data());
        pieces.assign(1, text.slice(begin, begin + part.text.size()));
        if (m_parts.preTokenizer) m_parts.preTokenizer->split(pieces);
        for (const AlignedText& piece : pieces) {
            if (!piece.text.empty()) m_parts.model->encode(piece.text, ids);
        }
    }
}

std::vector<std::int32_t> Pipeline::encodePlain(std::string_view raw) const {
    const std::string text = repairUtf8(raw);
    std::vector<std::int32_t> ids;
    for (const TextPart& part : m_parts.added.plain().split(text)) {
        if (part.token >= 0)
            ids.push_back(part.token);
        else
            encodeText(AlignedText(std::string(part.text), part.text.data() == text.data()), ids);
    }
    return ids;
}

std::vector<std::int32_t> Pipeline::encode(std::string_view text) const {
    return m_parts.around.apply(encodePlain(text));
}

const std::string* Pipeline::textOf(std::int32_t id) const {
    const std::string* added = m_parts.added.textOf(id);
    return added != nullptr ? added : m_parts.model->textOf(id);
}

std::string Pipeline::decode(std::span<const std::int32_t> ids, bool skipSpecial) const {
    std::vector<std::string> tokens;
    for (const std::int32_t id : ids) {
        const std::string* token = textOf(id);
        if (token != nullptr && !(skipSpecial && m_parts.added.isSpecial(*token))) tokens.push_back(*token);
    }
    if (m_parts.decoder) m_parts.decoder->decode(tokens);
    std::string text;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        if (!m_parts.decoder && i > 0) text += ' ';
        text += tokens[i];
    }
    if (m_parts.cleanUp) cleanUp(text);
    return text;
}

std::int64_t Pipeline::vocabularySize() const {
    return std::max(m_parts.model->idLimit(), m_parts.added.idLimit());
}

}  // namespace jumplora
