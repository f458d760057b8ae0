// SPDX-License-Identifier: Apache-2.0
#include "data/encoding.h"

#include <gtest/gtest.h>

namespace jumplora {
namespace {

// One id per byte, special tokens as a model wants them; like SentencePiece where `spaceInFront` is set: a
// space before each text, taken away again from what a whole text decodes to.
class ByteTokenizer : public Tokenizer {
  public:
    static constexpr std::int32_t kEos = 1;
    static constexpr std::int32_t kBos = 2;
    explicit ByteTokenizer(bool eos, bool bos = false, bool spaceInFront = false)
        : m_eos(eos), m_bos(bos), m_spaceInFront(spaceInFront) {}
    [[nodiscard]] std::vector<std::int32_t> encode(std::string_view text) const override {
        std::vector<std::int32_t> ids = encodePlain(text);
        if (m_bos) ids.insert(ids.begin(), kBos);
        if (m_eos) ids.push_back(kEos);
        return ids;
    }
    [[nodiscard]] std::vector<std::int32_t> encodePlain(std::string_view text) const override {
        std::vector<std::int32_t> ids(text.begin(), text.end());
        if (m_spaceInFront && !ids.empty()) ids.insert(ids.begin(), ' ');
        return ids;
    }
    [[nodiscard]] std::string decode(std::span<const std::int32_t> ids, bool /*skipSpecial*/) const override {
        std::string text(ids.begin(), ids.end());
        return m_spaceInFront && text.starts_with(' ') ? text.substr(1) : text;
    }
    [[nodiscard]] std::int64_t vocabularySize() const override { return 256; }
    [[nodiscard]] std::optional<std::int32_t> bosId() const override {
        return m_bos ? std::optional<std::int32_t>(kBos) : std::nullopt;
    }
    [[nodiscard]] std::optional<std::int32_t> eosId() const override {
        return m_eos ? std::optional<std::int32_t>(kEos) : std::nullopt;
    }
    [[nodiscard]] std::optional<std::int32_t> padId() const override { return 0; }
    [[nodiscard]] std::string contentHash() const override { return ""; }
    [[nodiscard]] std::string kind() const override { return "bytes"; }

  private:
    bool m_eos, m_bos, m_spaceInFront;
};

using Ids = std::vector<std::int32_t>;

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

TEST(EncodingTest, EncoderDecodersReadPromptAndLabelApart) {
    const ByteTokenizer tokenizer(true);
    const auto layout = RowLayout::EncoderDecoder;
    EXPECT_EQ(encodePrompt(tokenizer, "abcd", 4, layout), (Ids{'a', 'b', 'c', 1}));
    EXPECT_EQ(encodeLabel(tokenizer, "ab", 4, layout), (Ids{'a', 'b', 1}));
}

TEST(EncodingTest, DecodersReadTheLabelBehindThePrompt) {
    const auto layout = RowLayout::DecoderOnly;
    // An eos that the tokenizer adds to every text does not end the prompt.
    EXPECT_EQ(encodePrompt(ByteTokenizer(true, true), "abc", 9, layout), (Ids{2, 'a', 'b', 'c'}));
    EXPECT_EQ(encodePrompt(ByteTokenizer(true, true), "abc", 3, layout), (Ids{2, 'a', 'b'}));
    EXPECT_EQ(encodePrompt(ByteTokenizer(true, false), "abc", 9, layout), (Ids{'a', 'b', 'c'}));
    EXPECT_EQ(encodePrompt(ByteTokenizer(false, true), "", 9, layout), (Ids{2}));
    // A written-out bos is text like any other.
    EXPECT_EQ(encodePrompt(ByteTokenizer(false, true), "\x02", 9, layout), (Ids{2, 2}));

    EXPECT_EQ(encodeLabel(ByteTokenizer(true, true), "no", 9, layout), (Ids{' ', 'n', 'o', 1}));
    EXPECT_EQ(encodeLabel(ByteTokenizer(true, true, true), "no", 9, layout), (Ids{' ', 'n', 'o', 1}));
    EXPECT_EQ(encodeLabel(ByteTokenizer(true, true), "maybe", 3, layout), (Ids{' ', 'm', 1}));
    EXPECT_EQ(encodeLabel(ByteTokenizer(false), "maybe", 3, layout), (Ids{' ', 'm', 'a'}));
    EXPECT_EQ(encodeLabel(ByteTokenizer(true), "", 3, layout), (Ids{1}));
}

TEST(EncodingTest, APromptMayLoseItsBeginning) {
    constexpr auto kLeft = TruncationSide::Left;
    const auto behind = RowLayout::DecoderOnly;
    EXPECT_EQ(encodePrompt(ByteTokenizer(true, true), "abcd", 3, behind, kLeft), (Ids{2, 'c', 'd'}));
    EXPECT_EQ(encodePrompt(ByteTokenizer(true, false), "abcd", 3, behind, kLeft), (Ids{'b', 'c', 'd'}));
    EXPECT_EQ(encodePrompt(ByteTokenizer(true, true), "abcd", 5, behind, kLeft),
              (Ids{2, 'a', 'b', 'c', 'd'}));
    EXPECT_EQ(encodePrompt(ByteTokenizer(true, true), "abcd", 1, behind, kLeft), (Ids{2}));
    const auto apart = RowLayout::EncoderDecoder;
    EXPECT_EQ(encodePrompt(ByteTokenizer(true, false), "abcd", 3, apart, kLeft), (Ids{'c', 'd', 1}));
    EXPECT_EQ(encodePrompt(ByteTokenizer(true, true), "abcd", 4, apart, kLeft), (Ids{2, 'c', 'd', 1}));
}

}  // namespace
}  // namespace jumplora
