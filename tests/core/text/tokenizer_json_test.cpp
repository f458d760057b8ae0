// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"
#include "base/file.h"
#include "support/shared_data.h"
#include "text/tokenizer.h"
#include "text/utf8.h"
#include "tokenizer_fixtures.h"

#include <gtest/gtest.h>

namespace jumplora {
namespace {

using testing::kMark;
using testing::smallLlamaModel;
using testing::smallTokenizerJson;
using testing::TemporaryFolder;
using Ids = std::vector<std::int32_t>;

std::unique_ptr<Tokenizer> load(const Json& json,
                                const std::string& config = R"({"clean_up_tokenization_spaces": false})") {
    const TemporaryFolder folder;
    writeFileAtomically(folder.path() / "tokenizer.json", json.dump());
    writeFileAtomically(folder.path() / "tokenizer_config.json", config);
    return loadTokenizer(folder.path());
}

std::string errorOf(const Json& json) {
    try {
        load(json);
    } catch (const Error& error) {
        return error.what();
    }
    return "no error";
}

TEST(TokenizerJsonTest, RunsThroughAllParts) {
    const auto tokenizer = load(smallTokenizerJson());
    EXPECT_EQ(tokenizer->vocabularySize(), 39);
    const std::int32_t the = 35;
    const std::int32_t spaceThe = 37;
    const std::int32_t tool = 38;
    EXPECT_EQ(tokenizer->encodePlain("THE the"), (Ids{the, spaceThe}));
    EXPECT_EQ(tokenizer->encode("the"), (Ids{0, the}));
    EXPECT_EQ(tokenizer->encodePlain("the Tool the"), (Ids{the, tool, spaceThe}))
        << "takes the space before it";
    EXPECT_EQ(tokenizer->encodePlain("theTool"), (Ids{the, 22, 17, 17, 14})) << "not inside a word";
    EXPECT_EQ(tokenizer->encodePlain("</s>   the"), (Ids{1, the})) << "takes the space behind it";
    EXPECT_EQ(tokenizer->encodePlain("12--"), (Ids{30, 31, 33}));
    EXPECT_EQ(tokenizer->encodePlain("\xC3\xA9"), (Ids{2})) << "two unknown bytes are one";
    EXPECT_EQ(tokenizer->encodePlain(""), Ids());
    EXPECT_EQ(tokenizer->decode(Ids{0, spaceThe, spaceThe, 1}, true), "the the");
    EXPECT_EQ(tokenizer->decode(Ids{0, the, 1}, false), "<s>the</s>");
    EXPECT_EQ(tokenizer->decode(Ids{-1, 5000, the}, false), "the");
}

TEST(TokenizerJsonTest, SettingsNameAndAddTokens) {
    const auto tokenizer = load(smallTokenizerJson(), R"({"tokenizer_class": "PreTrainedTokenizerFast",
 "bos_token": "<s>", "eos_token": {"content": "<end>", "lstrip": true}, "pad_token": null,
 "added_tokens_decoder": {"39": {"content": "<x>", "special": true, "normalized": false}}})");
    EXPECT_EQ(tokenizer->bosId(), 0);
    EXPECT_EQ(tokenizer->encodePlain("<x>the  <end>"), (Ids{39, 35, 40}));
    EXPECT_EQ(tokenizer->eosId(), 40);
    EXPECT_EQ(tokenizer->padId(), std::nullopt);
}

TEST(TokenizerJsonTest, LlamasClassSurroundsByItself) {
    const std::string config = R"({"tokenizer_class": "LlamaTokenizerFast", "add_eos_token": true, )";
    EXPECT_EQ(load(smallTokenizerJson(), config + R"("bos_token": "<s>"})")->encode("the"), (Ids{0, 35, 1}));
    EXPECT_THROW(load(smallTokenizerJson(), config + R"("bos_token": null})"), Error);
    EXPECT_EQ(load(smallTokenizerJson(), config + R"("add_bos_token": false})")->encode("the"), (Ids{35, 1}));
}

TEST(TokenizerJsonTest, RefusesByNameAndPlace) {
    const auto with = [](const char* part, const char* text) {
        Json json = smallTokenizerJson();
        json[part] = Json::parse(text);
        return errorOf(json);
    };
    EXPECT_NE(
        with("normalizer", R"({"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "Bert"}]})")
            .find("normalizer.normalizers[1]: the type \"Bert\" is not supported"),
        std::string::npos);
    EXPECT_NE(with("pre_tokenizer", R"({"type": "UnicodeScripts"})").find("\"UnicodeScripts\""),
              std::string::npos);
    EXPECT_NE(with("decoder", R"({"type": "CTC"})").find("decoder: the type \"CTC\""), std::string::npos);
    EXPECT_NE(
        with("pre_tokenizer", R"({"type": "Split", "pattern": {"Regex": "\\X"}, "behavior": "Removed"})")
            .find("pre_tokenizer.pattern: \\X in a pattern"),
        std::string::npos);
    Json model = smallTokenizerJson();
    model["model"]["dropout"] = 0.1;
    EXPECT_NE(errorOf(model).find("dropout"), std::string::npos);
    model = smallTokenizerJson();
    model["model"]["type"] = "WordPiece";
    EXPECT_NE(errorOf(model).find("\"WordPiece\""), std::string::npos);
    model = smallTokenizerJson();
    model["model"]["merges"].push_back("no such");
    EXPECT_NE(errorOf(model).find("\"no\" is not in the vocabulary"), std::string::npos);
    EXPECT_THROW(load(smallTokenizerJson(), R"({"tokenizer_class": "BertTokenizer"})"), Error);
}

