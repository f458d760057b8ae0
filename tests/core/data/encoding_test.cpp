// SPDX-License-Identifier: Apache-2.0
#include "data/encoding.h"

#include <gtest/gtest.h>

namespace jumplora {
namespace {

// One id per byte, eos (1) at the end.
class ByteTokenizer : public Tokenizer {
  public:
    explicit ByteTokenizer(bool withEos) : m_withEos(withEos) {}
    [[nodiscard]] std::vector<std::int32_t> encode(std::string_view text) const override {
        std::vector<std::int32_t> ids = encodePlain(text);
        if (m_withEos) ids.push_back(1);
        return ids;
    }
    [[nodiscard]] std::vector<std::int32_t> encodePlain(std::string_view text) const override {
        return {text.begin(), text.end()};
    }
    [[nodiscard]] std::string decode(std::span<const std::int32_t> ids, bool /*skipSpecial*/) const override {
        return {ids.begin(), ids.end()};
    }
    [[nodiscard]] std::int64_t vocabularySize() const override { return 256; }
    [[nodiscard]] std::optional<std::int32_t> bosId() const override { return std::nullopt; }
    [[nodiscard]] std::optional<std::int32_t> eosId() const override {
        return m_withEos ? std::optional<std::int32_t>(1) : std::nullopt;
    }
    [[nodiscard]] std::optional<std::int32_t> padId() const override { return 0; }
    [[nodiscard]] std::string contentHash() const override { return ""; }
    [[nodiscard]] std::string kind() const override { return "bytes"; }

  private:
    bool m_withEos;
};

TEST(EncodingTest, CutTextsStillEndInEos) {
    const ByteTokenizer tokenizer(true);
    EXPECT_EQ(encodeTruncated(tokenizer, "abc", 4), (std::vector<std::int32_t>{'a', 'b', 'c', 1}));
    EXPECT_EQ(encodeTruncated(tokenizer, "abcd", 4), (std::vector<std::int32_t>{'a', 'b', 'c', 1}));
    EXPECT_EQ(encodeTruncated(tokenizer, "abcdefgh", 2), (std::vector<std::int32_t>{'a', 1}));
    EXPECT_EQ(encodeTruncated(tokenizer, "", 4), (std::vector<std::int32_t>{1}));
}

TEST(EncodingTest, WithoutEosTheTextIsCut) {
    EXPECT_EQ(encodeTruncated(ByteTokenizer(false), "abc", 2), (std::vector<std::int32_t>{'a', 'b'}));
}

}  // namespace
}  // namespace jumplora
