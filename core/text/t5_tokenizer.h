// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "text/pipeline.h"
#include "text/sentencepiece_model.h"

#include <string>

namespace jumplora {

struct T5TokenizerOptions {
    std::int64_t extraIds = 100;  // sentinels behind the vocabulary, <extra_id_0> last
};

// Hugging Face's fast T5 tokenizer as made from a spiece.model without any settings beside it.
class T5Tokenizer final : public Pipeline {
  public:
    // Throws Error(Format) when </s> or <pad> is missing.
    T5Tokenizer(const SentencePieceModel& model, const T5TokenizerOptions& options, const std::string& where,
                std::string contentHash);
};

}  // namespace jumplora