TEST(TokenizerJsonTest, DeepNestingIsRefused) {
    const TemporaryFolder folder;
    std::string deep = R"({"normalizer": )";
    for (int i = 0; i < 100'000; ++i) deep += "[";
    writeFileAtomically(folder.path() / "tokenizer.json", deep);
    EXPECT_THROW(loadTokenizer(folder.path()), Error);
}

// Backtracks without end: an error with the pattern's place, in bounded time.
TEST(TokenizerJsonTest, PatternsThatExplodeAreStopped) {
    Json json = smallTokenizerJson();
    json["normalizer"] = nullptr;
    json["pre_tokenizer"] = Json::parse(
        R"({"type": "Split", "pattern": {"Regex": "(?:a+a+)+[bc]"}, "behavior": "Isolated", "invert": false})");
    const auto tokenizer = load(json);
    EXPECT_THROW((void)tokenizer->encode(std::string(5000, 'a')), Error);
    EXPECT_FALSE(tokenizer->encode("the").empty());
}

TEST(TokenizerJsonTest, UnigramWithBytesAndMetaspace) {
    Json json = Json::parse(R"({"added_tokens": [], "normalizer": null, "post_processor": null,
 "pre_tokenizer": {"type": "Metaspace", "replacement": "\u2581", "prepend_scheme": "first", "split": true},
 "decoder": {"type": "Sequence", "decoders": [{"type": "ByteFallback"}, {"type": "Metaspace",
   "replacement": "\u2581", "prepend_scheme": "first", "split": true}]},
 "model": {"type": "Unigram", "unk_id": 0, "byte_fallback": true,
  "vocab": [["<unk>", 0], ["\u2581", -2], ["\u2581cat", -1.5], ["s", -3], ["<0xC3>", -9], ["<0xA9>", -9]]}})");
    const auto tokenizer = load(json);
    EXPECT_EQ(tokenizer->encode("cat cats"), (Ids{2, 2, 3}));
    EXPECT_EQ(tokenizer->encode("cat\xC3\xA9"), (Ids{2, 4, 5}));
    EXPECT_EQ(tokenizer->encode("x"), (Ids{1, 0}));
    EXPECT_EQ(tokenizer->decode(Ids{2, 2, 4, 5}, true), "cat cat\xC3\xA9");
    EXPECT_EQ(tokenizer->decode(Ids{2, 4}, true), "cat\xEF\xBF\xBD") << "a byte that is no character";
}

TEST(TokenizerFilesTest, LlamaModelsMergeAndFallBackToBytes) {
    const TemporaryFolder folder;
    writeFileAtomically(folder.path() / "tokenizer.model", serialise(smallLlamaModel()));
    const auto tokenizer = loadTokenizer(folder.path());
    const std::int32_t the = 3 + 256 + 2;
    EXPECT_EQ(tokenizer->encode("the the"), (Ids{1, the, the}));
    EXPECT_EQ(tokenizer->encodePlain("\xC3\xA9"), (Ids{the + 1, 3 + 0xC3, 3 + 0xA9}));
    EXPECT_EQ(tokenizer->decode(tokenizer->encode("the \xC3\xA9t"), true), "the \xC3\xA9t");
    EXPECT_EQ(tokenizer->bosId(), 1);
    EXPECT_EQ(tokenizer->eosId(), 2);
    EXPECT_EQ(tokenizer->padId(), std::nullopt);
}

TEST(TokenizerFilesTest, TiktokenTablesGetLlama3sTokens) {
    const TemporaryFolder folder;
    writeFileAtomically(folder.path() / "tokenizer.model", testing::smallTiktoken());
    const auto tokenizer = loadTokenizer(folder.path());
    EXPECT_EQ(tokenizer->vocabularySize(), 6 + 256);
    EXPECT_EQ(tokenizer->encode("the the<|eot_id|>"), (Ids{6, 5, 3, 5, 6 + 9}));
    EXPECT_EQ(tokenizer->decode(Ids{6, 5, 3, 4}, false), "<|begin_of_text|>the th");
}

TEST(TokenizerFilesTest, VocabularyAndMerges) {
    const TemporaryFolder folder;
    writeFileAtomically(folder.path() / "vocab.json",
                        R"({"t": 0, "h": 1, "e": 2, "\u0120": 3, "th": 4, "the": 5, "<|endoftext|>": 6})");
    writeFileAtomically(folder.path() / "merges.txt", "#version: 0.2\nt h\nth e\n");
    const auto tokenizer = loadTokenizer(folder.path());
    EXPECT_EQ(tokenizer->encode("the the<|endoftext|>"), (Ids{5, 3, 5, 6}));
    EXPECT_EQ(tokenizer->eosId(), 6);
    const std::string before = tokenizer->contentHash();
    writeFileAtomically(folder.path() / "merges.txt", "#version: 0.2\nt h\n");
    EXPECT_NE(loadTokenizer(folder.path())->contentHash(), before) << "every file counts";
    // tokenizer.json wins.
    writeFileAtomically(folder.path() / "tokenizer.json", smallTokenizerJson().dump());
    EXPECT_EQ(loadTokenizer(folder.path())->encode("the"), (Ids{0, 35}));
}

TEST(Utf8Test, RepairsTheLongestBeginningOfACharacter) {
    const std::string bad = "\xEF\xBF\xBD";
    EXPECT_EQ(repairUtf8("a\xE2\x82z"), "a" + bad + "z");
    EXPECT_EQ(repairUtf8("\xF0\x9F\x98"), bad);
    EXPECT_EQ(repairUtf8("\xED\xA0\x80"), bad + bad + bad);
    EXPECT_EQ(repairUtf8("\xC0\xAF"), bad + bad);
    EXPECT_EQ(repairUtf8("\xF0\x9F\x98\x80"), "\xF0\x9F\x98\x80");
}

}  // namespace
}  // namespace jumplora
