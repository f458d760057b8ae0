// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace jumplora {

// Kudo 2018, arXiv 1804.10959: the segmentation with the largest sum of piece scores (Viterbi over a trie).
// Ties, unknown code points (smallest score − 10 each) and the joining of unknown neighbours are as in
// Hugging Face's tokenizers.
class Unigram {
  public:
    Unigram(std::vector<std::pair<std::string, double>> vocabulary, std::int32_t unknownId);
    // Appends the ids of one word to `ids`.
    void encode(std::string_view word, std::vector<std::int32_t>& ids) const;
    [[nodiscard]] std::int64_t size() const { return static_cast<std::int64_t>(m_vocabulary.size()); }
    [[nodiscard]] const std::string& piece(std::int32_t id) const {
        return m_vocabulary[static_cast<std::size_t>(id)].first;
    }

  private:
    [[nodiscard]] static std::uint64_t edge(std::uint32_t node, char byte) {
        return static_cast<std::uint64_t>(node) << 8 | static_cast<unsigned char>(byte);
    }
    std::vector<std::pair<std::string, double>> m_vocabulary;
    std::int32_t m_unknownId;
    double m_unknownScore;
    std::unordered_map<std::uint64_t, std::uint32_t> m_edges;  // (node, byte) -> node
    std::vector<std::int32_t> m_pieceOf;                       // node -> id, -1 for none
};

}  // namespace jumplora
