// SPDX-License-Identifier: Apache-2.0
#pragma once
// What the recorded forward passes of all architectures have in common.
#include "model/llama.h"
#include "model/t5.h"
#include "train/recorded_tensor.h"
#include "train/verify.h"

#include <string>
#include <vector>

namespace jumplora {

constexpr double kHiddenLimit = 1e-4;  // hidden states and logits, of the largest
constexpr double kLossLimit = 1e-5;    // relative
constexpr std::int64_t kNoLabel = -100;

// Where the real positions of a padded batch lie.
struct RealPositions {
    std::vector<std::int64_t> begins, lengths;  // per row
};

enum class Padding { Left, Right };
// Of a mask with zeros on that side of each row's ones. Throws Error(Format) naming the tensor for any other
// mask.
RealPositions realPositions(const at::Tensor& mask, Padding padding, const std::string& tensor,
                            const std::string& file);

// The real positions of each row of a padded tensor, one row after another.
at::Tensor packRows(const at::Tensor& padded, const RealPositions& rows);

// Throws Error(Format) unless there are ids and all of them belong to the vocabulary.
void requireVocabulary(const at::Tensor& ids, const std::string& tensor, std::int64_t vocabulary,
                       const std::string& file);

// Gradients of every weight that has one recorded; backward() has to be done.
void compareGradients(Backbone& model, const SafetensorsFile& golden, VerifyReport& report);

// Rows to generate from: the real positions of `ids`.
std::vector<TokenRow> promptRows(const at::Tensor& ids, const RealPositions& rows);
// Tokens to ask generate() for, one more than recorded where that was allowed: it shows whether a row ended.
std::int64_t greedyLength(const SafetensorsFile& golden, std::int64_t rows);
// Ids that differ from the recorded ones, per row; rows that ended are filled with `fillId`.
std::vector<std::int64_t> greedyErrors(const SafetensorsFile& golden,
                                       const std::vector<std::vector<std::int32_t>>& answers,
                                       std::int64_t fillId);
void addGreedy(const std::vector<std::int64_t>& errors, VerifyReport& report);

// Compares a forward pass with the record; what was not recorded is left out.
void verifyRecordedPass(Backbone& model, const SafetensorsFile& golden, VerifyReport& report);
void verifyEncoderDecoder(T5& model, const SafetensorsFile& golden, VerifyReport& report);
void verifyDecoderOnly(Llama& model, const SafetensorsFile& golden, VerifyReport& report);

}  // namespace jumplora
