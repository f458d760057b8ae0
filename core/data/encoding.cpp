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
                                       std::int64_t maxLength, RowLayout layout) {
    if (layout == RowLayout::EncoderDecoder) return encodeTruncated(tokenizer, prompt, maxLength);
    auto ids = tokenizer.encodePlain(prompt);
    const auto bos = tokenizer.bosId();
    const auto whole = tokenizer.encode(prompt);
    // A text may itself begin with a written-out bos.
    if (bos && whole.size() > ids.size() && whole.front() == *bos) ids.insert(ids.begin(), *bos);
    ids.resize(std::min(ids.size(), static_cast<std::size_t>(maxLength)));
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
