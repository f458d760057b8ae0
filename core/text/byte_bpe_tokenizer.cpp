// SPDX-License-Identifier: Apache-2.0
#include "text/byte_bpe_tokenizer.h"

#include "base/error.h"
#include "text/base64.h"
#include "text/byte_level.h"
#include "text/pipeline_settings.h"
#include "text/tokenizer_json.h"
#include "text/utf8.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <unordered_map>

namespace jumplora {
namespace {

// Qwen 2's pattern is Llama 3's but for single digits.
constexpr const char* kWords =
    R"((?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}%DIGITS%| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+)";

Json splitPattern(const std::string& digits) {
    std::string pattern = kWords;
    pattern.replace(pattern.find("%DIGITS%"), 8, digits);
    const Json split = {{"type", "Split"}, {"pattern", {{"Regex", pattern}}}, {"behavior", "Isolated"}};
    const Json bytes = {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"use_regex", false}};
    return {{"type", "Sequence"}, {"pretokenizers", Json::array({split, bytes})}};
}

constexpr const char* kBeginOfText = "<|begin_of_text|>";
constexpr const char* kEndOfText = "<|end_of_text|>";
constexpr std::size_t kMaxToken = 1024;  // bytes; splitting one for merges takes quadratic time

std::unique_ptr<Decoder> byteDecoder() { return readDecoder({{"type", "ByteLevel"}}, "byte-level BPE"); }

// Lines as Python's universal newlines see them.
std::vector<std::string_view> linesOf(std::string_view text) {
    std::vector<std::string_view> lines;
    while (!text.empty()) {
        const std::size_t end = text.find_first_of("\r\n");
        lines.push_back(text.substr(0, end));
        if (end == std::string_view::npos) break;
        text.remove_prefix(end + (text.substr(end, 2) == "\r\n" ? 2 : 1));
    }
    return lines;
}

std::vector<Bpe::Merge> parseMerges(std::string_view text, bool firstIsHeader, const std::string& where) {
    if (utf8Damage(text) != std::string_view::npos) fail(ErrorKind::Format, "{}: is not UTF-8", where);
    std::vector<Bpe::Merge> merges;
    std::set<std::pair<std::string_view, std::string_view>> seen;
    std::size_t number = 0;
    constexpr std::string_view kSpaces = " \t\v\f";
    for (std::string_view line : linesOf(text)) {
        if (++number == 1 && (firstIsHeader || line.starts_with("#version:"))) continue;
        const std::size_t first = line.find_first_not_of(kSpaces);
        if (first == std::string_view::npos) continue;
        line.remove_prefix(first);
        line = line.substr(0, line.find_last_not_of(kSpaces) + 1);
        const std::size_t space = line.find_first_of(kSpaces);
        const std::size_t next = line.find_first_not_of(kSpaces, space);
        if (space == std::string_view::npos || line.find_first_of(kSpaces, next) != std::string_view::npos)
            fail(ErrorKind::Format, "{}: line {}: expected two tokens and a space", where, number);
        if (!seen.emplace(line.substr(0, space), line.substr(next)).second) continue;
        merges.emplace_back(line.substr(0, space), line.substr(next));
    }
    return merges;
}

// The rank of each token, by its bytes.
std::vector<Vocabulary::Entry> parseTiktoken(std::string_view bytes, const std::string& where) {
    std::vector<Vocabulary::Entry> ranks;
    std::size_t number = 0;
    for (const std::string_view line : linesOf(bytes)) {
        ++number;
        if (line.empty()) continue;
        const std::size_t space = line.find(' ');
        const auto token = decodeBase64(line.substr(0, space));
        std::int32_t rank = -1;
        const std::string_view digits = space == std::string_view::npos ? "" : line.substr(space + 1);
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), rank);
        if (!token || token->empty() || rank < 0 || error != std::errc() ||
            end != digits.data() + digits.size())
            fail(ErrorKind::Format, "{}: line {}: expected a token in base64 and its rank", where, number);
        if (token->size() > kMaxToken)
            fail(ErrorKind::Format, "{}: line {}: a token of {} bytes is longer than {}", where, number,
                 token->size(), kMaxToken);
        ranks.emplace_back(*token, rank);
    }
    return ranks;
}

// Every way to make a token of two others, in the order of ranks.
std::vector<Bpe::Merge> mergesOf(const std::vector<Vocabulary::Entry>& ranks) {
    std::unordered_map<std::string_view, std::int32_t> rankOf;
    rankOf.reserve(ranks.size());
    for (const auto& [token, rank] : ranks) rankOf[token] = rank;
    struct Split {
        std::int32_t rank;
        std::pair<std::int32_t, std::int32_t> sides;
        std::string_view left;
        std::string_view right;
    };
    std::vector<Split> splits;
    for (const auto& [text, rank] : ranks) {
        const std::string_view token = text;
        if (rankOf[token] != rank) continue;
        for (std::size_t at = 1; at < token.size(); ++at) {
            const auto left = rankOf.find(token.substr(0, at));
            const auto right = rankOf.find(token.substr(at));
            if (left != rankOf.end() && right != rankOf.end())
                splits.push_back({rank, {left->second, right->second}, left->first, right->first});
        }
    }
    std::stable_sort(splits.begin(), splits.end(), [](const Split& a, const Split& b) {
        return a.rank != b.rank ? a.rank < b.rank : a.sides < b.sides;
    });
    std::vector<Bpe::Merge> merges;
    merges.reserve(splits.size());
    for (const Split& split : splits)
        merges.emplace_back(bytesAsCharacters(split.left), bytesAsCharacters(split.right));
    return merges;
}

