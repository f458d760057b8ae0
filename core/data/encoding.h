// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "data/task.h"
#include "text/tokenizer.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace jumplora {

// Ids of a text cut to at most maxLength; a cut text still ends in eos, as Hugging Face truncates.
std::vector<std::int32_t> encodeTruncated(const Tokenizer& tokenizer, std::string_view text,
                                          std::int64_t maxLength);

// How a model reads prompt and label: each as a text of its own, or the label behind the prompt.
enum class RowLayout { EncoderDecoder, DecoderOnly };

// Ids of a prompt, at most maxLength. Encoder-decoder: as encodeTruncated(). Decoder-only: bos in front where
// the tokenizer puts it there, nothing behind the text. What is too long loses text at `side`; bos in front,
// and the eos of an encoder-decoder, stay.
std::vector<std::int32_t> encodePrompt(const Tokenizer& tokenizer, std::string_view prompt,
                                       std::int64_t maxLength, RowLayout layout,
                                       TruncationSide side = TruncationSide::Right);

// Ids of a label, at most maxLength with the eos at the end. Encoder-decoder: as encodeTruncated().
// Decoder-only: tokenized on its own, so that prompt and label together read "prompt label".
std::vector<std::int32_t> encodeLabel(const Tokenizer& tokenizer, std::string_view label,
                                      std::int64_t maxLength, RowLayout layout);

}  // namespace jumplora
