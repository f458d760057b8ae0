// SPDX-License-Identifier: Apache-2.0
#include "text/aligned_text.h"

#include "text/utf8.h"

#include <algorithm>

namespace jumplora {

AlignedText::AlignedText(std::string content, bool startsText)
    : text(std::move(content)), atStart(startsText) {
    if (!text.empty()) first = std::min(utf8Length(text.front()), text.size());
}

AlignedText AlignedText::slice(std::size_t begin, std::size_t end) const {
    AlignedText part;
    part.text = text.substr(begin, end - begin);
    part.atStart = atStart && begin < first;
    part.first = part.atStart ? std::min(first - begin, part.text.size()) : 0;
    return part;
}

void TextTransform::skipCharacter() {
    const std::string& text = m_from->text;
    if (m_offset < text.size()) m_offset = std::min(m_offset + utf8Length(text[m_offset]), text.size());
}

void TextTransform::put(std::string_view character, std::ptrdiff_t change) {
    // A character that comes in addition belongs to the one before it.
    const bool fromFirst =
        change > 0 ? m_offset == 0 || m_offset - 1 < m_from->first : m_offset < m_from->first;
    const bool unbroken = m_to.first == m_to.text.size();
    m_to.text += character;
    if (fromFirst && unbroken) m_to.first = m_to.text.size();
    if (change <= 0) drop(1 - change);
}

void TextTransform::drop(std::ptrdiff_t count) {
    for (std::ptrdiff_t i = 0; i < count; ++i) skipCharacter();
}

AlignedText TextTransform::finish() {
    m_to.atStart = m_from->atStart;
    return std::move(m_to);
}

AlignedText filtered(const AlignedText& text, const std::function<bool(char32_t)>& keep) {
    const std::string_view all = text.text;
    // A character that stays takes along those behind it that do not; the ones at the beginning are skipped.
    std::size_t begin = 0;
    while (begin < all.size() && !keep(codePointAt(all, begin))) begin += utf8Length(all[begin]);
    TextTransform transform(text, std::min(begin, all.size()));
    while (begin < all.size()) {
        const std::string_view kept = all.substr(begin, utf8Length(all[begin]));
        std::ptrdiff_t dropped = 0;
        for (begin += kept.size(); begin < all.size() && !keep(codePointAt(all, begin));
             begin += utf8Length(all[begin]))
            ++dropped;
        transform.put(kept, -dropped);
    }
    return transform.finish();
}

}  // namespace jumplora
