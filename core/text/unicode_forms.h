// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "text/aligned_text.h"

namespace jumplora {

// Unicode's normalisation forms.
enum class UnicodeForm { Nfc, Nfd, Nfkc, Nfkd };
AlignedText toForm(const AlignedText& text, UnicodeForm form);

// Lower case as Unicode's full mapping has it, character by character and without context.
AlignedText toLowerCase(const AlignedText& text);

// Without combining marks.
AlignedText withoutMarks(const AlignedText& text);

}  // namespace jumplora