// Llama 3's 256, in the order of their ids.
std::vector<AddedToken> llama3Tokens() {
    constexpr int kCount = 256;
    std::vector<AddedToken> tokens;
    for (int reserved = 0; static_cast<int>(tokens.size()) < kCount;) {
        AddedToken token;
        token.special = true;
        switch (tokens.size()) {
            case 0:
                token.content = kBeginOfText;
                break;
            case 1:
                token.content = kEndOfText;
                break;
            case 6:
                token.content = "<|start_header_id|>";
                break;
            case 7:
                token.content = "<|end_header_id|>";
                break;
            case 9:
                token.content = "<|eot_id|>";
                break;
            default:
                token.content = fmt::format("<|reserved_special_token_{}|>", reserved++);
        }
        tokens.push_back(std::move(token));
    }
    return tokens;
}

}  // namespace

PipelineParts convertVocabularyAndMerges(std::string_view vocabulary, std::string_view merges,
                                         const TokenizerSettings& settings, const std::string& vocabularyName,
                                         const std::string& mergesName) {
    const bool qwen = settings.family == TokenizerFamily::Qwen2;
    auto entries = parseVocabularyJson(vocabulary, vocabularyName);
    if (entries.empty()) fail(ErrorKind::Format, "{}: holds no tokens", vocabularyName);
    PipelineParts parts;
    parts.model = std::make_unique<Bpe>(Vocabulary(std::move(entries)),
                                        parseMerges(merges, !qwen, mergesName), BpeOptions(), mergesName);
    if (qwen) {
        parts.normalizer = readNormalizer({{"type", "NFC"}}, vocabularyName);
        parts.preTokenizer = readPreTokenizer(splitPattern(""), vocabularyName);
    } else {
        const bool prefix = settings.addPrefixSpace && settings.addPrefixSpace->value_or(false);
        parts.preTokenizer =
            readPreTokenizer({{"type", "ByteLevel"}, {"add_prefix_space", prefix}}, vocabularyName);
    }
    parts.decoder = byteDecoder();
    applySettings(parts, settings, TokenizerFamily::Gpt2, PartsFrom::Conversion);
    if (!qwen && settings.addBos.value_or(false) && parts.bos) parts.around = Template({*parts.bos}, {});
    parts.kind = qwen ? "Qwen 2 byte-level BPE" : "GPT-2 byte-level BPE";
    return parts;
}

bool looksLikeTiktoken(std::string_view bytes) {
    const std::string_view line = bytes.substr(0, std::min(bytes.find('\n'), std::size_t{4096}));
    const std::size_t space = line.find(' ');
    if (space == 0 || space == std::string_view::npos || space + 1 == line.size()) return false;
    return decodeBase64(line.substr(0, space)).has_value() &&
           line.find_first_not_of("0123456789\r", space + 1) == std::string_view::npos;
}

PipelineParts convertTiktoken(std::string_view bytes, const TokenizerSettings& settings,
                              const std::string& where) {
    std::vector<Vocabulary::Entry> ranks = parseTiktoken(bytes, where);
    const std::vector<Bpe::Merge> merges = mergesOf(ranks);
    for (auto& [token, rank] : ranks) token = bytesAsCharacters(token);
    BpeOptions options;
    options.ignoreMerges = true;
    PipelineParts parts;
    parts.model = std::make_unique<Bpe>(Vocabulary(std::move(ranks)), merges, options, where);
    parts.preTokenizer = readPreTokenizer(splitPattern("{1,3}"), where);
    parts.decoder = byteDecoder();
    const bool named = !settings.added.empty() || !settings.additional.empty() ||
                       std::any_of(settings.special.begin(), settings.special.end(),
                                   [](const auto& special) { return special && *special; });
    if (named) {
        std::vector<AddedToken> tokens;
        for (const NamedToken& token : settings.additional) {
            tokens.push_back(token.token);
            tokens.back().special = true;
            tokens.back().normalized = false;
        }
        parts.added.add(tokens, *parts.model);
        applySettings(parts, settings, TokenizerFamily::Generic, PartsFrom::TokenizerJson);
    } else {
        parts.added.add(llama3Tokens(), *parts.model);
        parts.bos = parts.added.idOf(kBeginOfText);
        parts.eos = parts.added.idOf(kEndOfText);
        parts.around = Template({*parts.bos}, {});
    }
    parts.kind = "tiktoken byte-level BPE";
    return parts;
}

}  // namespace jumplora
