// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/json.h"
#include "text/added_tokens.h"

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace jumplora {

// Which of Hugging Face's classes a folder is for, as far as that changes ids.
enum class TokenizerFamily { Generic, T5, Llama, Gpt2, Qwen2 };

// A token as a settings file names it.
struct NamedToken {
    AddedToken token;
    bool bare = false;            // a string: no word about its flags
    bool saysNormalized = false;  // otherwise it is the opposite of special

    // The token when it is special or not.
    [[nodiscard]] AddedToken as(bool special) const;
};

// A string, or {"content": ..., "lstrip": ...}. Throws Error(Format) naming `where`.
NamedToken readAddedToken(const Json& json, const std::string& where);

// What stands beside the vocabulary: tokenizer_config.json, and where Hugging Face looks at them,
// special_tokens_map.json and added_tokens.json.
struct TokenizerSettings {
    std::optional<TokenizerFamily> family;  // nothing: no file says
    std::string className;                  // as written, for messages
    // "bos_token", "eos_token", ...: the outer optional is empty where no file has the key, the inner one for
    // null.
    using Special = std::optional<std::optional<NamedToken>>;
    static constexpr std::array<const char*, 7> kSpecialKeys = {
        "bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"};
    std::array<Special, kSpecialKeys.size()> special;
    std::optional<std::string> padOtherwise;  // where neither a file nor the class names a pad_token
    std::vector<NamedToken> additional;
    std::vector<NamedToken> added;                      // added_tokens_decoder or added_tokens.json, by id
    bool hasDecoder = false;                            // the former
    std::optional<std::string> firstPieces[3];          // what added_tokens_decoder calls ids 0 to 2
    std::optional<std::optional<bool>> addPrefixSpace;  // inner: null
    bool legacy = true;
    std::optional<bool> addBos;
    std::optional<bool> addEos;
    bool cleanUp = false;
    bool splitSpecial = false;
    std::int64_t extraIds = 100;  // T5's sentinels
    std::string hashed;           // content of the files that were read

    [[nodiscard]] Special& specialFor(std::string_view key);
    // Of a key that no file has.
    void setDefault(std::string_view key, const char* content, bool bare = true);
};

// Throws Error(Format) for damaged files, Error(Input) for a tokenizer class that is not supported.
TokenizerSettings readTokenizerSettings(const std::filesystem::path& folder);

}  // namespace jumplora
