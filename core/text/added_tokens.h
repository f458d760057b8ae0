// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace jumplora {

// A token that is cut out of a text before the model's own segmentation sees it; the flags are those of
// Hugging Face's AddedToken.
struct AddedToken {
    std::string content;
    bool special = false;     // left out by decode(skipSpecial)
    bool normalized = false;  // looked for in normalised text
    bool stripLeft = false;   // takes the white space before it along
    bool stripRight = false;
    bool singleWord = false;  // not inside a word
    std::int32_t id = -1;

    bool operator==(const AddedToken&) const = default;
};

struct TextPart {
    std::string_view text;
    std::int32_t token = -1;  // id of the added token; -1 for text between tokens
};

// Finds added tokens, leftmost first and longest of those, as Hugging Face's tokenizers do.
class AddedTokens {
  public:
    AddedTokens() = default;
    // Tokens without content are left out; of two with the same content the first counts. `passSpecial`:
    // special ones are passed over as text.
    explicit AddedTokens(const std::vector<AddedToken>& tokens, bool passSpecial = false);
    [[nodiscard]] std::vector<TextPart> split(std::string_view text) const;

  private:
    [[nodiscard]] const AddedToken* longestAt(std::string_view text, std::size_t offset) const;

    std::vector<AddedToken> m_tokens;
    bool m_passSpecial = false;
    std::unordered_map<std::uint64_t, std::uint32_t> m_edges;  // (node, byte) -> node
    std::vector<std::int32_t> m_tokenOf;                       // node -> index, -1 for none
};

}  // namespace jumplora
