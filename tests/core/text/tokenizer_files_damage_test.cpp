// SPDX-License-Identifier: Apache-2.0
// Damaged tokenizer.json, vocab.json, merges.txt, tiktoken tables and BPE models: a typed error or a
// tokenizer that works, never a crash, never memory that no file stands for.
#include "base/file.h"
#include "support/mutation.h"
#include "support/shared_data.h"
#include "text/tokenizer.h"
#include "tokenizer_fixtures.h"

#include <gtest/gtest.h>

namespace jumplora {
namespace {

using testing::DamageCount;
using testing::damageFileOnDisk;
using testing::TemporaryFolder;

constexpr const char* kText =
    "The the 12-- <s></s>  Tool \xC3\xA9\xE6\x97\xA5\xF0\x9F\x98\x80\tx<|eot_id|><|endoftext|> \xFF";

class TokenizerFilesDamage : public ::testing::Test {
  protected:
    void write(const char* name, const std::string& bytes) {
        writeFileAtomically(m_folder.path() / name, bytes);
    }
    DamageCount damage(const char* name, std::uint64_t seed, int count) {
        return damageFileOnDisk(m_folder.path() / name, 0, seed, count, [&] {
            const auto tokenizer = loadTokenizer(m_folder.path());
            const auto ids = tokenizer->encode(kText);
            for (const std::int32_t id : ids) ASSERT_LT(id, tokenizer->vocabularySize());
            (void)tokenizer->decode(ids, true);
            (void)tokenizer->decode(ids, false);
        });
    }

  private:
    TemporaryFolder m_folder;
};

TEST_F(TokenizerFilesDamage, TokenizerJson) {
    write("tokenizer.json", testing::smallTokenizerJson().dump(1));
    const DamageCount bpe = damage("tokenizer.json", 11, 5000);
    EXPECT_GT(bpe.refused, 2000);
    EXPECT_GT(bpe.accepted, 200);
}

TEST_F(TokenizerFilesDamage, VocabularyAndMerges) {
    write("vocab.json", R"({"t": 0, "h": 1, "e": 2, "\u0120": 3, "th": 4, "the": 5, "<|endoftext|>": 6})");
    write("merges.txt", "#version: 0.2\nt h\nth e\n");
    EXPECT_GT(damage("vocab.json", 12, 1500).refused, 300);
    EXPECT_GT(damage("merges.txt", 13, 1500).accepted, 300);
}

TEST_F(TokenizerFilesDamage, Tiktoken) {
    write("tokenizer.model", testing::smallTiktoken());
    EXPECT_GT(damage("tokenizer.model", 14, 1500).refused, 300);
}

TEST_F(TokenizerFilesDamage, LlamaModel) {
    write("tokenizer.model", serialise(testing::smallLlamaModel()));
    EXPECT_GT(damage("tokenizer.model", 15, 1000).refused, 200);
}

}  // namespace
}  // namespace jumplora
