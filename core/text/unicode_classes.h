// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

namespace jumplora {

// Items of PCRE2 character classes with the meaning that they have in Oniguruma.
inline constexpr std::string_view kWhiteSpaceItems =
    "\\x{9}-\\x{d} \\x{85}\\x{a0}\\x{1680}\\x{2000}-\\x{200a}\\x{2028}\\x{2029}\\x{202f}\\x{205f}\\x{3000}";

// \d and \w. The latter has some numbers of Latin-1 that the property does not have.
std::string digitItems();
std::string wordItems();

// Items for \p{name}: a general category, a binary property or a script, by short or long name.
// Throws Error(Input) naming `where` for names that are not known here.
std::string unicodePropertyItems(std::string_view name, const std::string& where);

}  // namespace jumplora
