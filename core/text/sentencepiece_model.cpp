// SPDX-License-Identifier: Apache-2.0
#include "text/sentencepiece_model.h"

#include "base/error.h"
#include "text/protobuf.h"
#include "text/utf8.h"

#include <cmath>
#include <unordered_set>

namespace jumplora {
namespace {

// Field numbers of sentencepiece_model.proto.
constexpr std::uint32_t kModelPieces = 1, kModelTrainer = 2, kModelNormalizer = 3;
constexpr std::uint32_t kPieceText = 1, kPieceScore = 2, kPieceType = 3;
constexpr std::uint32_t kTrainerModelType = 3, kTrainerUnknownId = 40, kTrainerUnknownPiece = 45;
constexpr std::uint32_t kNormalizerCharsMap = 2;
constexpr std::uint64_t kUnigram = 1, kBpe = 2;
// Far longer than any that was trained; splitting one for merges takes quadratic time.
constexpr std::size_t kMaxPiece = 1024;

SentencePiece parsePiece(std::string_view bytes, std::size_t index, const std::string& where) {
    const std::string here = fmt::format("{}: piece {}", where, index);
    SentencePiece piece;
    ProtobufReader reader(bytes, here);
    while (reader.next()) {
        if (reader.field() == kPieceText) piece.text = std::string(reader.bytes());
        if (reader.field() == kPieceScore) piece.score = reader.float32();
        if (reader.field() == kPieceType) {
            const std::uint64_t type = reader.varint();
            if (type < 1 || type > 6) fail(ErrorKind::Format, "{}: unknown type {}", here, type);
            piece.type = static_cast<SentencePiece::Type>(type);
        }
    }
    if (piece.text.empty()) fail(ErrorKind::Format, "{}: is empty", here);
    if (piece.text.size() > kMaxPiece)
        fail(ErrorKind::Format, "{}: is longer than {} bytes", here, kMaxPiece);
    if (utf8Damage(piece.text) != std::string::npos) fail(ErrorKind::Format, "{}: is not UTF-8", here);
    if (!std::isfinite(piece.score)) fail(ErrorKind::Format, "{}: its score is not a finite number", here);
    return piece;
}

}  // namespace

SentencePieceModel parseSentencePieceModel(std::string_view bytes, const std::string& where) {
    SentencePieceModel model;
    ProtobufReader reader(bytes, where);
    std::uint64_t modelType = kUnigram;
    std::uint64_t unknown = 0;
    while (reader.next()) {
        if (reader.field() == kModelPieces) {
            model.pieces.push_back(parsePiece(reader.bytes(), model.pieces.size(), where));
        } else if (reader.field() == kModelTrainer) {
            ProtobufReader trainer(reader.bytes(), where + ": trainer_spec");
            while (trainer.next()) {
                if (trainer.field() == kTrainerModelType) modelType = trainer.varint();
                if (trainer.field() == kTrainerUnknownId) unknown = trainer.varint();
                if (trainer.field() == kTrainerUnknownPiece)
                    model.unknownPiece = std::string(trainer.bytes());
            }
        } else if (reader.field() == kModelNormalizer) {
            ProtobufReader normalizer(reader.bytes(), where + ": normalizer_spec");
            while (normalizer.next()) {
                if (normalizer.field() == kNormalizerCharsMap)
                    model.charsMap = std::string(normalizer.bytes());
            }
        }
    }
    if (modelType != kUnigram && modelType != kBpe)
        fail(ErrorKind::Input,
             "{}: a SentencePiece model of type {} (word or char) is not supported; unigram (T5) and BPE "
             "(Llama, Mistral) are",
             where, modelType);
    model.kind = static_cast<SentencePieceModel::Kind>(modelType);
    if (model.pieces.empty())
        fail(ErrorKind::Format, "{}: holds no pieces; it is not a SentencePiece model", where);
    std::unordered_set<std::string_view> seen;
    for (const SentencePiece& piece : model.pieces) {
        if (!seen.insert(piece.text).second)
            fail(ErrorKind::Format, "{}: the piece \"{}\" stands there twice", where, piece.text);
    }
    if (unknown >= model.pieces.size() || model.pieces[unknown].type != SentencePiece::Type::Unknown)
        fail(ErrorKind::Format, "{}: unk_id {} is not the unknown piece", where, unknown);
    model.unknownId = static_cast<std::int32_t>(unknown);
    return model;
}

std::string serialise(const SentencePieceModel& model) {
    ProtobufWriter writer;
    for (const SentencePiece& piece : model.pieces) {
        ProtobufWriter message;
        message.bytes(kPieceText, piece.text);
        message.float32(kPieceScore, piece.score);
        message.varint(kPieceType, static_cast<std::uint64_t>(piece.type));
        writer.bytes(kModelPieces, message.message());
    }
    ProtobufWriter trainer;
    trainer.varint(kTrainerModelType, static_cast<std::uint64_t>(model.kind));
    trainer.varint(kTrainerUnknownId, static_cast<std::uint64_t>(model.unknownId));
    trainer.bytes(kTrainerUnknownPiece, model.unknownPiece);
    writer.bytes(kModelTrainer, trainer.message());
    ProtobufWriter normalizer;
    normalizer.bytes(kNormalizerCharsMap, model.charsMap);
    writer.bytes(kModelNormalizer, normalizer.message());
    return writer.message();
}

}  // namespace jumplora
