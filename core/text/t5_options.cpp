// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"
#include "base/json.h"
#include "text/t5_tokenizer.h"

#include <algorithm>

namespace jumplora {
namespace {

// More than any published vocabulary has; keeps a damaged setting from asking for memory.
constexpr std::int64_t kMaxExtraIds = 100'000;

bool flag(const Json& object, const char* key, bool otherwise) {
    const auto it = object.find(key);
    return it != object.end() && it->is_boolean() ? it->get<bool>() : otherwise;
}

// A token as a string or as {"content", "lstrip", ...}.
AddedToken readToken(const Json& json, bool special, const std::string& where) {
    AddedToken token;
    token.special = special;
    if (json.is_string()) {
        token.content = json.get<std::string>();
        token.normalized = !special;
        return token;
    }
    token.content = requireString(json, "content", where);
    token.special = special || flag(json, "special", false);
    token.normalized = flag(json, "normalized", !token.special);
    token.stripLeft = flag(json, "lstrip", false);
    token.stripRight = flag(json, "rstrip", false);
    token.singleWord = flag(json, "single_word", false);
    return token;
}

Json readObject(const std::filesystem::path& file) {
    if (!std::filesystem::exists(file)) return Json::object();
    Json json = readJsonFile(file);
    if (!json.is_object())
        fail(ErrorKind::Format, "{}: expected an object, found {}", file.string(), describeType(json));
    return json;
}

void addTokenList(const Json& object, const std::string& where, std::vector<AddedToken>& tokens) {
    const auto list = object.find("additional_special_tokens");
    if (list == object.end() || !list->is_array()) return;
    for (const Json& token : *list) tokens.push_back(readToken(token, true, where));
}

// {"<id>": {"content", ...}}: in the order of the numbers.
std::vector<AddedToken> readDecoder(const Json& decoder, const std::string& where) {
    std::vector<std::pair<std::int64_t, AddedToken>> numbered;
    for (const auto& [key, value] : decoder.items()) {
        if (key.empty() || key.size() > 9 ||
            !std::all_of(key.begin(), key.end(), [](char c) { return c >= '0' && c <= '9'; }))
            fail(ErrorKind::Format, "{}: \"{}\" in added_tokens_decoder is not an id", where, key);
        numbered.emplace_back(std::stoll(key), readToken(value, false, where));
    }
    std::stable_sort(numbered.begin(), numbered.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<AddedToken> tokens;
    for (auto& [id, token] : numbered) tokens.push_back(std::move(token));
    return tokens;
}

// {"<content>": id}: files of older versions.
std::vector<AddedToken> readAddedTokens(const Json& object, const std::vector<AddedToken>& special,
                                        const std::string& where) {
    std::vector<std::pair<std::int64_t, AddedToken>> numbered;
    for (const auto& [content, id] : object.items()) {
        if (!id.is_number_integer())
            fail(ErrorKind::Format, "{}: the id of \"{}\" is not a number", where, content);
        AddedToken token;
        token.content = content;
        token.special = std::any_of(special.begin(), special.end(),
                                    [&, &name = content](const AddedToken& s) { return s.content == name; });
        token.normalized = !token.special;
        numbered.emplace_back(id.get<std::int64_t>(), std::move(token));
    }
    std::stable_sort(numbered.begin(), numbered.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<AddedToken> tokens;
    for (auto& [id, token] : numbered) tokens.push_back(std::move(token));
    return tokens;
}

}  // namespace

T5TokenizerOptions readT5Options(const std::filesystem::path& folder) {
    T5TokenizerOptions options;
    const auto file = folder / "tokenizer_config.json";
    const std::string where = file.string();
    const Json json = readObject(file);
    if (json.contains("extra_ids") && !json["extra_ids"].is_null()) {
        options.extraIds = requireInteger(json, "extra_ids", where);
        if (options.extraIds < 0 || options.extraIds > kMaxExtraIds)
            fail(ErrorKind::Format, "{}: \"extra_ids\" is {}, allowed is 0 to {}", where, options.extraIds,
                 kMaxExtraIds);
    }
    if (!flag(json, "legacy", true)) options.prefix = T5TokenizerOptions::Prefix::First;
    // Fast tokenizers are saved with null here; their own tokenizer.json then knows better.
    const bool noPrefix = json.contains("add_prefix_space") && !flag(json, "add_prefix_space", false);
    if (noPrefix && !std::filesystem::exists(folder / "tokenizer.json"))
        options.prefix = T5TokenizerOptions::Prefix::None;
    options.cleanUp = flag(json, "clean_up_tokenization_spaces", false);

    std::vector<AddedToken> special;
    addTokenList(json, where, special);
    if (const auto decoder = json.find("added_tokens_decoder");
        decoder != json.end() && decoder->is_object()) {
        options.added = readDecoder(*decoder, where);
    } else {
        const auto map = folder / "special_tokens_map.json";
        addTokenList(readObject(map), map.string(), special);
        const auto added = folder / "added_tokens.json";
        options.added = readAddedTokens(readObject(added), special, added.string());
    }
    // Named again without flags, a token keeps those it has.
    for (AddedToken& token : special) {
        const bool known = std::any_of(options.added.begin(), options.added.end(),
                                       [&](const AddedToken& t) { return t.content == token.content; });
        if (!known) options.added.push_back(std::move(token));
    }
    return options;
}

}  // namespace jumplora
