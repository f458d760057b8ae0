// SPDX-License-Identifier: Apache-2.0
#include "text/pipeline_settings.h"

#include "base/error.h"

#include <algorithm>
#include <map>
#include <set>

namespace jumplora {
namespace {

void setDefaults(TokenizerSettings& settings, TokenizerFamily family) {
    switch (family) {
        case TokenizerFamily::T5: {
            settings.setDefault("eos_token", "</s>");
            settings.setDefault("unk_token", "<unk>");
            settings.setDefault("pad_token", "<pad>");
            const bool named = std::any_of(
                settings.additional.begin(), settings.additional.end(),
                [](const NamedToken& t) { return t.token.content.find("<extra_id_") != std::string::npos; });
            for (std::int64_t i = 0; !named && i < settings.extraIds; ++i) {
                NamedToken token;
                token.token.content = fmt::format("<extra_id_{}>", i);
                token.bare = true;
                settings.additional.push_back(std::move(token));
            }
            break;
        }
        case TokenizerFamily::Llama:
            settings.setDefault("unk_token", "<unk>");
            settings.setDefault("bos_token", "<s>");
            settings.setDefault("eos_token", "</s>");
            break;
        case TokenizerFamily::Gpt2:
            for (const char* key : {"unk_token", "bos_token", "eos_token"})
                settings.setDefault(key, "<|endoftext|>");
            break;
        case TokenizerFamily::Qwen2:
            for (const char* key : {"unk_token", "eos_token", "pad_token"})
                settings.setDefault(key, "<|endoftext|>", false);
            break;
        case TokenizerFamily::Generic:
            break;
    }
}

// All special tokens by name, each once.
std::vector<NamedToken> allSpecial(const TokenizerSettings& settings) {
    std::vector<NamedToken> tokens;
    std::set<std::string> seen;
    const auto add = [&](const NamedToken& token) {
        if (seen.insert(token.token.content).second) tokens.push_back(token);
    };
    for (const auto& special : settings.special) {
        if (special && *special) add(**special);
    }
    for (const NamedToken& token : settings.additional) add(token);
    return tokens;
}

bool hasContent(const std::vector<NamedToken>& tokens, const std::string& content) {
    return std::any_of(tokens.begin(), tokens.end(),
                       [&](const NamedToken& t) { return t.token.content == content; });
}

// A special token that is also described elsewhere is meant as it is described there.
void resolve(TokenizerSettings& settings, const PipelineParts& parts, PartsFrom from,
             TokenizerFamily family) {
    for (auto& special : settings.special) {
        if (!special || !*special) continue;
        NamedToken& token = **special;
        const auto described =
            std::find_if(settings.added.begin(), settings.added.end(),
                         [&](const NamedToken& t) { return t.token.content == token.token.content; });
        if (described != settings.added.end()) {
            token = *described;
        } else if (from == PartsFrom::TokenizerJson && !settings.hasDecoder &&
                   parts.added.idOf(token.token.content)) {
            token.bare = true;
        } else if (token.bare && (from == PartsFrom::Conversion || family == TokenizerFamily::Qwen2)) {
            token.bare = false;
            token.token.special = true;
            token.saysNormalized = false;
        }
    }
}

// The tokens that the settings describe, by id. Without added_tokens_decoder those of tokenizer.json are
// among them.
std::map<std::int32_t, NamedToken> describedTokens(const PipelineParts& parts,
                                                   const TokenizerSettings& settings, PartsFrom from) {
    std::map<std::int32_t, NamedToken> described;
    for (const NamedToken& token : settings.added) described[token.token.id] = token;
    if (from == PartsFrom::Conversion || settings.hasDecoder) return described;
    for (const auto& [id, token] : parts.added.tokens()) {
        NamedToken named;
        named.token = token;
        named.saysNormalized = true;
        described[id] = named;
    }
    return described;
}

// All described tokens take their flags, and are special where a special token is called so; then come the
// special ones that are new, or that were named with flags of their own.
void addTokens(PipelineParts& parts, const TokenizerSettings& settings, PartsFrom from) {
    const std::vector<NamedToken> special = allSpecial(settings);
    const std::map<std::int32_t, NamedToken> byId = describedTokens(parts, settings, from);
    std::vector<NamedToken> adding;
    adding.reserve(byId.size() + special.size());
    for (const auto& [id, token] : byId) adding.push_back(token);
    const std::vector<NamedToken> described = adding;
    for (const NamedToken& token : special) {
        const std::string& content = token.token.content;
        const bool known = parts.added.idOf(content).has_value() || hasContent(described, content);
        const bool same = std::any_of(adding.begin(), adding.end(), [&](const NamedToken& t) {
            AddedToken other = t.as(t.token.special);
            other.id = token.token.id;
            return other == token.as(token.token.special);
        });
        if (token.bare ? !known : !same) adding.push_back(token);
    }
    std::vector<AddedToken> tokens;
    tokens.reserve(adding.size());
    for (const NamedToken& token : adding)
        tokens.push_back(token.as(token.token.special || hasContent(special, token.token.content)));
    parts.added.add(tokens, *parts.model);
}

std::optional<std::int32_t> idOf(const PipelineParts& parts, TokenizerSettings& settings, const char* key) {
    const auto& special = settings.specialFor(key);
    if (!special || !*special) return std::nullopt;
    const std::string& content = (*special)->token.content;
    const auto added = parts.added.idOf(content);
    return added ? added : parts.model->idOf(content);
}

// Llama's class puts its own bos and eos in place of what the file says.
void surround(PipelineParts& parts, const TokenizerSettings& settings) {
    const auto wanted = [](const std::optional<std::int32_t>& id, bool add,
                           const char* name) -> std::vector<std::int32_t> {
        if (!add) return {};
        if (!id)
            fail(ErrorKind::Input,
                 "tokenizer_config.json: add_{0}_token is on, but there is no {0}_token; name one or set it "
                 "to false",
                 name);
        return {*id};
    };
    parts.around = Template(wanted(parts.bos, settings.addBos.value_or(true), "bos"),
                            wanted(parts.eos, settings.addEos.value_or(false), "eos"));
}

}  // namespace

void applySettings(PipelineParts& parts, TokenizerSettings settings, TokenizerFamily otherwise,
                   PartsFrom from) {
    const TokenizerFamily family = settings.family.value_or(otherwise);
    resolve(settings, parts, from, family);
    setDefaults(settings, family);
    if (settings.padOtherwise) settings.setDefault("pad_token", settings.padOtherwise->c_str());
    if (from == PartsFrom::Conversion) resolve(settings, parts, from, family);  // the defaults as well
    addTokens(parts, settings, from);
    parts.bos = idOf(parts, settings, "bos_token");
    parts.eos = idOf(parts, settings, "eos_token");
    parts.pad = idOf(parts, settings, "pad_token");
    parts.cleanUp = settings.cleanUp;
    parts.splitSpecial = settings.splitSpecial;
    if (family == TokenizerFamily::Llama) surround(parts, settings);
}

}  // namespace jumplora
