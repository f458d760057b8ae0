// SPDX-License-Identifier: Apache-2.0
#include "text/pattern.h"

#include "base/error.h"
#include "text/utf8.h"

namespace jumplora {

Pattern Pattern::read(const Component& component) {
    const Json& pattern = requireMember(component.json(), "pattern", component.where());
    const std::string where = component.where() + ".pattern";
    if (pattern.is_object() && pattern.size() == 1) {
        if (pattern.contains("String")) return Pattern(requireString(pattern, "String", where));
        if (pattern.contains("Regex")) return Pattern(Regex(requireString(pattern, "Regex", where), where));
    }
    fail(ErrorKind::Format, "{}: must be {{\"String\": ...}} or {{\"Regex\": ...}}", where);
}

std::vector<Regex::Span> Pattern::findAll(std::string_view text) const {
    if (m_regex) return m_regex->findAll(text);
    std::vector<Regex::Span> matches;
    if (m_text.empty()) {  // matches between all characters
        for (std::size_t i = 0; i < text.size(); i += utf8Length(text[i])) matches.emplace_back(i, i);
        matches.emplace_back(text.size(), text.size());
        return matches;
    }
    for (std::size_t at = text.find(m_text); at != std::string_view::npos;
         at = text.find(m_text, at + m_text.size()))
        matches.emplace_back(at, at + m_text.size());
    return matches;
}

}  // namespace jumplora
