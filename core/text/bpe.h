// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "text/token_model.h"
#include "text/vocabulary.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace jumplora {

struct BpeOptions {
    std::optional<std::string>
        unknown;                   // token of characters that the vocabulary lacks; they vanish without it
    bool fuseUnknown = false;      // neighbours become one
    bool byteFallback = false;     // <0xE4> and so on for such characters
    bool ignoreMerges = false;     // a piece that is a token itself is not taken apart
    std::string continuingPrefix;  // of every character of a word but the first
    std::string endSuffix;         // of the last one
};

// Byte-pair encoding (Sennrich et al. 2016, arXiv 1508.07909) with the order of merges, and what becomes of
// unknown characters, as in Hugging Face's tokenizers.
class Bpe final : public TokenModel {
  public:
    using Merge = std::pair<std::string, std::string>;
    // Merges in order of rank. Throws Error(Format) when a merge names a token that the vocabulary lacks.
    Bpe(Vocabulary vocabulary, const std::vector<Merge>& merges, BpeOptions options, std::string where);
    void encode(std::string_view piece, std::vector<std::int32_t>& ids) const override;
    [[nodiscard]] std::optional<std::int32_t> idOf(std::string_view token) const override {
        return m_vocabulary.idOf(token);
    }
    [[nodiscard]] const std::string* textOf(std::int32_t id) const override {
        return m_vocabulary.textOf(id);
    }
    [[nodiscard]] std::int64_t size() const override { return m_vocabulary.size(); }
    [[nodiscard]] std::int64_t idLimit() const override { return m_vocabulary.idLimit(); }
    [[nodiscard]] std::string kind() const override { return "BPE"; }

  private:
    struct Joined {
        std::uint64_t pair = kFree;  // left id, right id
        std::uint32_t rank = 0;
        std::int32_t id = 0;
    };
    static constexpr std::uint64_t kFree = ~std::uint64_t{0};

    void addMerge(const Merge& merge, std::uint32_t rank);
    [[nodiscard]] std::size_t slot(std::uint64_t pair) const;
    [[nodiscard]] const Joined* find(std::int32_t left, std::int32_t right) const;
    [[nodiscard]] std::vector<std::int32_t> symbols(std::string_view piece) const;
    [[nodiscard]] bool asBytes(std::string_view character, std::vector<std::int32_t>& ids) const;
    void mergeFew(std::vector<std::int32_t>& ids) const;
    void mergeMany(std::vector<std::int32_t>& ids) const;

    Vocabulary m_vocabulary;
    BpeOptions m_options;
    std::string m_where;
    std::vector<Joined> m_table;  // open addressing, a power of two
    std::vector<std::int32_t> m_asciiIds;
    std::vector<std::int32_t> m_byteIds;  // -1: not in the vocabulary
};

}  // namespace jumplora
