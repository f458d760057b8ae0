// SPDX-License-Identifier: Apache-2.0
#include "text/t5_tokenizer.h"

#include "text/sentencepiece_tokenizer.h"

namespace jumplora {
namespace {

PipelineParts partsOf(const SentencePieceModel& model, const T5TokenizerOptions& options,
                      const std::string& where, std::string contentHash) {
    TokenizerSettings settings;
    settings.family = TokenizerFamily::T5;
    settings.extraIds = options.extraIds;
    PipelineParts parts = convertForT5(model, settings, where);
    parts.contentHash = std::move(contentHash);
    return parts;
}

}  // namespace

T5Tokenizer::T5Tokenizer(const SentencePieceModel& model, const T5TokenizerOptions& options,
                         const std::string& where, std::string contentHash)
    : Pipeline(partsOf(model, options, where, std::move(contentHash))) {}

}  // namespace jumplora
