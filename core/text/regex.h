// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace jumplora {

// A compiled pattern over UTF-8. Patterns of tokenizer files are in Oniguruma's syntax and are translated to
// PCRE2's; what cannot be translated with the same meaning is refused.
class Regex {
  public:
    using Span = std::pair<std::size_t, std::size_t>;  // begin and end in bytes
    enum class Syntax { Oniguruma, Pcre2 };
    // Throws Error(Format) naming `where` when the pattern is wrong, Error(Input) when it is not supported.
    Regex(std::string_view pattern, std::string where, Syntax syntax = Syntax::Oniguruma);
    // All matches in well-formed UTF-8, from the left, none overlapping; an empty one never follows another
    // match directly. Throws Error(Format) when the pattern needs more steps than any sensible one does.
    [[nodiscard]] std::vector<Span> findAll(std::string_view text) const;

  private:
    std::shared_ptr<const void> m_code;
    std::string m_where;
};

}  // namespace jumplora
