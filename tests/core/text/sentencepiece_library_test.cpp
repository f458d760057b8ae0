// SPDX-License-Identifier: Apache-2.0
// Ids against the SentencePiece library, where its way and Hugging Face's agree: text without special tokens,
// control characters and marks that combine.
#include "base/file.h"
#include "base/json.h"
#include "base/random.h"
#include "support/shared_data.h"
#include "text/tokenizer.h"

#include <gtest/gtest.h>
#include <sentencepiece_processor.h>

#include <algorithm>

namespace jumplora {
namespace {

using testing::sharedData;

// Words of several scripts, punctuation and numbers, single and multiple spaces.
std::string randomText(Rng& rng) {
    static const std::vector<std::string> kWords = {"the",
                                                    "Cat",
                                                    "unbelievable",
                                                    "don't",
                                                    "3.14",
                                                    "1,000,000",
                                                    "x",
                                                    "na\xC3\xAFve",
                                                    "Stra\xC3\x9Fstra\xC3\x9F",
                                                    "\xC3\xBCnter",
                                                    "5\xE2\x82\xAC",
                                                    "\xE6\x97\xA5\xE6\x9C\xAC",
                                                    "\xD0\xBC\xD0\xB8\xD1\x80",
                                                    "https://a.b/c?d=e",
                                                    "--",
                                                    "...",
                                                    "?!",
                                                    "(parentheses)",
                                                    "\xEF\xBC\xA1\xEF\xBC\xA2",
                                                    "\xEF\xAC\x81ne",
                                                    "\xE2\x84\xA2",
                                                    "\xF0\x9F\x98\x80",
                                                    "zzzzqqqq"};
    std::string text(rng.below(3), ' ');
    for (std::uint64_t i = 0, n = 1 + rng.below(30); i < n; ++i) {
        text += kWords[rng.below(kWords.size())];
        text.append(rng.chance(0.7) ? 1 : 2, ' ');
    }
    return text;
}

// Runs of unknown pieces as one.
std::vector<int> joined(std::vector<int> ids, int unknown) {
    const auto last =
        std::unique(ids.begin(), ids.end(), [&](int a, int b) { return a == unknown && b == unknown; });
    ids.erase(last, ids.end());
    return ids;
}

void compare(const std::filesystem::path& folder, const std::vector<std::string>& texts) {
    sentencepiece::SentencePieceProcessor library;
    ASSERT_TRUE(library.Load((folder / "spiece.model").string()).ok()) << folder;
    const auto tokenizer = loadTokenizer(folder);
    for (const std::string& text : texts) {
        std::vector<int> expected;
        ASSERT_TRUE(library.Encode(text, &expected).ok());
        expected.push_back(*tokenizer->eosId());
        const auto ids = tokenizer->encode(text);
        ASSERT_EQ(joined({ids.begin(), ids.end()}, library.unk_id()), joined(expected, library.unk_id()))
            << text;
    }
}

std::vector<std::string> randomTexts() {
    Rng rng(11);
    constexpr std::size_t kTexts = 3000;
    std::vector<std::string> texts;
    texts.reserve(kTexts);
    for (std::size_t i = 0; i < kTexts; ++i) texts.push_back(randomText(rng));
    return texts;
}

TEST(SentencePieceLibrary, ReadsTheBuiltInModelAndAgrees) {
    compare(std::filesystem::path(JUMPLORA_SOURCE_DIR) / "resources" / "builtin", randomTexts());
}

TEST(SentencePieceLibrary, AgreesOnT5) {
    const auto folder = sharedData("tokenizers/t5");
    JUMPLORA_REQUIRE_DATA(folder);
    compare(folder, randomTexts());
}

// Rows of real task files.
TEST(SentencePieceLibrary, AgreesOnTheBenchmark) {
    const auto rows = sharedData("golden/tasks_mini/CL_Benchmark_dev");
    JUMPLORA_REQUIRE_DATA(rows);
    std::vector<std::string> texts;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(rows)) {
        if (entry.path().extension() != ".json") continue;
        for (const Json& row : readJsonFile(entry.path()))
            texts.push_back(row.at("sentence").get<std::string>());
    }
    ASSERT_GT(texts.size(), 100U);
    compare(sharedData("tokenizers/t5"), texts);
}

}  // namespace
}  // namespace jumplora
