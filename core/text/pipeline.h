// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "text/added_vocabulary.h"
#include "text/decoder.h"
#include "text/normalizer.h"
#include "text/post_processor.h"
#include "text/pre_tokenizer.h"
#include "text/token_model.h"
#include "text/tokenizer.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace jumplora {

// What Hugging Face's tokenizers are made of; every kind of tokenizer file becomes this.
struct PipelineParts {
    AddedVocabulary added;
    std::unique_ptr<Normalizer> normalizer;      // none: text as it is
    std::unique_ptr<PreTokenizer> preTokenizer;  // none: the text is one piece
    std::unique_ptr<TokenModel> model;
    Template around;
    std::unique_ptr<Decoder> decoder;  // none: tokens with spaces between them
    bool cleanUp = false;       // decode() removes the spaces before punctuation and English contractions
    bool splitSpecial = false;  // special tokens in a text are text
    std::optional<std::int32_t> bos;
    std::optional<std::int32_t> eos;
    std::optional<std::int32_t> pad;
    std::string kind;
    std::string contentHash;
};

class Pipeline : public Tokenizer {
  public:
    explicit Pipeline(PipelineParts parts);
    [[nodiscard]] std::vector<std::int32_t> encode(std::string_view text) const override;
    [[nodiscard]] std::vector<std::int32_t> encodePlain(std::string_view text) const override;
    [[nodiscard]] std::string decode(std::span<const std::int32_t> ids, bool skipSpecial) const override;
    [[nodiscard]] std::int64_t vocabularySize() const override;
    [[nodiscard]] std::optional<std::int32_t> bosId() const override { return m_parts.bos; }
    [[nodiscard]] std::optional<std::int32_t> eosId() const override { return m_parts.eos; }
    [[nodiscard]] std::optional<std::int32_t> padId() const override { return m_parts.pad; }
    [[nodiscard]] std::string contentHash() const override { return m_parts.contentHash; }
    [[nodiscard]] std::string kind() const override { return m_parts.kind; }

  private:
    void encodeText(AlignedText text, std::vector<std::int32_t>& ids) const;
    [[nodiscard]] const std::string* textOf(std::int32_t id) const;
    PipelineParts m_parts;
};

}  // namespace jumplora
