// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "text/component.h"
#include "text/regex.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace jumplora {

// What a Split or Replace looks for: {"String": "..."} or {"Regex": "..."}.
class Pattern {
  public:
    explicit Pattern(std::string text) : m_text(std::move(text)) {}
    explicit Pattern(Regex regex) : m_regex(std::move(regex)) {}
    // The member "pattern" of a component. Throws Error(Format) and what Regex throws.
    static Pattern read(const Component& component);
    // As Regex::findAll.
    [[nodiscard]] std::vector<Regex::Span> findAll(std::string_view text) const;

  private:
    std::string m_text;
    std::optional<Regex> m_regex;
};

}  // namespace jumplora
