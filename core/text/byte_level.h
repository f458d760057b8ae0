// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "text/aligned_text.h"

#include <optional>
#include <string>
#include <string_view>

namespace jumplora {

// GPT-2's way of writing bytes as printable characters: those of Latin-1 that print stand for themselves, the
// others for U+0100 and on.

// One character for each byte.
std::string bytesAsCharacters(std::string_view bytes);
AlignedText bytesAsCharacters(const AlignedText& text);

// The bytes that the characters stand for; nothing when one of them stands for none.
std::optional<std::string> charactersAsBytes(std::string_view characters);

}  // namespace jumplora
