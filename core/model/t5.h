// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "model/backbone.h"
#include "model/packed.h"
#include "model/t5_config.h"
#include "weights/weights.h"

#include <memory>
#include <string>
#include <vector>

namespace jumplora {

// Raffel et al. 2020 (v1.0) and the v1.1 / Flan variants; computes what Hugging Face's
// T5ForConditionalGeneration computes, on packed tokens.
class T5 : public Backbone {
  public:
    // Random weights drawn from `seed` as Hugging Face initialises T5, except the embedding's deviation.
    T5(const T5Config& config, const BackboneOptions& options, std::uint64_t seed, double embeddingDeviation);
    // Weights of a checkpoint, in the type and on the device of the reader.
    T5(const T5Config& config, WeightReader& weights);

    at::Tensor loss(std::span<const TokenRow> rows, DropoutSource* dropout) override;
    std::vector<std::vector<std::int32_t>> generate(std::span<const TokenRow> rows,
                                                    std::int64_t maxNewTokens) override;
    std::vector<Linear*> linears() override;
    std::vector<TensorSlot> parameters() override;
    [[nodiscard]] double configuredDropout() const override { return m_config.dropout; }
    [[nodiscard]] std::int64_t vocabularySize() const override { return m_config.vocabularySize; }
    [[nodiscard]] std::string architecture() const override;
    [[nodiscard]] bool decoderOnly() const override { return false; }
    [[nodiscard]] at::TensorOptions options() const override {
        return m_encoder.finalNorm.options().requires_grad(false);
    }
    [[nodiscard]] const T5Config& config() const { return m_config; }

    // ids [tokens] packed by rows -> last hidden state [tokens, d].
    at::Tensor encode(const at::Tensor& ids, const std::shared_ptr<const PackedRows>& rows,
                      DropoutSource* dropout);
    // Decoder ids [tokens] packed by rows -> hidden state [tokens, d].
    at::Tensor decode(const at::Tensor& ids, const std::shared_ptr<const PackedRows>& rows,
                      const at::Tensor& memory, const std::shared_ptr<const PackedRows>& memoryRows,
                      DropoutSource* dropout);
    // Hidden state [tokens, d] -> [tokens, vocabulary].
    [[nodiscard]] at::Tensor logits(const at::Tensor& hidden) const;
    // Bucket of each (query, key) distance [queries, keys] int64; queries start at position `firstQuery`.
    [[nodiscard]] at::Tensor relativeBuckets(std::int64_t queries, std::int64_t keys, bool bidirectional,
                                             std::int64_t firstQuery = 0) const;

  private:
    struct Attention {
        Linear q, k, v, o;
    };
    struct Block {
        at::Tensor selfNorm, crossNorm, ffNorm;
        Attention self, cross;  // cross: decoder only
        Linear wi0, wi1, wo;    // wi1: gated only; wi0 is "wi" without a gate
    };
    struct Stack {
        std::vector<Block> blocks;
        at::Tensor relativeBias;  // [buckets, heads]
        at::Tensor finalNorm;
        bool decoder = false;
    };

    template <typename Source>
    void build(Source&& source);
    at::Tensor embed(const at::Tensor& ids, DropoutSource* dropout) const;
    at::Tensor positionBias(const Stack& stack, std::int64_t queries, std::int64_t keys,
                            std::int64_t firstQuery) const;
    at::Tensor feedForward(const Block& block, const at::Tensor& input, DropoutSource* dropout) const;
    [[nodiscard]] AttentionArguments withHeads(AttentionArguments arguments, DropoutSource* dropout) const;
    at::Tensor attendSelf(const Attention& attention, const at::Tensor& x, const at::Tensor& bias,
                          const AttentionArguments& arguments, DropoutSource* dropout) const;
    at::Tensor attendMemory(const Attention& attention, const at::Tensor& x, const at::Tensor& memory,
                            const AttentionArguments& arguments, DropoutSource* dropout) const;

    T5Config m_config;
    at::Tensor m_shared;  // [vocabulary, d]
    at::Tensor m_head;    // [vocabulary, d]; the same tensor as m_shared when tied
    Stack m_encoder, m_decoder;
};

}  // namespace jumplora
