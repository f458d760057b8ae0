// SPDX-License-Identifier: Apache-2.0
#include "data/builtin_world.h"

#include <algorithm>
#include <span>
#include <sstream>

namespace jumplora {
namespace {

constexpr std::uint64_t kWorldSeed = 20260419;

std::vector<std::string> words(const char* list) {
    std::istringstream stream(list);
    std::vector<std::string> result;
    for (std::string word; stream >> word;) result.push_back(word);
    return result;
}

const std::string& pick(const std::vector<std::string>& list, Rng& rng) {
    return list[rng.below(list.size())];
}

int lengthBetween(int low, int high, Rng& rng) {
    return low + static_cast<int>(rng.below(static_cast<std::uint64_t>(high - low) + 1));
}

// At least this many words of a text carry its class.
constexpr int kLeastDraws = 3;

}  // namespace

const BuiltinWorld& BuiltinWorld::instance() {
    static const BuiltinWorld world;
    return world;
}

std::string BuiltinWorld::invent(Rng& rng) {
    static const std::string consonants = "bdfgklmnprstvz";
    static const std::string vowels = "aeiou";
    static const std::string endings = "nrsl";
    for (;;) {
        std::string word;
        const int syllables = rng.chance(2.0 / 3.0) ? 2 : 3;
        for (int i = 0; i < syllables; ++i) {
            word += consonants[rng.below(consonants.size())];
            word += vowels[rng.below(vowels.size())];
        }
        if (rng.chance(0.4)) word += endings[rng.below(endings.size())];
        if (std::find(m_vocabulary.begin(), m_vocabulary.end(), word) != m_vocabulary.end()) continue;
        m_vocabulary.push_back(word);
        return word;
    }
}

BuiltinWorld::BuiltinWorld() {
    const auto given = [&](const char* list) {
        auto added = words(list);
        for (const auto& word : added) {
            if (std::find(m_vocabulary.begin(), m_vocabulary.end(), word) == m_vocabulary.end())
                m_vocabulary.push_back(word);
        }
        return added;
    };
    given("Task Instruction: Options: | Text: Answer:");
    m_downstreamLabels = given(
        "company school artist athlete politician transport building nature village animal plant album film "
        "book "
        "society science health education computers sports business entertainment family politics world very "
        "negative "
        "neutral positive terrible bad okay good great");
    given(
        "what is the topic of text choose one sentiment read and tell which word fits best name subject "
        "label mood "
        "find judge pick say copy same");
    m_functionWords = given(
        "a an in on at to by for from with about into over under after before between through during against "
        "among "
        "within without along across behind beyond but or as if than then so it this that");
    for (const char* shared : {"the", "of", "and", "is"}) m_functionWords.emplace_back(shared);

    Rng rng(kWorldSeed);
    const auto invented = [&](int count) {
        std::vector<std::string> list;
        list.reserve(static_cast<std::size_t>(count));
        for (int i = 0; i < count; ++i) list.push_back(invent(rng));
        return list;
    };
    for (int i = 0; i < kTopics; ++i) m_topics.push_back(invented(70));
    for (int i = 0; i < kLevels; ++i) m_levels.push_back(invented(50));
    for (int i = 0; i < kObjects; ++i) m_objects.push_back(invented(60));
    m_neutral = invented(500);
    m_names = invented(100);
    m_privateLabels = invented(61);
}

std::vector<std::string> BuiltinWorld::topicText(int topic, Rng& rng) const {
    std::vector<std::string> text(static_cast<std::size_t>(lengthBetween(8, 14, rng)));
    std::vector<bool> carries(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const double u = rng.uniform();
        if (u < 0.40) {
            text[i] = pick(m_topics[static_cast<std::size_t>(topic)], rng);
            carries[i] = true;
        } else if (u < 0.44) {
            text[i] = pick(m_topics[rng.below(kTopics)], rng);
        } else if (u < 0.70) {
            text[i] = pick(m_functionWords, rng);
        } else if (u < 0.96) {
            text[i] = pick(m_neutral, rng);
        } else {
            text[i] = pick(m_names, rng);
        }
    }
    while (std::count(carries.begin(), carries.end(), true) < kLeastDraws) {
        const auto i = rng.below(text.size());
        text[i] = pick(m_topics[static_cast<std::size_t>(topic)], rng);
        carries[i] = true;
    }
    return text;
}

std::vector<std::string> BuiltinWorld::sentimentText(int level, int object, bool brief, Rng& rng) const {
    const auto graded = [&] {
        int drawn = level;
        if (!rng.chance(0.85)) drawn = std::clamp(level + (rng.chance(0.5) ? 1 : -1), 0, kLevels - 1);
        return pick(m_levels[static_cast<std::size_t>(drawn)], rng);
    };
    std::vector<std::string> text(
        static_cast<std::size_t>(brief ? lengthBetween(6, 9, rng) : lengthBetween(8, 14, rng)));
    std::vector<bool> carries(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const double u = rng.uniform();
        if (u < 0.36) {
            text[i] = graded();
            carries[i] = true;
        } else if (u < 0.50) {
            text[i] = pick(m_objects[static_cast<std::size_t>(object)], rng);
        } else if (u < 0.74) {
            text[i] = pick(m_functionWords, rng);
        } else {
            text[i] = pick(m_neutral, rng);
        }
    }
    while (std::count(carries.begin(), carries.end(), true) < kLeastDraws) {
        const auto i = rng.below(text.size());
        text[i] = graded();
        carries[i] = true;
    }
    return text;
}

std::vector<std::string> BuiltinWorld::topicWords(int topic, Rng& rng) const {
    std::vector<std::string> list;
    for (int i = lengthBetween(1, 3, rng); i > 0; --i)
        list.push_back(pick(m_topics[static_cast<std::size_t>(topic)], rng));
    return list;
}

std::vector<std::string> BuiltinWorld::levelWords(int level, Rng& rng) const {
    std::vector<std::string> list;
    for (int i = lengthBetween(1, 3, rng); i > 0; --i)
        list.push_back(pick(m_levels[static_cast<std::size_t>(level)], rng));
    return list;
}

SentencePieceModel BuiltinWorld::tokenizerModel() const {
    SentencePieceModel model;
    model.pieces = {{"<pad>", 0, SentencePiece::Type::Control},
                    {"</s>", 0, SentencePiece::Type::Control},
                    {"<unk>", 0, SentencePiece::Type::Unknown}};
    for (const auto& word : m_vocabulary)
        model.pieces.push_back({"\xE2\x96\x81" + word, -1, SentencePiece::Type::Normal});
    model.unknownId = 2;
    return model;
}

std::string joinWords(const std::vector<std::string>& list) {
    std::string text;
    for (const auto& word : list) text += (text.empty() ? "" : " ") + word;
    return text;
}

}  // namespace jumplora
