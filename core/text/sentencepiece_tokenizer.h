// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "text/pipeline.h"
#include "text/sentencepiece_model.h"
#include "text/tokenizer_settings.h"

#include <string>

namespace jumplora {

// A SentencePiece model as Hugging Face converts it for T5's class (its own character map, eos at the end) or
// Llama's (byte fallback, merges made from the pieces). `where` names the file in errors.
PipelineParts convertForT5(const SentencePieceModel& model, const TokenizerSettings& settings,
                           const std::string& where);
PipelineParts convertForLlama(const SentencePieceModel& model, const TokenizerSettings& settings,
                              const std::string& where);

}  // namespace jumplora
