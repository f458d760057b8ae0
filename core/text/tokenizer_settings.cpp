// SPDX-License-Identifier: Apache-2.0
#include "text/tokenizer_settings.h"

#include "base/error.h"
#include "base/file.h"

#include <algorithm>
#include <cstdint>
#include <utility>

namespace jumplora {
namespace {

// More than any published vocabulary has; keeps a damaged setting from asking for memory.
constexpr std::int64_t kMaxExtraIds = 100'000;

struct FamilyName {
    std::string_view name;
    TokenizerFamily family;
};

// By tokenizer_class, "Fast" left out.
constexpr std::array<FamilyName, 9> kClasses = {{{"T5Tokenizer", TokenizerFamily::T5},
                                                 {"MT5Tokenizer", TokenizerFamily::T5},
                                                 {"LlamaTokenizer", TokenizerFamily::Llama},
                                                 {"Phi3Tokenizer", TokenizerFamily::Llama},
                                                 {"GPT2Tokenizer", TokenizerFamily::Gpt2},
                                                 {"Qwen2Tokenizer", TokenizerFamily::Qwen2},
                                                 {"PreTrainedTokenizer", TokenizerFamily::Generic},
                                                 {"TokenizersBackend", TokenizerFamily::Generic},
                                                 {"PreTrainedTokenizerFast", TokenizerFamily::Generic}}};

// By the model_type of config.json.
constexpr std::array<FamilyName, 13> kModelTypes = {{{"t5", TokenizerFamily::T5},
                                                     {"mt5", TokenizerFamily::T5},
                                                     {"umt5", TokenizerFamily::T5},
                                                     {"llama", TokenizerFamily::Llama},
                                                     {"mistral", TokenizerFamily::Llama},
                                                     {"mixtral", TokenizerFamily::Llama},
                                                     {"ministral", TokenizerFamily::Llama},
                                                     {"phi3", TokenizerFamily::Llama},
                                                     {"gpt2", TokenizerFamily::Gpt2},
                                                     {"qwen2", TokenizerFamily::Qwen2},
                                                     {"qwen2_moe", TokenizerFamily::Qwen2},
                                                     {"qwen3", TokenizerFamily::Qwen2},
                                                     {"qwen3_moe", TokenizerFamily::Qwen2}}};

template <std::size_t Size>
std::optional<TokenizerFamily> findFamily(const std::array<FamilyName, Size>& names, std::string_view name) {
    const auto it =
        std::find_if(names.begin(), names.end(), [&](const FamilyName& n) { return n.name == name; });
    return it == names.end() ? std::nullopt : std::optional(it->family);
}

const Json* find(const Json& object, const char* key) {
    const auto it = object.find(key);
    return it == object.end() || it->is_null() ? nullptr : &*it;
}

std::optional<bool> flag(const Json& object, const char* key, const std::string& where) {
    const Json* value = find(object, key);
    if (value == nullptr) return std::nullopt;
    if (!value->is_boolean())
        fail(ErrorKind::Format, "{}: \"{}\" must be a boolean, found {}", where, key, describeType(*value));
    return value->get<bool>();
}

// An empty object when there is no such file.
Json readObject(const std::filesystem::path& file, std::string& hashed) {
    if (!std::filesystem::exists(file)) return Json::object();
    const std::string bytes = readFile(file);
    hashed += bytes;
    Json json = parseJson(bytes, file.string());
    if (!json.is_object())
        fail(ErrorKind::Format, "{}: expected an object, found {}", file.string(), describeType(json));
    return json;
}

bool sameContent(const std::vector<NamedToken>& tokens, const std::string& content) {
    return std::any_of(tokens.begin(), tokens.end(),
                       [&](const NamedToken& t) { return t.token.content == content; });
}

// The special tokens that a file names replace those of an earlier one; additional ones come together.
void readSpecial(const Json& object, bool alwaysSpecial, const std::string& where, TokenizerSettings& to) {
    const auto read = [&](const Json& json) {
        NamedToken token = readAddedToken(json, where);
        token.token.special |= alwaysSpecial;
        return token;
    };
    for (const char* key : TokenizerSettings::kSpecialKeys) {
        const auto it = object.find(key);
        if (it == object.end()) continue;
        to.specialFor(key) = it->is_null() ? std::optional<NamedToken>() : std::optional(read(*it));
    }
    const Json* list = find(object, "additional_special_tokens");
    if (list == nullptr) return;
    if (!list->is_array())
        fail(ErrorKind::Format, "{}: \"additional_special_tokens\" must be a list, found {}", where,
             describeType(*list));
    for (const Json& json : *list) {
        NamedToken token = read(json);
        if (!sameContent(to.additional, token.token.content)) to.additional.push_back(std::move(token));
    }
}

using Numbered = std::vector<std::pair<std::int64_t, NamedToken>>;

std::vector<NamedToken> byNumber(Numbered numbered) {
    std::stable_sort(numbered.begin(), numbered.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<NamedToken> tokens;
    for (auto& [id, token] : numbered) {
        token.token.id = static_cast<std::int32_t>(id);
        tokens.push_back(std::move(token));
    }
    return tokens;
}

// {"<id>": {"content", ...}}
void readDecoder(const Json& decoder, const std::string& where, TokenizerSettings& to) {
    Numbered numbered;
    for (const auto& [key, value] : decoder.items()) {
        if (key.empty() || key.size() > 9 ||
            !std::all_of(key.begin(), key.end(), [](char c) { return c >= '0' && c <= '9'; }))
            fail(ErrorKind::Format, "{}: \"{}\" in added_tokens_decoder is not an id", where, key);
        const std::int64_t id = std::stoll(key);
        numbered.emplace_back(id, readAddedToken(value, where));
        if (id < 3) to.firstPieces[id] = numbered.back().second.token.content;
    }
    to.added = byNumber(std::move(numbered));
}

// {"<content>": id}: files of older versions. Special are those that the other files call so.
void readAddedTokens(const Json& object, const std::string& where, TokenizerSettings& to) {
    Numbered numbered;
    for (const auto& [content, id] : object.items()) {
        if (!id.is_number_unsigned() || !std::in_range<std::int32_t>(id.get<std::uint64_t>()))
            fail(ErrorKind::Format, "{}: the id of \"{}\" is not a whole number from 0 to {}", where, content,
                 INT32_MAX);
        NamedToken token;
        token.token.content = content;
        token.token.special =
            sameContent(to.additional, content) ||
            std::any_of(to.special.begin(), to.special.end(), [&, &name = content](const auto& special) {
                return special && *special && (*special)->token.content == name;
            });
        numbered.emplace_back(id.get<std::int64_t>(), std::move(token));
    }
    to.added = byNumber(std::move(numbered));
}

void readFamily(const std::filesystem::path& folder, const Json& config, const std::string& where,
                TokenizerSettings& to) {
    if (find(config, "tokenizer_class") != nullptr) {
        to.className = requireString(config, "tokenizer_class", where);
        std::string_view name = to.className;
        if (name.ends_with("Fast")) name.remove_suffix(4);
        to.family = findFamily(kClasses, name);
        if (!to.family)
            fail(ErrorKind::Input,
                 "{}: the tokenizer_class \"{}\" is not supported; T5, Llama, GPT2, Qwen2 and "
                 "PreTrainedTokenizerFast are",
                 where, to.className);
        return;
    }
    std::string ignored;
    const Json model = readObject(folder / "config.json", ignored);
    const Json* type = find(model, "model_type");
    if (type == nullptr || !type->is_string()) return;
    to.family = findFamily(kModelTypes, type->get<std::string>());
    // Only this much of the file has a say, and a T5 model would be taken for one without it.
    if (to.family != TokenizerFamily::T5) to.hashed += "model_type=" + type->get<std::string>();
}

}  // namespace

AddedToken NamedToken::as(bool special) const {
    AddedToken made = token;
    made.special = special;
    if (!saysNormalized) made.normalized = !special;
    return made;
}

NamedToken readAddedToken(const Json& json, const std::string& where) {
    NamedToken named;
    AddedToken& token = named.token;
    if (json.is_string()) {
        named.bare = true;
        token.content = json.get<std::string>();
        token.normalized = true;
        return named;
    }
    token.content = requireString(json, "content", where);
    token.special = flag(json, "special", where).value_or(false);
    const auto normalized = flag(json, "normalized", where);
    named.saysNormalized = normalized.has_value();
    token.normalized = normalized.value_or(!token.special);
    token.stripLeft = flag(json, "lstrip", where).value_or(false);
    token.stripRight = flag(json, "rstrip", where).value_or(false);
    token.singleWord = flag(json, "single_word", where).value_or(false);
    return named;
}

TokenizerSettings::Special& TokenizerSettings::specialFor(std::string_view key) {
    const auto it = std::find(kSpecialKeys.begin(), kSpecialKeys.end(), key);
    return special[static_cast<std::size_t>(it - kSpecialKeys.begin())];
}

void TokenizerSettings::setDefault(std::string_view key, const char* content, bool bare) {
    Special& value = specialFor(key);
    if (value) return;
    NamedToken token;
    token.token.content = content;
    token.token.special = !bare;
    token.bare = bare;
    value = std::optional(std::move(token));
}

TokenizerSettings readTokenizerSettings(const std::filesystem::path& folder) {
    TokenizerSettings settings;
    const auto file = folder / "tokenizer_config.json";
    const std::string where = file.string();
    const Json config = readObject(file, settings.hashed);
    readSpecial(config, false, where, settings);
    if (const Json* decoder = find(config, "added_tokens_decoder"); decoder != nullptr) {
        if (!decoder->is_object())
            fail(ErrorKind::Format, "{}: \"added_tokens_decoder\" must be an object, found {}", where,
                 describeType(*decoder));
        readDecoder(*decoder, where, settings);
        settings.hasDecoder = true;
    } else {
        const auto map = folder / "special_tokens_map.json";
        readSpecial(readObject(map, settings.hashed), true, map.string(), settings);
        const auto added = folder / "added_tokens.json";
        readAddedTokens(readObject(added, settings.hashed), added.string(), settings);
    }
    if (config.contains("add_prefix_space"))
        settings.addPrefixSpace = flag(config, "add_prefix_space", where);
    settings.legacy = flag(config, "legacy", where).value_or(true);
    settings.addBos = flag(config, "add_bos_token", where);
    settings.addEos = flag(config, "add_eos_token", where);
    settings.cleanUp = flag(config, "clean_up_tokenization_spaces", where).value_or(false);
    settings.splitSpecial = flag(config, "split_special_tokens", where).value_or(false);
    if (find(config, "extra_ids") != nullptr) {
        settings.extraIds = requireInteger(config, "extra_ids", where);
        if (settings.extraIds < 0 || settings.extraIds > kMaxExtraIds)
            fail(ErrorKind::Format, "{}: \"extra_ids\" is {}, allowed is 0 to {}", where, settings.extraIds,
                 kMaxExtraIds);
    }
    readFamily(folder, config, where, settings);
    return settings;
}

}  // namespace jumplora
