// SPDX-License-Identifier: Apache-2.0
#include "data/builtin_suite.h"

#include "base/error.h"
#include "data/builtin_pretraining.h"
#include "data/builtin_world.h"
#include "data/scoring.h"
#include "text/t5_tokenizer.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <sstream>

namespace jumplora {
namespace {

constexpr int kUnknownId = 2;

T5Tokenizer worldTokenizer() {
    T5TokenizerOptions options;
    options.extraIds = BuiltinWorld::kSentinels;
    const std::string bytes = serialise(BuiltinWorld::instance().tokenizerModel());
    return {parseSentencePieceModel(bytes, "world"), options, "world", ""};
}

std::vector<std::string> wordsOf(const std::string& text) {
    std::istringstream stream(text);
    std::vector<std::string> words;
    for (std::string word; stream >> word;) words.push_back(word);
    return words;
}

std::set<std::string> setOf(const std::vector<std::string>& list) { return {list.begin(), list.end()}; }

TEST(BuiltinWorldTest, HasAsManyWordsAsDescribed) {
    const BuiltinWorld& world = BuiltinWorld::instance();
    EXPECT_EQ(setOf(world.vocabulary()).size(), world.vocabulary().size());
    EXPECT_EQ(world.downstreamLabels().size(), 34U);
    EXPECT_EQ(world.privateLabels().size(), 61U);
    EXPECT_EQ(worldTokenizer().vocabularySize(), 2185);
}

TEST(BuiltinWorldTest, EveryWordIsOnePiece) {
    const auto tokenizer = worldTokenizer();
    for (const std::string& word : BuiltinWorld::instance().vocabulary()) {
        const auto ids = tokenizer.encode(word);
        ASSERT_EQ(ids.size(), 2U) << word;
        EXPECT_GT(ids[0], kUnknownId) << word;
        EXPECT_EQ(tokenizer.decode(ids, true), word);
    }
    EXPECT_EQ(tokenizer.encode("<extra_id_0>"), (std::vector<std::int32_t>{2184, 1}));
    EXPECT_EQ(tokenizer.encode("<extra_id_7>"), (std::vector<std::int32_t>{2177, 1}));
}

TEST(BuiltinWorldTest, TextsCarryTheirClass) {
    const BuiltinWorld& world = BuiltinWorld::instance();
    // Words of a topic, seen by drawing many of them.
    Rng rng(1);
    std::vector<std::set<std::string>> topics(BuiltinWorld::kTopics);
    for (int topic = 0; topic < BuiltinWorld::kTopics; ++topic) {
        for (int i = 0; i < 1000; ++i) {
            for (const auto& word : world.topicWords(topic, rng))
                topics[static_cast<std::size_t>(topic)].insert(word);
        }
        EXPECT_EQ(topics[static_cast<std::size_t>(topic)].size(), 70U);
    }
    std::size_t own = 0;
    std::size_t total = 0;
    for (int i = 0; i < 2000; ++i) {
        const auto topic = static_cast<std::size_t>(i % BuiltinWorld::kTopics);
        const auto text = world.topicText(static_cast<int>(topic), rng);
        EXPECT_GE(text.size(), 8U);
        EXPECT_LE(text.size(), 14U);
        const auto carrying = static_cast<std::size_t>(std::count_if(
            text.begin(), text.end(), [&](const auto& word) { return topics[topic].contains(word); }));
        EXPECT_GE(carrying, 3U);
        own += carrying;
        total += text.size();
    }
    EXPECT_NEAR(static_cast<double>(own) / static_cast<double>(total), 0.41, 0.02);
}

TEST(BuiltinWorldTest, BriefTextsAreShort) {
    Rng rng(2);
    for (int i = 0; i < 200; ++i) {
        const auto size = BuiltinWorld::instance().sentimentText(i % 5, 2, true, rng).size();
        EXPECT_GE(size, 6U);
        EXPECT_LE(size, 9U);
    }
}

TEST(BuiltinSuiteTest, HasTheSevenTasks) {
    const auto suite = makeBuiltinSuite();
    const std::map<std::string, std::pair<std::size_t, std::size_t>> expected = {
        {"dbpedia", {14, 5120}}, {"yahoo", {10, 3840}}, {"agnews", {4, 3840}}, {"amazon", {5, 2560}},
        {"yelp", {5, 2560}},     {"imdb", {2, 1280}},   {"sst-2", {2, 1280}}};
    ASSERT_EQ(suite->tasks().size(), expected.size());
    for (std::size_t task = 0; task < suite->tasks().size(); ++task) {
        const TaskInfo& info = suite->tasks()[task];
        const auto& [options, trainRows] = expected.at(info.name);
        EXPECT_EQ(info.options.size(), options);
        EXPECT_EQ(suite->load(task, Split::Train, {}).size(), trainRows);
        EXPECT_EQ(suite->load(task, Split::Dev, {}).size(), 200U);
        EXPECT_EQ(suite->load(task, Split::Test, {}).size(), 200U);
    }
}

TEST(BuiltinSuiteTest, RowsAreTheSameEveryTimeAndShortListsAreTheirBeginning) {
    const auto one = makeBuiltinSuite();
    const auto other = makeBuiltinSuite();
    for (std::size_t task = 0; task < one->tasks().size(); ++task) {
        const auto all = one->load(task, Split::Test, {});
        const auto some = other->load(task, Split::Test, 50);
        ASSERT_EQ(some.size(), 50U);
        for (std::size_t i = 0; i < some.size(); ++i) {
            EXPECT_EQ(some[i].prompt, all[i].prompt);
            EXPECT_EQ(some[i].label, all[i].label);
        }
        EXPECT_EQ(one->provenance(task, Split::Train), other->provenance(task, Split::Train));
    }
}

TEST(BuiltinSuiteTest, SplitsShareNoRows) {
    const auto suite = makeBuiltinSuite();
    for (std::size_t task = 0; task < suite->tasks().size(); ++task) {
        std::set<std::string> training;
        for (const Example& example : suite->load(task, Split::Train, {})) training.insert(example.prompt);
        for (const Split split : {Split::Dev, Split::Test}) {
            for (const Example& example : suite->load(task, split, {}))
                EXPECT_FALSE(training.contains(example.prompt));
        }
    }
}

TEST(BuiltinSuiteTest, LabelsAreBalancedOptionsAndEverythingIsInTheVocabulary) {
    const auto suite = makeBuiltinSuite();
    const auto tokenizer = worldTokenizer();
    for (std::size_t task = 0; task < suite->tasks().size(); ++task) {
        const TaskInfo& info = suite->tasks()[task];
        std::map<std::string, double> counts;
        const auto rows = suite->load(task, Split::Train, {});
        std::size_t longest = 0;
        for (const Example& example : rows) {
            ASSERT_TRUE(isOption(example.label, info.options)) << example.label;
            ++counts[example.label];
            const auto ids = tokenizer.encode(example.prompt + " " + example.label);
            EXPECT_EQ(std::count(ids.begin(), ids.end(), kUnknownId), 0) << example.prompt;
            longest = std::max(longest, ids.size());
        }
        EXPECT_LE(longest, 60U);
        const double share = 1.0 / static_cast<double>(info.options.size());
        for (const auto& [label, count] : counts)
            EXPECT_NEAR(count / static_cast<double>(rows.size()), share, 0.05) << info.name << " " << label;
    }
}

TEST(BuiltinPretrainingTest, LeavesDownstreamAnswersToTheTasks) {
    const BuiltinWorld& world = BuiltinWorld::instance();
    const auto downstream = setOf(world.downstreamLabels());
    const auto priv = setOf(world.privateLabels());
    for (const std::string& label : priv) EXPECT_FALSE(downstream.contains(label));
    Rng rng(3);
    for (int i = 0; i < 500; ++i) {
        for (const auto kind :
             {PretrainingKind::Lexicon, PretrainingKind::PlainText, PretrainingKind::PromptedAttribute}) {
            const auto example = drawPretrainingExample(kind, rng);
            EXPECT_TRUE(priv.contains(example.target)) << example.target;
            if (kind != PretrainingKind::PromptedAttribute) continue;
            const auto options = example.source.find("Options: ");
            const auto text = example.source.find(" Text: ");
            EXPECT_NE(example.source.substr(options, text - options).find(" " + example.target),
                      std::string::npos);
        }
        const auto echo = drawPretrainingExample(PretrainingKind::Echo, rng);
        EXPECT_EQ(echo.source, echo.target);
        EXPECT_LE(wordsOf(echo.source).size(), 3U);
    }
}

TEST(BuiltinPretrainingTest, SpansCanBePutBack) {
    Rng rng(4);
    const auto tokenizer = worldTokenizer();
    for (int i = 0; i < 500; ++i) {
        const auto example = drawPretrainingExample(PretrainingKind::SpanCorruption, rng);
        const auto source = wordsOf(example.source);
        const auto target = wordsOf(example.target);
        std::map<std::string, std::size_t> spans;  // sentinel -> words
        ASSERT_TRUE(target.front().starts_with("<extra_id_"));
        std::string sentinel;
        for (const auto& word : target) {
            if (word.starts_with("<extra_id_")) {
                sentinel = word;
                spans[sentinel] = 0;
            } else {
                ++spans[sentinel];
            }
        }
        EXPECT_LE(spans.size(), 8U);
        for (const auto& [name, words] : spans) {
            EXPECT_TRUE(words == 1 || words == 2);
            EXPECT_EQ(std::count(source.begin(), source.end(), name), 1);
        }
        const auto ids = tokenizer.encode(example.source);
        EXPECT_EQ(std::count(ids.begin(), ids.end(), kUnknownId), 0);
        EXPECT_EQ(ids.size(), source.size() + 1);
    }
}

TEST(BuiltinPretrainingTest, MixturesHaveTheirShares) {
    Rng rng(5);
    std::map<PretrainingKind, int> counts;
    for (int i = 0; i < 20000; ++i) ++counts[drawPromptPhase(rng)];
    EXPECT_NEAR(counts[PretrainingKind::PromptedAttribute], 13000, 300);
    EXPECT_NEAR(counts[PretrainingKind::Echo], 3400, 250);
    EXPECT_NEAR(counts[PretrainingKind::SpanCorruption], 2000, 200);
    EXPECT_NEAR(counts[PretrainingKind::PlainText], 1600, 200);
    EXPECT_EQ(counts[PretrainingKind::Lexicon], 0);
}

}  // namespace
}  // namespace jumplora
