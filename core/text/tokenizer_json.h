// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "text/bpe.h"
#include "text/pipeline.h"
#include "text/unigram.h"
#include "text/vocabulary.h"

#include <string>
#include <string_view>
#include <vector>

namespace jumplora {

// A tokenizer.json with its long lists apart: kept as general JSON they would take minutes and gigabytes.
struct TokenizerJson {
    Json rest;                                  // everything but model.vocab and model.merges
    std::vector<Vocabulary::Entry> vocabulary;  // model.vocab of BPE
    std::vector<Unigram::Entry> pieces;         // model.vocab of Unigram
    std::vector<Bpe::Merge> merges;             // model.merges
};

// Throws Error(Format) when the text is not JSON, is nested deeply or the lists are not what they should be.
TokenizerJson parseTokenizerJson(std::string_view text, const std::string& where);

// {"token": id, ...}, as in vocab.json. Throws Error(Format).
std::vector<Vocabulary::Entry> parseVocabularyJson(std::string_view text, const std::string& where);

// The tokenizer that the file describes, without what tokenizer_config.json adds. Throws Error(Format), and
// Error(Input) naming the place of what is not supported.
PipelineParts buildPipeline(TokenizerJson file, const std::string& where);

}  // namespace jumplora
