// SPDX-License-Identifier: Apache-2.0
#include "text/tokenizer.h"

#include "base/error.h"
#include "base/file.h"
#include "base/json.h"
#include "support/shared_data.h"
#include "text/sentencepiece_model.h"
#include "text/t5_tokenizer.h"

#include <gtest/gtest.h>

namespace jumplora {
namespace {

using testing::sharedData;
using testing::TemporaryFolder;

std::vector<std::int32_t> idsOf(const Json& json) { return json.get<std::vector<std::int32_t>>(); }

// What Hugging Face calls clean_up_tokenization_spaces; the published strings were made with it.
std::string cleanedUp(std::string text) {
    for (const std::string mark : {" .", " ?", " !", " ,", " n't", " 'm", " 's", " 've", " 're"}) {
        for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark)) text.erase(at, 1);
    }
    return text;
}

SentencePieceModel smallModel() {
    SentencePieceModel model;
    model.pieces = {{"<pad>", 0, SentencePiece::Type::Control},
                    {"</s>", 0, SentencePiece::Type::Control},
                    {"<unk>", 0, SentencePiece::Type::Unknown},
                    {"\xE2\x96\x81", -3, SentencePiece::Type::Normal},
                    {"\xE2\x96\x81"
                     "cat",
                     -1, SentencePiece::Type::Normal},
                    {"c", -4, SentencePiece::Type::Normal},
                    {"at", -2, SentencePiece::Type::Normal}};
    model.unknownId = 2;
    return model;
}

T5Tokenizer smallTokenizer() {
    T5TokenizerOptions options;
    options.extraIds = 2;
    return {smallModel(), options, "small", "hash"};
}

TEST(T5TokenizerTest, SegmentsByLargestScore) {
    const auto tokenizer = smallTokenizer();
    EXPECT_EQ(tokenizer.encode("cat"), (std::vector<std::int32_t>{4, 1}));
    EXPECT_EQ(tokenizer.encode("  cat   cat  "), (std::vector<std::int32_t>{4, 4, 1}));
    EXPECT_EQ(tokenizer.encode("catat"), (std::vector<std::int32_t>{4, 6, 1}));
}

TEST(T5TokenizerTest, JoinsUnknownNeighbours) {
    EXPECT_EQ(smallTokenizer().encode("xyz c"), (std::vector<std::int32_t>{3, 2, 3, 5, 1}));
}

TEST(T5TokenizerTest, SplitsSpecialTokensOut) {
    const auto tokenizer = smallTokenizer();
    EXPECT_EQ(tokenizer.encode("cat<extra_id_0>cat</s>"), (std::vector<std::int32_t>{4, 8, 4, 1, 1}));
    EXPECT_EQ(tokenizer.encode("<extra_id_1>"), (std::vector<std::int32_t>{7, 1}));
    EXPECT_EQ(tokenizer.encode(""), (std::vector<std::int32_t>{1}));
}

TEST(T5TokenizerTest, DecodesWithoutSpecialTokens) {
    const auto tokenizer = smallTokenizer();
    EXPECT_EQ(tokenizer.decode(std::vector<std::int32_t>{0, 4, 4, 6, 1}, true), "cat catat");
    EXPECT_EQ(tokenizer.decode(std::vector<std::int32_t>{4, 1, 99, -5}, false), "cat</s>");
}

TEST(T5TokenizerTest, RepairsDamagedUtf8) {
    EXPECT_EQ(smallTokenizer().encode("cat \xFF\xC3"), (std::vector<std::int32_t>{4, 3, 2, 1}));
}

TEST(T5TokenizerTest, SerialisedModelReadsBack) {
    const auto model = smallModel();
    const auto again = parseSentencePieceModel(serialise(model), "written");
    ASSERT_EQ(again.pieces.size(), model.pieces.size());
    for (std::size_t i = 0; i < model.pieces.size(); ++i) {
        EXPECT_EQ(again.pieces[i].text, model.pieces[i].text);
        EXPECT_EQ(again.pieces[i].score, model.pieces[i].score);
        EXPECT_EQ(again.pieces[i].type, model.pieces[i].type);
    }
    EXPECT_EQ(again.unknownId, 2);
}

TEST(T5TokenizerTest, RefusesModelsThatDoNotHoldTogether) {
    auto twice = smallModel();
    twice.pieces[5].text = "at";
    EXPECT_THROW(parseSentencePieceModel(serialise(twice), "x"), Error);
    auto noUnknown = smallModel();
    noUnknown.unknownId = 4;
    EXPECT_THROW(parseSentencePieceModel(serialise(noUnknown), "x"), Error);
    EXPECT_THROW(parseSentencePieceModel("", "x"), Error);
    EXPECT_THROW(loadTokenizer("/nonexistent"), Error);
}

