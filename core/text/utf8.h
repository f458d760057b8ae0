// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace jumplora {

// Bytes of the code point that starts with this byte; 1 for bytes that start none.
std::size_t utf8Length(char lead);

// Offset of the first damaged sequence, npos when the text is well-formed.
std::size_t utf8Damage(std::string_view text);

// The text with every damaged sequence replaced by U+FFFD: one for each longest beginning of a character, as
// Unicode recommends and Python and Rust do.
std::string repairUtf8(std::string_view text);

// The code point that begins at `offset` of well-formed UTF-8.
char32_t codePointAt(std::string_view text, std::size_t offset);

void appendUtf8(std::string& text, char32_t point);

// Extended grapheme clusters of well-formed UTF-8, as views into `text`.
std::vector<std::string_view> graphemes(std::string_view text);

// Bytes of the Unicode white space at the start of `text`, 0 when there is none.
std::size_t whiteSpaceLength(std::string_view text);

// Whether well-formed UTF-8 starts or ends with a letter, mark, decimal digit or connector (\w of Unicode's
// UTS 18).
bool startsWithWord(std::string_view text);
bool endsWithWord(std::string_view text);

// Length of `text` without Unicode white space at its end.
std::size_t trimmedLength(std::string_view text);

}  // namespace jumplora
