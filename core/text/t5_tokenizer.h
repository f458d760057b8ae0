// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "text/added_tokens.h"
#include "text/chars_map.h"
#include "text/sentencepiece_model.h"
#include "text/tokenizer.h"
#include "text/unigram.h"

#include <filesystem>
#include <string>
#include <vector>

namespace jumplora {

struct T5TokenizerOptions {
    // Which texts between special tokens get a ▁ in front.
    enum class Prefix { Every, First, None };

    std::int64_t extraIds = 100;  // sentinels behind the vocabulary, <extra_id_0> last
    Prefix prefix = Prefix::Every;
    bool cleanUp = false;           // decode() removes the spaces before punctuation and English contractions
    std::vector<AddedToken> added;  // beside </s>, <pad>, <unk> and the sentinels, or other flags for these
};

// From tokenizer_config.json and, as Hugging Face reads them, special_tokens_map.json and added_tokens.json.
// Throws Error(Format).
T5TokenizerOptions readT5Options(const std::filesystem::path& folder);

// Hugging Face's fast T5 tokenizer as made from spiece.model.
class T5Tokenizer final : public Tokenizer {
  public:
    // Throws Error(Format) when </s> or <pad> is missing.
    T5Tokenizer(const SentencePieceModel& model, const T5TokenizerOptions& options, const std::string& where,
                std::string contentHash);
    [[nodiscard]] std::vector<std::int32_t> encode(std::string_view text) const override;
    [[nodiscard]] std::vector<std::int32_t> encodePlain(std::string_view text) const override;
    [[nodiscard]] std::string decode(std::span<const std::int32_t> ids, bool skipSpecial) const override;
    [[nodiscard]] std::int64_t vocabularySize() const override {
        return m_unigram.size() + static_cast<std::int64_t>(m_addedTexts.size());
    }
    [[nodiscard]] std::optional<std::int32_t> bosId() const override { return std::nullopt; }
    [[nodiscard]] std::optional<std::int32_t> eosId() const override { return m_eos; }
    [[nodiscard]] std::optional<std::int32_t> padId() const override { return m_pad; }
    [[nodiscard]] std::string contentHash() const override { return m_hash; }
    [[nodiscard]] std::string kind() const override { return "T5 SentencePiece (unigram)"; }

  private:
    void addTokens(const std::string& where);
    [[nodiscard]] const std::string& piece(std::int32_t id) const;
    [[nodiscard]] std::string normalise(std::string_view text) const;
    void encodeText(std::string_view text, bool atStart, std::vector<std::int32_t>& ids) const;
    void encodeWords(std::string_view normal, bool atStart, std::vector<std::int32_t>& ids) const;

    T5TokenizerOptions m_options;
    CharsMap m_charsMap;
    Unigram m_unigram;
    std::vector<std::string> m_addedTexts;  // of ids from m_unigram.size() on
    AddedTokens m_tokens;                   // found in the text as it is
    AddedTokens m_normalisedTokens;         // found in what normalise() makes of it
    std::vector<bool> m_isSpecial;          // by id
    std::int32_t m_eos = -1;
    std::int32_t m_pad = -1;
    std::string m_hash;
};

}  // namespace jumplora
