// SPDX-License-Identifier: Apache-2.0
// Damaged tokenizer files: a typed error or a tokenizer that works, never a crash, never memory that no file
// stands for.
#include "base/file.h"
#include "support/mutation.h"
#include "support/shared_data.h"
#include "text/sentencepiece_model.h"
#include "text/t5_tokenizer.h"
#include "text/tokenizer.h"

#include <gtest/gtest.h>

#include <cstring>

namespace jumplora {
namespace {

using testing::damageFile;
using testing::damageFileOnDisk;
using testing::sharedData;
using testing::TemporaryFolder;

std::string utf8(std::uint32_t point) {
    std::string text;
    const auto tail = [&](std::uint32_t bits) { text += static_cast<char>(0x80 | (bits & 0x3F)); };
    if (point < 0x80) {
        text += static_cast<char>(point);
    } else if (point < 0x800) {
        text += static_cast<char>(0xC0 | point >> 6);
        tail(point);
    } else {
        text += static_cast<char>(0xE0 | point >> 12);
        tail(point >> 6);
        tail(point);
    }
    return text;
}

// Scripts, compatibility forms, marks and special tokens: walks through all parts of a character map.
std::string texts() {
    std::string all = "Two cats </s> sat.\r\n <extra_id_0>\xF0\x9F\x98\x80 x\xFF";
    for (std::uint32_t point = 0x80; point < 0x3400; point += 7) all += utf8(point);
    for (std::uint32_t point = 0xF900; point < 0xFFFE; point += 5) all += utf8(point);
    return all;
}

// Darts-clone's double array with one entry, "A" -> "a", and its replacements.
std::string smallCharsMap() {
    std::vector<std::uint32_t> units(256 * 4);
    // Root: offset 256. Its child 'A' lies at 256 ^ 'A', has a leaf, and its own offset leads to 512 ^ 'A'.
    units[0] = 256U << 10;
    const std::uint32_t child = 256U ^ 'A';
    units[child] = (512U << 10) | 'A' | 1U << 8;
    units[child ^ 512U] = 0x80000000U | 0;
    std::string map(sizeof(std::uint32_t), '\0');
    const auto size = static_cast<std::uint32_t>(units.size() * sizeof(std::uint32_t));
    std::memcpy(map.data(), &size, sizeof size);
    map.append(reinterpret_cast<const char*>(units.data()), size);
    map += std::string("a\0", 2);
    return map;
}

SentencePieceModel smallModel() {
    SentencePieceModel model;
    model.pieces = {{"<pad>", 0, SentencePiece::Type::Control},
                    {"</s>", 0, SentencePiece::Type::Control},
                    {"<unk>", 0, SentencePiece::Type::Unknown}};
    for (int i = 0; i < 60; ++i) {
        const std::string word = std::string(1, static_cast<char>('a' + i % 26)) + std::string("ts", i / 26);
        model.pieces.push_back({(i % 2 == 0 ? "\xE2\x96\x81" : "") + word, -1.0F - static_cast<float>(i),
                                SentencePiece::Type::Normal});
    }
    model.unknownId = 2;
    model.charsMap = smallCharsMap();
    return model;
}

// Every byte of what serialise() writes is read by the parser or walked through by the text.
TEST(TokenizerDamage, SentencePieceModels) {
    const SentencePieceModel model = smallModel();
    SentencePieceModel withoutMap = model;
    withoutMap.charsMap.clear();
    const std::string sample = texts();
    const auto load = [&](const std::string& bytes) {
        const T5Tokenizer tokenizer(parseSentencePieceModel(bytes, "model"), {}, "model", "");
        const auto ids = tokenizer.encode(sample);
        for (const std::int32_t id : ids) ASSERT_LT(id, tokenizer.vocabularySize());
        (void)tokenizer.decode(ids, false);
    };
    {
        const T5Tokenizer tokenizer(model, {}, "model", "");
        EXPECT_EQ(tokenizer.encode("A"), tokenizer.encode("a")) << "the small character map works";
    }
    const auto pieces = damageFile(serialise(withoutMap), 0, 1, 1000, load);
    EXPECT_GT(pieces.refused, 300);
    EXPECT_GT(pieces.accepted, 100);
    // The map is most of this file; the pieces count as its header.
    const auto whole = damageFile(serialise(model), serialise(withoutMap).size(), 2, 1000, load);
    EXPECT_GT(whole.refused, 200);
    EXPECT_GT(whole.accepted, 200);
}

// The map of a real model with few of its pieces, so that two thousand of them are quick.
TEST(TokenizerDamage, RealCharacterMaps) {
    const auto file = sharedData("tokenizers/t5/spiece.model");
    JUMPLORA_REQUIRE_DATA(file);
    SentencePieceModel model = parseSentencePieceModel(readFile(file), "real");
    model.pieces.resize(300);
    const std::string bytes = serialise(model);
    const std::string sample = texts();
    const auto count =
        damageFile(bytes, bytes.size() - model.charsMap.size(), 3, 400, [&](const std::string& b) {
            const T5Tokenizer tokenizer(parseSentencePieceModel(b, "model"), {}, "model", "");
            (void)tokenizer.encode(sample);
        });
    EXPECT_GT(count.refused, 100);
    EXPECT_GT(count.accepted, 50);
}

TEST(TokenizerDamage, SettingsBesideTheModel) {
    const TemporaryFolder folder;
    SentencePieceModel model = smallModel();
    model.charsMap.clear();
    writeFileAtomically(folder.path() / "spiece.model", serialise(model));
    writeFileAtomically(folder.path() / "tokenizer_config.json",
                        R"({"extra_ids": 10, "legacy": false, "clean_up_tokenization_spaces": true,
 "additional_special_tokens": ["<extra_id_0>", {"content": "<x>", "lstrip": true}],
 "added_tokens_decoder": {"63": {"content": "<y>", "rstrip": true, "normalized": true, "special": false},
                          "64": {"content": "<z>", "single_word": true, "special": true}}})");
    const auto load = [&] {
        const auto tokenizer = loadTokenizer(folder.path());
        (void)tokenizer->decode(tokenizer->encode("a <x> b <y>  <z> cats<z>"), true);
    };
    const auto config = damageFileOnDisk(folder.path() / "tokenizer_config.json", 0, 4, 700, load);
    EXPECT_GT(config.refused, 200);
    EXPECT_GT(config.accepted, 50);

    std::filesystem::remove(folder.path() / "tokenizer_config.json");
    writeFileAtomically(folder.path() / "special_tokens_map.json",
                        R"({"additional_special_tokens": ["<x>", {"content": "<y>", "lstrip": false}]})");
    writeFileAtomically(folder.path() / "added_tokens.json", R"({"<x>": 163, "<y>": 164, "word": 165})");
    for (const char* name : {"special_tokens_map.json", "added_tokens.json"}) {
        SCOPED_TRACE(name);
        const auto count = damageFileOnDisk(folder.path() / name, 0, 5, 400, load);
        EXPECT_GT(count.refused, 100);
    }
}

}  // namespace
}  // namespace jumplora
