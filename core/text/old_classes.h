// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace jumplora {

// Classes of characters for which Hugging Face's tokenizers has tables of its own, older than those of the
// system's libraries and of its patterns.

bool isStrippedMark(char32_t point);  // what StripAccents removes
bool isPunctuation(char32_t point);   // what Punctuation cuts at: category P*, or an ASCII symbol

}  // namespace jumplora
