// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "text/chars_map.h"
#include "text/sentencepiece_model.h"
#include "text/tokenizer.h"
#include "text/unigram.h"

#include <string>
#include <utility>
#include <vector>

namespace jumplora {

struct T5TokenizerOptions {
    std::int64_t extraIds = 100;  // sentinels behind the vocabulary, <extra_id_0> last
    bool legacy = true;  // ▁ in front of every text between special tokens; false: only at the start
};

// Hugging Face's fast T5 tokenizer as made from spiece.model.
class T5Tokenizer : public Tokenizer {
  public:
    // Throws Error(Format) when </s> or <pad> is missing.
    T5Tokenizer(const SentencePieceModel& model, const T5TokenizerOptions& options, const std::string& where,
                std::string contentHash);
    [[nodiscard]] std::vector<std::int32_t> encode(std::string_view text) const override;
    [[nodiscard]] std::string decode(std::span<const std::int32_t> ids, bool skipSpecial) const override;
    [[nodiscard]] std::int64_t vocabularySize() const override { return m_unigram.size(); }
    [[nodiscard]] std::optional<std::int32_t> eosId() const override { return m_eos; }
    [[nodiscard]] std::optional<std::int32_t> padId() const override { return m_pad; }
    [[nodiscard]] std::string contentHash() const override { return m_hash; }
    [[nodiscard]] std::string kind() const override { return "T5 SentencePiece (unigram)"; }

  private:
    void encodePlain(std::string_view text, bool atStart, std::vector<std::int32_t>& ids) const;

    T5TokenizerOptions m_options;
    CharsMap m_charsMap;
    Unigram m_unigram;
    std::vector<std::pair<std::string, std::int32_t>> m_special;  // longest first
    std::vector<bool> m_isSpecial;                                // by id
    std::int32_t m_eos = -1;
    std::int32_t m_pad = -1;
    std::string m_hash;
};

}  // namespace jumplora
