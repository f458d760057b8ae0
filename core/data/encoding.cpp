// SPDX-License-Identifier: Apache-2.0
#include "data/encoding.h"

#include <algorithm>
#include <string>

namespace jumplora {
namespace {

// SentencePiece puts a space before a text by itself, byte-level tokenizers do not.
bool beginsWithSpace(const Tokenizer& tokenizer) {
    std::vector<std::int32_t> ids = tokenizer.encodePlain("a");
    ids.insert(ids.end(), ids.begin(), ids.end());
    return tokenizer.decode(ids) == "a a";
}

}  // namespace

std::vector<std::int32_t> encodeTruncated(const Tokenizer& tokenizer, std::string_view text,
                                          std::int64_t maxLength) {
    auto ids = tokenizer.encode(text);
    if (static_cast<std::int64_t>(ids.size()) > maxLength) {
        ids.resize(static_cast<std::size_t>(maxLength));
        if (const auto eos = tokenizer.eosId(); eos && !ids.empty()) ids.back() = *eos;
    }
    return ids;
}

std::vector<std::int32_t> encodePrompt(const Tokenizer& tokenizer, std::string_view prompt,
                                       std::int64_t maxLength, RowLayout layout, TruncationSide side) {
    const bool left = side == TruncationSide::Left;
    if (layout == RowLayout::EncoderDecoder && !left) return encodeTruncated(tokenizer, prompt, maxLength);
    auto ids = tokenizer.encodePlain(prompt);
    const auto bos = tokenizer.bosId();
    auto whole = tokenizer.encode(prompt);
    // A text may itself begin with a written-out bos.
    const bool begins = bos && whole.size() > ids.size() && whole.front() == *bos;
    if (layout == RowLayout::EncoderDecoder) {
        ids = std::move(whole);
    } else if (begins) {
        ids.insert(ids.begin(), *bos);
    }
    const auto surplus = static_cast<std::int64_t>(ids.size()) - maxLength;
    if (surplus <= 0) return ids;
    const auto first = left ? ids.begin() + (begins ? 1 : 0) : ids.end() - surplus;
    ids.erase(first, first + surplus);
    return ids;
}

std::vector<std::int32_t> encodeLabel(const Tokenizer& tokenizer, std::string_view label,
                                      std::int64_t maxLength, RowLayout layout) {
    if (layout == RowLayout::EncoderDecoder) return encodeTruncated(tokenizer, label, maxLength);
    std::vector<std::int32_t> ids;
    if (!label.empty())
        ids =
            tokenizer.encodePlain(beginsWithSpace(tokenizer) ? std::string(label) : " " + std::string(label));
    const auto eos = tokenizer.eosId();
    ids.resize(std::min(ids.size(), static_cast<std::size_t>(maxLength - (eos ? 1 : 0))));
    if (eos) ids.push_back(*eos);
    return ids;
}

}  // namespace jumplora
