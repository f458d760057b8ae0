// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/torch_api.h"
#include "model/dropout.h"
#include "model/linear.h"
#include "weights/load_progress.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace jumplora {

// One row of a batch as token ids; target includes eos. A decoder-only model reads the target behind the
// source.
struct TokenRow {
    std::vector<std::int32_t> source;
    std::vector<std::int32_t> target;
    bool lossOnSource = false;  // decoder-only: the source's tokens, but the first one, count as targets too
};

struct TensorSlot {
    std::string name;  // as in the checkpoint
    at::Tensor* tensor;
};

// A frozen language model with named linear layers. Computes in the type and on the device it was loaded
// with. Rows enter as plain ids; inside, all real tokens of a batch stand one after another without padding.
class Backbone {
  public:
    virtual ~Backbone() = default;
    Backbone() = default;
    Backbone(const Backbone&) = delete;
    Backbone& operator=(const Backbone&) = delete;

    // Mean cross-entropy over the target tokens of all rows: a scalar with a graph. `dropout` is null for
    // none. Throws Error(Input) for rows without ids and for ids outside the vocabulary; generate(), too.
    virtual at::Tensor loss(std::span<const TokenRow> rows, DropoutSource* dropout) = 0;
    // Greedy continuation with a key/value cache, at most maxNewTokens a row, without the start token; a row
    // ends with eos (included).
    virtual std::vector<std::vector<std::int32_t>> generate(std::span<const TokenRow> rows,
                                                            std::int64_t maxNewTokens) = 0;
    // Every linear layer in the order of the forward pass.
    virtual std::vector<Linear*> linears() = 0;
    // Every weight under its checkpoint name.
    virtual std::vector<TensorSlot> parameters() = 0;

    [[nodiscard]] virtual double configuredDropout() const = 0;
    [[nodiscard]] virtual std::int64_t vocabularySize() const = 0;
    // Whether source and target are one text, read by one stack.
    [[nodiscard]] virtual bool decoderOnly() const = 0;
    [[nodiscard]] virtual std::string architecture() const = 0;   // "T5 v1.1, 6+6 blocks, d 512"
    [[nodiscard]] virtual at::TensorOptions options() const = 0;  // of activations
};

struct BackboneOptions {
    // Of weights and computation; kBFloat16: matrices are kept and multiplied in bfloat16, all else is
    // float32 (model/projection.h).
    at::ScalarType dtype = at::kFloat;
    at::Device device = at::kCPU;  // kMeta: names and shapes alone, no weight is read
    LoadProgress progress;
};

// Loads a Hugging Face folder: config.json and weights (weights/weight_files.h), straight into the type and
// onto the device. Throws Error(Input) naming what is not supported, Error(Format) listing missing, surplus
// and wrongly shaped tensors.
std::unique_ptr<Backbone> loadBackbone(const std::string& folder, const BackboneOptions& options);

// "cpu", "cuda", "cuda:1". Throws Error(Input) when the device is not there.
at::Device parseDevice(const std::string& text);

}  // namespace jumplora
