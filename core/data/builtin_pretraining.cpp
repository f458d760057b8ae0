// SPDX-License-Identifier: Apache-2.0
#include "data/builtin_pretraining.h"

#include "data/builtin_suite.h"
#include "data/builtin_world.h"
#include "data/task.h"

#include <fmt/format.h>

#include <array>
#include <span>
#include <vector>

namespace jumplora {
namespace {

// A private label set: which label each topic or level has.
struct LabelSet {
    std::vector<std::string> labels;
    std::vector<int> classOf;
};

struct LabelSets {
    std::vector<LabelSet> topics;
    std::vector<LabelSet> levels;
};

const LabelSets& labelSets() {
    static const LabelSets sets = [] {
        const auto& words = BuiltinWorld::instance().privateLabels();
        std::size_t next = 0;
        const auto make = [&](std::size_t count, std::vector<int> classOf) {
            LabelSet set;
            set.classOf = std::move(classOf);
            for (std::size_t i = 0; i < count; ++i) set.labels.push_back(words.at(next++));
            return set;
        };
        const std::vector<int> each14 = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13};
        const std::vector<int> each5 = {0, 1, 2, 3, 4};
        LabelSets s;
        s.topics.push_back(make(14, each14));
        s.topics.push_back(make(14, each14));
        s.topics.push_back(make(8, {4, 3, 0, 1, 2, 5, 1, 6, 0, 1, 6, 5, 7, 7}));
        s.topics.push_back(make(5, {1, 4, 3, 2, 0, 2, 2, 2, 4, 3, 4, 1, 3, 1}));
        s.topics.push_back(make(3, {0, 1, 1, 2, 2, 1, 0, 0, 2, 2, 0, 0, 1, 1}));
        s.levels.push_back(make(5, each5));
        s.levels.push_back(make(5, each5));
        s.levels.push_back(make(3, {0, 0, 1, 2, 2}));
        s.levels.push_back(make(2, {0, 0, 0, 1, 1}));
        s.levels.push_back(make(2, {0, 0, 1, 1, 1}));
        return s;
    }();
    return sets;
}

const std::string& labelOf(const LabelSet& set, int source) {
    return set.labels[static_cast<std::size_t>(set.classOf[static_cast<std::size_t>(source)])];
}

int drawTopic(Rng& rng) { return static_cast<int>(rng.below(BuiltinWorld::kTopics)); }
int drawLevel(Rng& rng) { return static_cast<int>(rng.below(BuiltinWorld::kLevels)); }

std::vector<std::string> drawLevelText(int level, Rng& rng) {
    const int object = static_cast<int>(rng.below(BuiltinWorld::kObjects));
    return BuiltinWorld::instance().sentimentText(level, object, false, rng);
}

PretrainingExample lexicon(Rng& rng) {
    const BuiltinWorld& world = BuiltinWorld::instance();
    if (rng.chance(0.7)) {
        const int topic = drawTopic(rng);
        return {joinWords(world.topicWords(topic, rng)), labelOf(labelSets().topics[0], topic)};
    }
    const int level = drawLevel(rng);
    return {joinWords(world.levelWords(level, rng)), labelOf(labelSets().levels[0], level)};
}

PretrainingExample plainText(Rng& rng) {
    if (rng.chance(0.65)) {
        const int topic = drawTopic(rng);
        return {joinWords(BuiltinWorld::instance().topicText(topic, rng)),
                labelOf(labelSets().topics[0], topic)};
    }
    const int level = drawLevel(rng);
    return {joinWords(drawLevelText(level, rng)), labelOf(labelSets().levels[0], level)};
}

PretrainingExample echo(Rng& rng) {
    const BuiltinWorld& world = BuiltinWorld::instance();
    std::vector<std::string> words;
    for (std::uint64_t i = 1 + rng.below(3); i > 0; --i) {
        const auto& list = rng.chance(0.5) ? world.downstreamLabels() : world.vocabulary();
        words.push_back(list[rng.below(list.size())]);
    }
    return {joinWords(words), joinWords(words)};
}

PretrainingExample promptedAttribute(Rng& rng) {
    const bool topical = rng.chance(0.6);
    const auto& sets = topical ? labelSets().topics : labelSets().levels;
    const LabelSet& set = sets[rng.below(sets.size())];
    const int source = topical ? drawTopic(rng) : drawLevel(rng);
    const auto text = topical ? BuiltinWorld::instance().topicText(source, rng) : drawLevelText(source, rng);
    static const std::array<const char*, 2> kTopical = {"name the subject of the text",
                                                        "say which label fits the text"};
    static const std::array<const char*, 2> kGraded = {"judge the mood of the text",
                                                       "tell which label fits the text"};
    TaskInfo task;
    task.prompt = kBuiltinPrompt;
    task.instruction = topical ? kTopical[rng.below(2)] : kGraded[rng.below(2)];
    task.options = set.labels;
    if (rng.chance(0.7)) rng.shuffle(std::span(task.options));
    return {renderPrompt(task, joinWords(text)), labelOf(set, source)};
}

PretrainingExample spanCorruption(Rng& rng) {
    const BuiltinWorld& world = BuiltinWorld::instance();
    std::vector<std::string> words;
    for (int texts = rng.chance(0.5) ? 2 : 1; texts > 0; --texts) {
        const auto text =
            rng.chance(0.6) ? world.topicText(drawTopic(rng), rng) : drawLevelText(drawLevel(rng), rng);
        words.insert(words.end(), text.begin(), text.end());
    }
    if (rng.chance(0.5)) {
        const auto& labels = world.downstreamLabels();
        words.insert(words.begin() + static_cast<std::ptrdiff_t>(rng.below(words.size() + 1)),
                     labels[rng.below(labels.size())]);
    }
    std::vector<std::string> source;
    std::vector<std::string> target;
    int spans = 0;
    const auto corrupt = [&](std::size_t begin, std::size_t end) {
        const std::string sentinel = fmt::format("<extra_id_{}>", spans++);
        source.push_back(sentinel);
        target.push_back(sentinel);
        target.insert(target.end(), words.begin() + static_cast<std::ptrdiff_t>(begin),
                      words.begin() + static_cast<std::ptrdiff_t>(end));
    };
    for (std::size_t i = 0; i < words.size();) {
        const bool last = i + 1 == words.size();
        if (spans < BuiltinWorld::kSentinels && !last && rng.chance(0.11)) {
            const std::size_t end = i + (rng.chance(0.6) ? 1 : 2);
            corrupt(i, end);
            i = end;
        } else if (last && spans == 0) {
            corrupt(i, i + 1);
            ++i;
        } else {
            source.push_back(words[i++]);
        }
    }
    return {joinWords(source), joinWords(target)};
}

}  // namespace

PretrainingExample drawPretrainingExample(PretrainingKind kind, Rng& rng) {
    switch (kind) {
        case PretrainingKind::Lexicon:
            return lexicon(rng);
        case PretrainingKind::PlainText:
            return plainText(rng);
        case PretrainingKind::Echo:
            return echo(rng);
        case PretrainingKind::PromptedAttribute:
            return promptedAttribute(rng);
        case PretrainingKind::SpanCorruption:
            return spanCorruption(rng);
    }
    return {};
}

PretrainingKind drawLexiconPhase(Rng& rng) {
    return rng.chance(0.2) ? PretrainingKind::Echo : PretrainingKind::Lexicon;
}

PretrainingKind drawPlainTextPhase(Rng& rng) {
    return rng.chance(0.2) ? PretrainingKind::Echo : PretrainingKind::PlainText;
}

PretrainingKind drawPromptPhase(Rng& rng) {
    const double u = rng.uniform();
    if (u < 0.65) return PretrainingKind::PromptedAttribute;
    if (u < 0.82) return PretrainingKind::Echo;
    if (u < 0.92) return PretrainingKind::SpanCorruption;
    return PretrainingKind::PlainText;
}

}  // namespace jumplora
