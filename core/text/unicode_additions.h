// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string_view>

namespace jumplora {

// Characters of a general category, property or script ("Lo", "Alphabetic", "han") that PCRE2's Unicode does
// not know yet and Hugging Face's does, as items of a character class. Needless, but harmless, with a newer
// PCRE2.
std::string_view unicodeAdditions(std::string_view category);

}  // namespace jumplora
