// SPDX-License-Identifier: Apache-2.0
#include "text/sentencepiece_tokenizer.h"

#include "base/error.h"
#include "text/bpe.h"
#include "text/pipeline_settings.h"
#include "text/unigram.h"
#include "text/utf8.h"

#include <algorithm>
#include <unordered_map>

namespace jumplora {
namespace {

constexpr const char* kMark = "\xE2\x96\x81";  // ▁

std::vector<Unigram::Entry> piecesOf(const SentencePieceModel& model) {
    std::vector<Unigram::Entry> pieces;
    pieces.reserve(model.pieces.size());
    for (const SentencePiece& piece : model.pieces) pieces.emplace_back(piece.text, piece.score);
    return pieces;
}

// Every way to make a piece of two others, the best pieces first; of equal ones those with the longer left
// side, then the longer right side.
std::vector<Bpe::Merge> mergesOf(const SentencePieceModel& model, const std::vector<Unigram::Entry>& scored) {
    struct Split {
        std::string_view left;
        std::string_view right;
        double score;
        std::size_t leftLength;
        std::size_t rightLength;
    };
    std::unordered_map<std::string_view, std::size_t> ids;
    ids.reserve(model.pieces.size());
    for (std::size_t id = 0; id < model.pieces.size(); ++id) ids[model.pieces[id].text] = id;
    std::vector<Split> splits;
    for (const auto& [text, score] : scored) {
        const std::string_view piece = text;
        std::vector<std::pair<std::pair<std::size_t, std::size_t>, Split>> local;
        std::size_t length = 0;
        for (const char c : piece) length += (c & 0xC0) != 0x80 ? 1 : 0;
        std::size_t done = 0;
        for (std::size_t at = 0; at < piece.size();) {
            at += utf8Length(piece[at]);
            if (++done >= length) break;
            const auto left = ids.find(piece.substr(0, at));
            if (left == ids.end()) continue;
            const auto right = ids.find(piece.substr(at));
            if (right == ids.end()) continue;
            local.push_back({{left->second, right->second},
                             {piece.substr(0, at), piece.substr(at), score, done, length - done}});
        }
        std::stable_sort(local.begin(), local.end(),
                         [](const auto& a, const auto& b) { return a.first < b.first; });
        for (const auto& [key, split] : local) splits.push_back(split);
    }
    std::stable_sort(splits.begin(), splits.end(), [](const Split& a, const Split& b) {
        if (a.score != b.score) return a.score > b.score;
        if (a.leftLength != b.leftLength) return a.leftLength > b.leftLength;
        return a.rightLength > b.rightLength;
    });
    std::vector<Bpe::Merge> merges;
    merges.reserve(splits.size());
    for (const Split& split : splits) merges.emplace_back(split.left, split.right);
    return merges;
}

std::unique_ptr<TokenModel> makeModel(const SentencePieceModel& model, std::vector<Unigram::Entry> pieces,
                                      std::int32_t unknownId, bool byteFallback, const std::string& where) {
    if (model.kind == SentencePieceModel::Kind::Unigram) {
        Unigram::Options options;
        options.unknownId = unknownId;
        options.byteFallback = byteFallback;
        return std::make_unique<Unigram>(std::move(pieces), options, where);
    }
    BpeOptions options;
    options.unknown = model.unknownPiece;
    options.fuseUnknown = true;
    options.byteFallback = byteFallback;
    const auto merges = mergesOf(model, pieces);
    std::vector<Vocabulary::Entry> entries;
    entries.reserve(pieces.size());
    for (auto& [text, score] : pieces)
        entries.emplace_back(std::move(text), static_cast<std::int32_t>(entries.size()));
    return std::make_unique<Bpe>(Vocabulary(std::move(entries)), merges, options, where);
}

void addOwnTokens(const SentencePieceModel& model, PipelineParts& parts) {
    std::vector<AddedToken> tokens;
    for (const SentencePiece& piece : model.pieces) {
        const bool control = piece.type == SentencePiece::Type::Control;
        if (!control && piece.type != SentencePiece::Type::UserDefined) continue;
        AddedToken token;
        token.content = piece.text;
        token.special = control;
        tokens.push_back(std::move(token));
    }
    parts.added.add(tokens, *parts.model);
}

// null counts as false: the slow classes get it as it is.
bool addsPrefix(const TokenizerSettings& settings) {
    return !settings.addPrefixSpace || settings.addPrefixSpace->value_or(false);
}

const char* prependScheme(const TokenizerSettings& settings) {
    if (!addsPrefix(settings)) return "never";
    return settings.legacy ? "always" : "first";
}

Json metaspace(const TokenizerSettings& settings) {
    return {{"type", "Metaspace"}, {"replacement", kMark}, {"prepend_scheme", prependScheme(settings)}};
}

Json inTurn(const char* key, Json steps) { return {{"type", "Sequence"}, {key, std::move(steps)}}; }

}  // namespace

PipelineParts convertForT5(const SentencePieceModel& model, const TokenizerSettings& settings,
                           const std::string& where) {
    PipelineParts parts;
    std::vector<Unigram::Entry> pieces = piecesOf(model);
    for (std::int64_t i = settings.extraIds - 1; i >= 0; --i)
        pieces.emplace_back(fmt::format("<extra_id_{}>", i), 0.0);
    parts.model = makeModel(model, std::move(pieces), model.unknownId, false, where);
    addOwnTokens(model, parts);

    std::vector<std::unique_ptr<Normalizer>> steps;
    if (!model.charsMap.empty()) steps.push_back(normalizeBy(CharsMap(model.charsMap, where)));
    steps.push_back(readNormalizer({{"type", "Strip"}, {"strip_left", false}, {"strip_right", true}}, where));
    steps.push_back(
        readNormalizer({{"type", "Replace"}, {"pattern", {{"Regex", " {2,}"}}}, {"content", kMark}}, where));
    parts.normalizer = normalizeInTurn(std::move(steps));
    parts.preTokenizer = readPreTokenizer(metaspace(settings), where);
    parts.decoder = readDecoder(metaspace(settings), where);

    applySettings(parts, settings, TokenizerFamily::T5, PartsFrom::Conversion);
    const auto end = parts.model->idOf("</s>");
    if (!end || !parts.model->idOf("<pad>"))
        fail(ErrorKind::Format, "{}: a T5 model needs the pieces </s> and <pad>", where);
    parts.around = Template({}, {*end});
    parts.kind = "T5 SentencePiece (" + parts.model->kind() + ")";
    return parts;
}

PipelineParts convertForLlama(const SentencePieceModel& model, const TokenizerSettings& settings,
                              const std::string& where) {
    PipelineParts parts;
    std::vector<Unigram::Entry> pieces = piecesOf(model);
    for (std::size_t id = 0; id < std::size(settings.firstPieces) && id < pieces.size(); ++id)
        pieces[id] = {settings.firstPieces[id].value_or(pieces[id].first), 0.0};
    parts.model = makeModel(model, std::move(pieces), 0, true, where);
    addOwnTokens(model, parts);

    const Json mark = {{"type", "Replace"}, {"pattern", {{"String", " "}}}, {"content", kMark}};
    if (settings.legacy) {
        Json steps = Json::array();
        if (addsPrefix(settings)) steps.push_back({{"type", "Prepend"}, {"prepend", kMark}});
        steps.push_back(mark);
        parts.normalizer = readNormalizer(inTurn("normalizers", steps), where);
    } else {
        Json space = metaspace(settings);
        space["split"] = false;
        parts.preTokenizer = readPreTokenizer(space, where);
    }
    Json steps = Json::array({{{"type", "Replace"}, {"pattern", {{"String", kMark}}}, {"content", " "}},
                              {{"type", "ByteFallback"}},
                              {{"type", "Fuse"}}});
    if (addsPrefix(settings))
        steps.push_back({{"type", "Strip"}, {"content", " "}, {"start", 1}, {"stop", 0}});
    parts.decoder = readDecoder(inTurn("decoders", steps), where);

    applySettings(parts, settings, TokenizerFamily::Llama, PartsFrom::Conversion);
    parts.kind = "Llama SentencePiece (" + parts.model->kind() + ")";
    return parts;
}

}  // namespace jumplora
