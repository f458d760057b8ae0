// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "text/aligned_text.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace jumplora {

// SentencePiece's precompiled normalisation: a double-array trie from byte sequences to replacement strings.
// Applied as Hugging Face's fast tokenizers apply it: to whole grapheme clusters shorter than 6 bytes first,
// then to single code points.
class CharsMap {
  public:
    CharsMap() = default;
    // Throws Error(Format) when the map does not hold together.
    CharsMap(std::string_view bytes, const std::string& where);
    [[nodiscard]] AlignedText normalise(const AlignedText& text) const;

  private:
    [[nodiscard]] std::optional<std::string_view> lookUp(std::string_view chunk) const;
    std::vector<std::uint32_t> m_trie;
    std::string m_replacements;
};

}  // namespace jumplora
