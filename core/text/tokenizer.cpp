// SPDX-License-Identifier: Apache-2.0
#include "text/tokenizer.h"

#include "base/error.h"
#include "base/file.h"
#include "text/byte_bpe_tokenizer.h"
#include "text/pipeline.h"
#include "text/pipeline_settings.h"
#include "text/sentencepiece_tokenizer.h"
#include "text/tokenizer_json.h"

#include <algorithm>

namespace jumplora {
namespace {

namespace fs = std::filesystem;

// The model file of SentencePiece or tiktoken; empty when there is none.
fs::path modelFile(const fs::path& folder, std::optional<TokenizerFamily> family) {
    const bool llama = family == TokenizerFamily::Llama;
    for (const char* name :
         {llama ? "tokenizer.model" : "spiece.model", llama ? "spiece.model" : "tokenizer.model"}) {
        if (fs::exists(folder / name)) return folder / name;
    }
    return {};
}

PipelineParts fromTokenizerJson(const std::string& bytes, TokenizerSettings settings,
                                const std::string& where) {
    TokenizerJson file = parseTokenizerJson(bytes, where);
    const bool leaves = settings.family == TokenizerFamily::T5 || settings.family == TokenizerFamily::Llama;
    // Hugging Face puts its own setting in place of the file's, unless its class has none.
    std::optional<bool> prefix;
    if (settings.addPrefixSpace)
        prefix = *settings.addPrefixSpace;
    else if (!leaves)
        prefix = false;
    if (prefix && file.rest.is_object()) {
        const auto it = file.rest.find("pre_tokenizer");
        if (it != file.rest.end() && it->is_object() && it->value("type", Json()) == "ByteLevel")
            (*it)["add_prefix_space"] = *prefix;
    }
    // Of truncation and padding only this has a say: a plain call does neither.
    const Json padding = file.rest.is_object() ? file.rest.value("padding", Json()) : Json();
    if (padding.is_object() && padding.value("pad_token", Json()).is_string())
        settings.padOtherwise = padding["pad_token"].get<std::string>();
    PipelineParts parts = buildPipeline(std::move(file), where);
    applySettings(parts, std::move(settings), TokenizerFamily::Generic, PartsFrom::TokenizerJson);
    return parts;
}

PipelineParts fromModelFile(const std::string& bytes, const TokenizerSettings& settings,
                            const std::string& where) {
    if (looksLikeTiktoken(bytes)) return convertTiktoken(bytes, settings, where);
    const SentencePieceModel model = parseSentencePieceModel(bytes, where);
    const bool hasBytes = std::any_of(model.pieces.begin(), model.pieces.end(), [](const SentencePiece& p) {
        return p.type == SentencePiece::Type::Byte;
    });
    const bool likeT5 = model.kind == SentencePieceModel::Kind::Unigram && !hasBytes;
    const bool t5 =
        settings.family == TokenizerFamily::T5 || (settings.family != TokenizerFamily::Llama && likeT5);
    return t5 ? convertForT5(model, settings, where) : convertForLlama(model, settings, where);
}

PipelineParts load(const fs::path& folder) {
    const TokenizerSettings settings = readTokenizerSettings(folder);
    const fs::path json = folder / "tokenizer.json";
    const fs::path model = modelFile(folder, settings.family);
    // With this setting, T5's and Llama's classes convert the SentencePiece model again.
    const bool again =
        (settings.family == TokenizerFamily::T5 || settings.family == TokenizerFamily::Llama) &&
        settings.addPrefixSpace && settings.addPrefixSpace->has_value() && !model.empty();
    const auto finish = [&](PipelineParts parts, const std::string& bytes) {
        parts.contentHash = contentHash(bytes + settings.hashed);
        return parts;
    };
    if (fs::exists(json) && !again) {
        const std::string bytes = readFile(json);
        return finish(fromTokenizerJson(bytes, settings, json.string()), bytes);
    }
    if (!model.empty()) {
        const std::string bytes = readFile(model);
        return finish(fromModelFile(bytes, settings, model.string()), bytes);
    }
    const fs::path vocabulary = folder / "vocab.json";
    const fs::path merges = folder / "merges.txt";
    if (fs::exists(vocabulary) && fs::exists(merges)) {
        const std::string entries = readFile(vocabulary);
        const std::string pairs = readFile(merges);
        return finish(
            convertVocabularyAndMerges(entries, pairs, settings, vocabulary.string(), merges.string()),
            entries + pairs);
    }
    fail(ErrorKind::Input,
         "{}: no tokenizer found; a tokenizer.json, a spiece.model (T5), a tokenizer.model (Llama, Mistral) "
         "or "
         "a vocab.json with merges.txt (GPT-2, Qwen 2) would do",
         folder.string());
}

}  // namespace

std::unique_ptr<Tokenizer> loadTokenizer(const std::filesystem::path& folder) {
    return std::make_unique<Pipeline>(load(folder));
}

}  // namespace jumplora
