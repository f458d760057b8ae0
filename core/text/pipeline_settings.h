// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "text/pipeline.h"
#include "text/tokenizer_settings.h"

namespace jumplora {

// Where the parts come from: a tokenizer.json, or a vocabulary that Hugging Face converts by way of its slow
// classes, which name their special tokens with flags.
enum class PartsFrom { TokenizerJson, Conversion };

// Does to the parts what the fast class of the settings' family does after loading: adds tokens that the
// settings name, sets bos, eos and pad, and for Llama what stands around a text. Families without a word in
// the settings count as `otherwise`. Throws Error(Input) for settings that contradict each other.
void applySettings(PipelineParts& parts, TokenizerSettings settings, TokenizerFamily otherwise,
                   PartsFrom from);

}  // namespace jumplora
