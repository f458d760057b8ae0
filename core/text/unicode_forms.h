// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "text/aligned_text.h"

namespace jumplora {

// Unicode's normalisation forms.
enum class UnicodeForm { Nfc, Nfd, Nfkc, Nfkd };
AlignedText toForm(const AlignedText& text, UnicodeForm form);

// Lower case as Unicode's full mapping has it, character by character and without context.
AlignedText toLowerCase(const AlignedText& text);

// Without combining marks (M*).
AlignedText withoutMarks(const AlignedText& text);

// Whether it is of category P*, or an ASCII symbol.
bool isPunctuation(char32_t point);

}  // namespace jumplora
