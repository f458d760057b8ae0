// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "text/token_model.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace jumplora {

// Kudo 2018, arXiv 1804.10959: the segmentation with the largest sum of piece scores (Viterbi over a trie).
// Ties, unknown code points (smallest score − 10 each) and the joining of unknown neighbours are as in
// Hugging Face's tokenizers.
class Unigram final : public TokenModel {
  public:
    using Entry = std::pair<std::string, double>;
    struct Options {
        std::int32_t unknownId = -1;  // -1: encode() throws Error(Format) for characters without a piece
        bool byteFallback = false;    // <0xE4> and so on for unknown stretches
    };
    Unigram(std::vector<Entry> vocabulary, const Options& options, std::string where);
    void encode(std::string_view piece, std::vector<std::int32_t>& ids) const override;
    [[nodiscard]] std::optional<std::int32_t> idOf(std::string_view token) const override;
    [[nodiscard]] const std::string* textOf(std::int32_t id) const override;
    [[nodiscard]] std::int64_t size() const override {
        return static_cast<std::int64_t>(m_vocabulary.size());
    }
    [[nodiscard]] std::int64_t idLimit() const override { return size(); }
    [[nodiscard]] std::string kind() const override { return "unigram"; }

  private:
    [[nodiscard]] static std::uint64_t edge(std::uint32_t node, char byte) {
        return static_cast<std::uint64_t>(node) << 8 | static_cast<unsigned char>(byte);
    }
    void pushUnknown(std::string_view text, std::vector<std::int32_t>& ids) const;

    std::vector<Entry> m_vocabulary;
    Options m_options;
    std::string m_where;
    double m_unknownScore;
    std::unordered_map<std::uint64_t, std::uint32_t> m_edges;  // (node, byte) -> node
    std::vector<std::int32_t> m_pieceOf;                       // node -> id, -1 for none
};

}  // namespace jumplora