// A map that knows one code point replaces its whole cluster, marks included, as Hugging Face does.
TEST(T5TokenizerTest, NeighbouringPictographsAreClustersOfTheirOwn) {
    const auto file = sharedData("tokenizers/t5/spiece.model");
    JUMPLORA_REQUIRE_DATA(file);
    const auto tokenizer = loadTokenizer(file.parent_path());
    const std::string signWithMark = "\xE2\x84\xA2\xCC\x88";  // U+2122 U+0308
    EXPECT_EQ(tokenizer->encode(signWithMark), (std::vector<std::int32_t>{3, 2305, 1}));
    EXPECT_EQ(tokenizer->encode("\xE2\x9B\x9B" + signWithMark), (std::vector<std::int32_t>{3, 2, 2305, 1}));
}

TEST(T5TokenizerTest, EqualsPublishedVectors) {
    const auto vectors = sharedData("tokenizers/vectors/vectors.json");
    JUMPLORA_REQUIRE_DATA(vectors);
    const auto tokenizer = loadTokenizer(sharedData("tokenizers/t5"));
    const Json sets = readJsonFile(vectors);
    int compared = 0;
    for (const auto& [name, vector] : sets.at("Xenova/t5-small").items()) {
        EXPECT_EQ(tokenizer->encode(vector.at("text").get<std::string>()), idsOf(vector.at("ids"))) << name;
        EXPECT_EQ(cleanedUp(tokenizer->decode(idsOf(vector.at("ids")), false)),
                  vector.at("decoded").get<std::string>())
            << name;
        ++compared;
    }
    EXPECT_GT(compared, 10);
}

// t5_ids.json holds what transformers 4.57.6 (tokenizers 0.22.2) makes of awkward texts with T5's
// spiece.model and several tokenizer_config.json: AutoTokenizer.from_pretrained(folder), fast class.
TEST(T5TokenizerTest, EqualsHuggingFaceOnAwkwardTexts) {
    const auto model = sharedData("tokenizers/t5/spiece.model");
    JUMPLORA_REQUIRE_DATA(model);
    const Json sets =
        readJsonFile(std::filesystem::path(JUMPLORA_SOURCE_DIR) / "tests" / "core" / "text" / "t5_ids.json");
    for (const Json& set : sets) {
        SCOPED_TRACE(set.at("name").get<std::string>());
        const TemporaryFolder folder;
        std::filesystem::create_symlink(model, folder.path() / "spiece.model");
        const Json& config = set.at("tokenizer_config");
        if (!config.is_null()) writeFileAtomically(folder.path() / "tokenizer_config.json", config.dump());
        const auto tokenizer = loadTokenizer(folder.path());
        for (const Json& item : set.at("cases")) {
            const auto text = item.at("text").get<std::string>();
            EXPECT_EQ(tokenizer->encode(text), idsOf(item.at("ids"))) << item.at("text").dump();
            EXPECT_EQ(tokenizer->decode(idsOf(item.at("ids")), true), item.at("decoded").get<std::string>())
                << item.at("text").dump();
        }
    }
}

// Texts of a megabyte: one word, spaces, marks, unknown characters, beginnings of tokens, damage.
TEST(T5TokenizerTest, LongTextsOfOneKindEnd) {
    const auto folder = sharedData("tokenizers/t5");
    JUMPLORA_REQUIRE_DATA(folder);
    const auto tokenizer = loadTokenizer(folder);
    for (const std::string_view part :
         {std::string_view("a"), std::string_view(" "), std::string_view("word "),
          std::string_view("\xCC\x81"), std::string_view("\xE6\x97\xA5"), std::string_view("<"),
          std::string_view("</s>"), std::string_view("\xFF"),
          std::string_view("\xF0\x9F\x91\xA9\xE2\x80\x8D"), std::string_view("\0", 1)}) {
        std::string text;
        while (text.size() < (1U << 20)) text += part;
        const auto ids = tokenizer->encode(text);
        ASSERT_FALSE(ids.empty());
        EXPECT_EQ(ids.back(), *tokenizer->eosId());
        for (const std::int32_t id : ids) ASSERT_LT(id, tokenizer->vocabularySize());
    }
}

}  // namespace
}  // namespace jumplora
