// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/random.h"
#include "text/sentencepiece_model.h"

#include <cstdint>
#include <string>
#include <vector>

namespace jumplora {

// The invented language of the built-in experiment: bags of words with a class. 14 topics, 5 sentiment levels
// and 3 kinds of objects have words of their own; the rest carries no class. Made once from a fixed seed.
class BuiltinWorld {
  public:
    static constexpr int kTopics = 14;
    static constexpr int kLevels = 5;
    static constexpr int kObjects = 3;  // product, restaurant, film
    static constexpr int kSentinels = 8;

    static const BuiltinWorld& instance();

    // 8 to 14 words about a topic.
    [[nodiscard]] std::vector<std::string> topicText(int topic, Rng& rng) const;
    // 8 to 14 words (6 to 9 when `brief`) of a sentiment level about an object.
    [[nodiscard]] std::vector<std::string> sentimentText(int level, int object, bool brief, Rng& rng) const;
    // 1 to 3 words of one class.
    [[nodiscard]] std::vector<std::string> topicWords(int topic, Rng& rng) const;
    [[nodiscard]] std::vector<std::string> levelWords(int level, Rng& rng) const;

    [[nodiscard]] const std::vector<std::string>& vocabulary() const { return m_vocabulary; }
    [[nodiscard]] const std::vector<std::string>& downstreamLabels() const { return m_downstreamLabels; }
    [[nodiscard]] const std::vector<std::string>& privateLabels() const { return m_privateLabels; }
    // One piece per word, <pad> 0, </s> 1, <unk> 2.
    [[nodiscard]] SentencePieceModel tokenizerModel() const;

  private:
    BuiltinWorld();
    [[nodiscard]] std::string invent(Rng& rng);

    std::vector<std::string> m_vocabulary;
    std::vector<std::string> m_downstreamLabels, m_functionWords, m_neutral, m_names, m_privateLabels;
    std::vector<std::vector<std::string>> m_topics, m_levels, m_objects;
};

std::string joinWords(const std::vector<std::string>& words);

}  // namespace jumplora
