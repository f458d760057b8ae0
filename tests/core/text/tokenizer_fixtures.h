// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/json.h"
#include "text/sentencepiece_model.h"

#include <string>
#include <vector>

namespace jumplora::testing {

inline constexpr const char* kMark = "\xE2\x96\x81";  // ▁

// A tokenizer.json that uses every component at least once; byte-level BPE over a few letters.
inline Json smallTokenizerJson() {
    Json vocabulary = Json::object();
    const auto add = [&](const std::string& token) {
        vocabulary[token] = static_cast<int>(vocabulary.size());
    };
    for (const char* token : {"<s>", "</s>", "<unk>"}) add(token);
    for (char c = 'a'; c <= 'z'; ++c) add(std::string(1, c));
    for (const char* token : {"\xC4\xA0", "1", "2", "3", ".", "th", "the", "\xC4\xA0t", "\xC4\xA0the"})
        add(token);
    Json json = Json::parse(R"({
 "version": "1.0", "truncation": null, "padding": null,
 "added_tokens": [
  {"id": 0, "content": "<s>", "single_word": false, "lstrip": false, "rstrip": false, "normalized": false, "special": true},
  {"id": 1, "content": "</s>", "single_word": false, "lstrip": false, "rstrip": true, "normalized": false, "special": true},
  {"id": 99, "content": "Tool", "single_word": true, "lstrip": true, "rstrip": false, "normalized": true, "special": false}],
 "normalizer": {"type": "Sequence", "normalizers": [
   {"type": "NFC"}, {"type": "Lowercase"},
   {"type": "Replace", "pattern": {"String": "--"}, "content": "."},
   {"type": "Strip", "strip_left": false, "strip_right": true}]},
 "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
   {"type": "Split", "pattern": {"Regex": "\\p{N}{1,2}| ?\\p{L}+|[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"},
    "behavior": "Isolated", "invert": false},
   {"type": "Digits", "individual_digits": true},
   {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false}]},
 "post_processor": {"type": "Sequence", "processors": [
   {"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": false, "use_regex": true},
   {"type": "TemplateProcessing",
    "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
    "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
    "special_tokens": {"<s>": {"id": "<s>", "ids": [0], "tokens": ["<s>"]}}}]},
 "decoder": {"type": "Sequence", "decoders": [{"type": "ByteLevel"}, {"type": "Fuse"},
   {"type": "Strip", "content": " ", "start": 1, "stop": 0}]},
 "model": {"type": "BPE", "dropout": null, "unk_token": "<unk>", "continuing_subword_prefix": null,
  "end_of_word_suffix": null, "fuse_unk": true, "byte_fallback": false, "ignore_merges": false}})");
    json["model"]["vocab"] = vocabulary;
    json["model"]["merges"] = Json::array({"t h", Json::array({"th", "e"}), "\xC4\xA0 t", "\xC4\xA0 the"});
    return json;
}

// A BPE model as Llama's, with byte fallback.
inline SentencePieceModel smallLlamaModel() {
    using Type = SentencePiece::Type;
    SentencePieceModel model;
    model.kind = SentencePieceModel::Kind::Bpe;
    model.pieces = {{"<unk>", 0, Type::Unknown}, {"<s>", 0, Type::Control}, {"</s>", 0, Type::Control}};
    for (int byte = 0; byte < 256; ++byte) {
        static constexpr char kHex[] = "0123456789ABCDEF";
        model.pieces.push_back({std::string("<0x") + kHex[byte / 16] + kHex[byte % 16] + ">", 0, Type::Byte});
    }
    float score = 0;
    for (const std::string& piece :
         {std::string(kMark) + "t", std::string("he"), std::string(kMark) + "the", std::string(kMark),
          std::string("t"), std::string("h"), std::string("e")})
        model.pieces.push_back({piece, score -= 1, Type::Normal});
    return model;
}

// A tiktoken table of the bytes of "the ", "th" and "the".
inline std::string smallTiktoken() { return "dA== 0\naA== 1\nZQ== 2\nIA== 3\ndGg= 4\ndGhl 5\n"; }

}  // namespace jumplora::testing
