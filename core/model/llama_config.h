// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/json.h"
#include "model/rope.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace jumplora {

// config.json of a decoder-only model of the Llama family: Llama, Mistral, Qwen 2, Qwen 3.
struct LlamaConfig {
    std::string family;  // model_type
    std::int64_t vocabularySize = 0;
    std::int64_t dModel = 0;
    std::int64_t dFf = 0;
    std::int64_t layers = 0;
    std::int64_t heads = 0;
    std::int64_t keyHeads = 0;
    std::int64_t headWidth = 0;
    double epsilon = 1e-6;
    std::string activation = "silu";  // as activationName() gives it
    bool tiedEmbeddings = false;
    bool queryBias = false;   // of q, k and v
    bool outputBias = false;  // of o
    bool feedForwardBias = false;
    bool headNorms = false;  // RMSNorm of each head of q and k
    double attentionDropout = 0;
    RopeConfig rope;
    std::vector<std::int64_t> windows;  // per layer; 0: sees everything before it
    std::vector<std::int32_t> stopIds;  // any of them ends a row
    std::optional<std::int64_t>
        padId;                // of the embedding; may be negative: counted from the vocabulary's end
    std::int64_t fillId = 0;  // what Hugging Face fills rows with that ended

    [[nodiscard]] std::int64_t queryWidth() const { return heads * headWidth; }
    [[nodiscard]] std::int64_t keyWidth() const { return keyHeads * headWidth; }
};

// True for model_type llama, mistral, qwen2, qwen3.
bool isLlamaFamily(const std::string& modelType);

// `generation` is generation_config.json's content, null without one: its eos and pad ids go first. Settings
// that are absent are what transformers takes for them. Throws Error(Input) naming what is not supported with
// its value (a setting that is not known counts as such unless it is null, false, 0 or empty), Error(Format)
// naming what is missing or out of range.
LlamaConfig parseLlamaConfig(const Json& json, const Json& generation, const std::string& where);

// Settings of a config.json that change nothing of what is computed here.
bool isHarmlessSetting(const std::string& key);

}  // namespace jumplora
