// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "model/backbone.h"
#include "model/llama_config.h"
#include "model/packed.h"
#include "model/rotary.h"
#include "weights/weights.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace jumplora {

// Decoder-only models of the Llama family; computes what Hugging Face's LlamaForCausalLM, MistralForCausalLM,
// Qwen2ForCausalLM and Qwen3ForCausalLM compute, on packed tokens.
class Llama : public Backbone {
  public:
    // Weights of a checkpoint, in the type and on the device of the reader. Names may lack "model." in front.
    Llama(LlamaConfig config, WeightReader& weights);

    at::Tensor loss(std::span<const TokenRow> rows, DropoutSource* dropout) override;
    std::vector<std::vector<std::int32_t>> generate(std::span<const TokenRow> rows,
                                                    std::int64_t maxNewTokens) override;
    std::vector<Linear*> linears() override;
    std::vector<TensorSlot> parameters() override;
    [[nodiscard]] double configuredDropout() const override { return m_config.attentionDropout; }
    [[nodiscard]] std::int64_t vocabularySize() const override { return m_config.vocabularySize; }
    [[nodiscard]] std::string architecture() const override;
    [[nodiscard]] bool decoderOnly() const override { return true; }
    [[nodiscard]] at::TensorOptions options() const override {
        return m_finalNorm.options().requires_grad(false);
    }
    [[nodiscard]] const LlamaConfig& config() const { return m_config; }

    // ids [tokens] packed by rows -> hidden states [wanted, d] of the tokens at `wanted` (places in the
    // packed batch, ascending), before the last norm. `length` is what dynamic positions take for the longest
    // row.
    at::Tensor decode(const at::Tensor& ids, const std::shared_ptr<const PackedRows>& rows,
                      std::int64_t length, const at::Tensor& wanted, DropoutSource* dropout);
    // Hidden states as decode() gives them, [tokens, d] -> [tokens, vocabulary].
    [[nodiscard]] at::Tensor logits(const at::Tensor& hidden) const;
    // As generate(); dynamic positions take the longest row so far for at least `length` tokens long.
    std::vector<std::vector<std::int32_t>> continueRows(std::span<const TokenRow> rows,
                                                        std::int64_t maxNewTokens, std::int64_t length);

  private:
    struct Block {
        at::Tensor inputNorm, feedForwardNorm;  // [d]
        at::Tensor queryNorm, keyNorm;          // [head width]; Qwen 3 only
        Linear q, k, v, o, gate, up, down;
        std::int64_t window = 0;
    };
    // Of some tokens: turned by their positions, [tokens, heads·width].
    struct Heads {
        at::Tensor q, k, v;
    };
    struct Cache;

    void build(WeightReader& weights);
    [[nodiscard]] at::Tensor embed(const at::Tensor& ids) const;
    [[nodiscard]] Heads heads(const Block& block, const at::Tensor& x, const RotaryAngles& angles) const;
    [[nodiscard]] at::Tensor feedForward(const Block& block, const at::Tensor& input) const;
    // What decode() does, with keys and values of each block handed to `keep`.
    at::Tensor run(const at::Tensor& ids, const std::shared_ptr<const PackedRows>& rows, std::int64_t length,
                   const at::Tensor& wanted, DropoutSource* dropout,
                   const std::function<void(const Heads&)>& keep);
    // One token of each row behind those of the cache.
    at::Tensor step(const at::Tensor& ids, Cache& cache, std::int64_t length);

    LlamaConfig m_config;
    at::Tensor m_embedding;  // [vocabulary, d]
    at::Tensor m_head;       // [vocabulary, d]; the same tensor as m_embedding when tied
    at::Tensor m_finalNorm;  // [d]
    std::vector<Block> m_blocks;
};

}  // namespace jumplora
