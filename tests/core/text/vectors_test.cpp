// SPDX-License-Identifier: Apache-2.0
// Published strings with their ids; docs/checkpoints.md says which set belongs to which files.
#include "base/file.h"
#include "base/json.h"
#include "support/shared_data.h"
#include "text/tokenizer.h"

#include <gtest/gtest.h>

namespace jumplora {
namespace {

using testing::sharedData;
using testing::TemporaryFolder;

struct VectorSet {
    const char* name;
    const char* folder;
    const char* json = nullptr;  // another name of the folder's tokenizer.json
    bool plain = false;          // without bos
};

void PrintTo(const VectorSet& set, std::ostream* out) { *out << set.name; }

class TokenizerVectors : public ::testing::TestWithParam<VectorSet> {};

TEST_P(TokenizerVectors, AreEqual) {
    const VectorSet& set = GetParam();
    const auto vectors = sharedData("tokenizers/vectors/vectors.json");
    JUMPLORA_REQUIRE_DATA(vectors);
    const auto source = sharedData("tokenizers") / set.folder;
    const TemporaryFolder copy;
    std::unique_ptr<Tokenizer> tokenizer;
    if (set.json != nullptr) {
        std::filesystem::create_symlink(source / set.json, copy.path() / "tokenizer.json");
        writeFileAtomically(copy.path() / "tokenizer_config.json", R"({"tokenizer_class": "T5Tokenizer"})");
        tokenizer = loadTokenizer(copy.path());
    } else {
        tokenizer = loadTokenizer(source);
    }
    const Json sets = readJsonFile(vectors);
    int compared = 0;
    for (const auto& [name, vector] : sets.at(set.name).items()) {
        const auto text = vector.at("text").get<std::string>();
        const auto ids = vector.at("ids").get<std::vector<std::int32_t>>();
        EXPECT_EQ(set.plain ? tokenizer->encodePlain(text) : tokenizer->encode(text), ids) << name;
        ++compared;
    }
    EXPECT_GT(compared, 0);
}

INSTANTIATE_TEST_SUITE_P(
    Published, TokenizerVectors,
    ::testing::Values(VectorSet{"Xenova/t5-small", "t5"},
                      VectorSet{"Xenova/t5-small", "t5", "tokenizer.derived_hub_style.json"},
                      VectorSet{"Xenova/LaMini-Flan-T5-783M", "t5", "tokenizer.derived_converter_style.json"},
                      VectorSet{"Xenova/llama-tokenizer", "llama2"},
                      VectorSet{"Xenova/llama3-tokenizer-new", "llama3"},
                      VectorSet{"Xenova/llama3-tokenizer", "llama3", nullptr, true},
                      VectorSet{"Xenova/gpt2", "gpt2"}, VectorSet{"Xenova/Qwen1.5-0.5B-Chat", "qwen2"}));

// Half a megabyte of one kind each: a single word, spaces, marks, beginnings of tokens, damage.
TEST(TokenizerLongTexts, End) {
    for (const char* folder : {"gpt2", "qwen2", "llama2", "llama3"}) {
        const auto path = sharedData("tokenizers") / folder;
        JUMPLORA_REQUIRE_DATA(path);
        const auto tokenizer = loadTokenizer(path);
        for (const std::string_view part :
             {std::string_view("qzx"), std::string_view(" "), std::string_view("\n "),
              std::string_view("word "), std::string_view("\xCC\x81\xCC\xA3"), std::string_view("<|"),
              std::string_view("\xFF")}) {
            std::string text;
            while (text.size() < (1U << 19)) text += part;
            const auto ids = tokenizer->encode(text);
            ASSERT_FALSE(ids.empty());
            for (const std::int32_t id : ids) ASSERT_LT(id, tokenizer->vocabularySize());
        }
    }
}

}  // namespace
}  // namespace jumplora
