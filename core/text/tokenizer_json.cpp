// SPDX-License-Identifier: Apache-2.0
#include "text/tokenizer_json.h"

#include "base/error.h"
#include "text/tokenizer_settings.h"

#include <utility>

namespace jumplora {
namespace {

bool present(const Json& object, const char* key) {
    const auto it = object.find(key);
    return it != object.end() && !it->is_null();
}

std::unique_ptr<TokenModel> makeBpe(TokenizerJson& file, const Component& c) {
    if (!file.pieces.empty()) fail(ErrorKind::Format, "{}.vocab: must be an object of ids", c.where());
    if (present(c.json(), "dropout")) {
        if (requireNumber(c.json(), "dropout", c.where()) != 0)
            c.unsupported("dropout (ids would be drawn at random)");
    }
    BpeOptions options;
    if (present(c.json(), "unk_token")) options.unknown = c.text("unk_token");
    options.fuseUnknown = c.flag("fuse_unk", false);
    options.byteFallback = c.flag("byte_fallback", false);
    options.ignoreMerges = c.flag("ignore_merges", false);
    options.continuingPrefix = c.text("continuing_subword_prefix", "");
    options.endSuffix = c.text("end_of_word_suffix", "");
    return std::make_unique<Bpe>(Vocabulary(std::move(file.vocabulary)), file.merges, options, c.where());
}

std::unique_ptr<TokenModel> makeUnigram(TokenizerJson& file, const Component& c) {
    if (file.pieces.empty()) fail(ErrorKind::Format, "{}.vocab: must be a list of pieces", c.where());
    Unigram::Options options;
    options.byteFallback = c.flag("byte_fallback", false);
    if (present(c.json(), "unk_id")) {
        const std::size_t id = c.count("unk_id");
        if (id >= file.pieces.size())
            fail(ErrorKind::Format, "{}: unk_id {} is not among {} pieces", c.where(), id,
                 file.pieces.size());
        options.unknownId = static_cast<std::int32_t>(id);
    }
    return std::make_unique<Unigram>(std::move(file.pieces), options, c.where());
}

std::unique_ptr<TokenModel> makeModel(TokenizerJson& file, const std::string& where) {
    Json model = requireMember(file.rest, "model", where);
    if (!model.is_object())
        fail(ErrorKind::Format, "{}: \"model\" must be an object, found {}", where, describeType(model));
    // Old files do not say the type.
    if (!model.contains("type")) model["type"] = file.pieces.empty() ? "BPE" : "Unigram";
    const Component c(model, where + ": model");
    if (c.type() == "BPE") return makeBpe(file, c);
    if (c.type() == "Unigram") return makeUnigram(file, c);
    c.unsupportedType();
}

}  // namespace

PipelineParts buildPipeline(TokenizerJson file, const std::string& where) {
    if (!file.rest.is_object())
        fail(ErrorKind::Format, "{}: expected an object, found {}", where, describeType(file.rest));
    PipelineParts parts;
    parts.model = makeModel(file, where);
    parts.kind = "tokenizer.json (" + parts.model->kind() + ")";
    const Json& rest = file.rest;
    if (present(rest, "normalizer"))
        parts.normalizer = readNormalizer(rest["normalizer"], where + ": normalizer");
    if (present(rest, "pre_tokenizer"))
        parts.preTokenizer = readPreTokenizer(rest["pre_tokenizer"], where + ": pre_tokenizer");
    if (present(rest, "post_processor"))
        parts.around = Template::read(rest["post_processor"], where + ": post_processor");
    if (present(rest, "decoder")) parts.decoder = readDecoder(rest["decoder"], where + ": decoder");
    if (present(rest, "added_tokens")) {
        if (!rest["added_tokens"].is_array())
            fail(ErrorKind::Format, "{}: \"added_tokens\" must be a list", where);
        std::vector<AddedToken> tokens;
        for (const Json& token : rest["added_tokens"])
            tokens.push_back(
                readAddedToken(token, fmt::format("{}: added_tokens[{}]", where, tokens.size())).token);
        parts.added.add(tokens, *parts.model);
    }
    return parts;
}

}  // namespace jumplora
