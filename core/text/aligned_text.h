// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace jumplora {

// A piece of text on its way to ids, with as much of its origin as matters: whether it begins where the whole
// text begins, and how many of its bytes stem from its first original character. Hugging Face keeps an offset
// for every byte; the only use of them that changes ids is Metaspace's "first".
struct AlignedText {
    std::string text;
    bool atStart = false;
    std::size_t first = 0;

    AlignedText() = default;
    AlignedText(std::string content, bool startsText);
    [[nodiscard]] AlignedText slice(std::size_t begin, std::size_t end) const;
};

// Rewrites a text character by character with the bookkeeping of Hugging Face's NormalizedString::transform.
class TextTransform {
  public:
    // `skipped`: bytes of the text that are left out at its beginning.
    explicit TextTransform(const AlignedText& from, std::size_t skipped = 0)
        : m_from(&from), m_offset(skipped) {}
    // Appends one character: change 0 replaces the next one of the old text, 1 comes in addition, −n replaces
    // the next one and drops n more behind it.
    void put(std::string_view character, std::ptrdiff_t change);
    // Drops characters of the old text behind what was put last.
    void drop(std::ptrdiff_t count);
    [[nodiscard]] AlignedText finish();

  private:
    void skipCharacter();
    const AlignedText* m_from;
    std::size_t m_offset;
    AlignedText m_to;
};

// Only the characters that `keep` says yes to.
AlignedText filtered(const AlignedText& text, const std::function<bool(char32_t)>& keep);

}  // namespace jumplora
