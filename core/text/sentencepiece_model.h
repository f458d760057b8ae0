// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace jumplora {

struct SentencePiece {
    enum class Type { Normal = 1, Unknown = 2, Control = 3, UserDefined = 4, Unused = 5, Byte = 6 };
    std::string text;
    float score = 0;
    Type type = Type::Normal;
};

// What a spiece.model or tokenizer.model holds, as far as a tokenizer needs it. The library itself cannot be
// used beside LibTorch: Debian's libsentencepiece exports a private protobuf that clashes with LibTorch's.
struct SentencePieceModel {
    enum class Kind { Unigram = 1, Bpe = 2 };
    Kind kind = Kind::Unigram;
    std::vector<SentencePiece> pieces;
    std::string charsMap;  // precompiled normalisation rules; may be empty
    std::int32_t unknownId = 0;
    std::string unknownPiece = "<unk>";
};

// Throws Error(Format) for damaged files (scores not finite, pieces that are empty or stand twice, no or a
// wrong unknown piece, damaged character map) and Error(Input) for models that are neither of the unigram nor
// of the BPE type.
SentencePieceModel parseSentencePieceModel(std::string_view bytes, const std::string& where);
std::string serialise(const SentencePieceModel& model);

}  // namespace jumplora
