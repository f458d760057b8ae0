// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "text/pipeline.h"
#include "text/tokenizer_settings.h"

#include <string>
#include <string_view>

namespace jumplora {

// Byte-level BPE from the files of GPT-2 and Qwen 2: vocab.json and merges.txt, converted as Hugging Face's
// class of the settings' family converts them (GPT-2's where they name none). Throws Error(Format).
PipelineParts convertVocabularyAndMerges(std::string_view vocabulary, std::string_view merges,
                                         const TokenizerSettings& settings, const std::string& vocabularyName,
                                         const std::string& mergesName);

// Lines of a token in base64 and its rank, as tiktoken writes them and Llama 3 has them.
bool looksLikeTiktoken(std::string_view bytes);
// With Llama 3's split pattern. Such a table names no special tokens: without any in the settings it gets
// Llama 3's, and bos in front. Throws Error(Format).
PipelineParts convertTiktoken(std::string_view bytes, const TokenizerSettings& settings,
                              const std::string& where);

}  // namespace jumplora
