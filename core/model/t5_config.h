// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/json.h"

#include <cstdint>
#include <string>

namespace jumplora {

// config.json of a T5 (v1.0, v1.1, Flan). Defaults as in Hugging Face's T5Config.
struct T5Config {
    std::int64_t vocabularySize = 32128;
    std::int64_t dModel = 512;
    std::int64_t dKv = 64;
    std::int64_t dFf = 2048;
    std::int64_t encoderLayers = 6;
    std::int64_t decoderLayers = 6;
    std::int64_t heads = 8;
    std::int64_t buckets = 32;
    std::int64_t maxDistance = 128;
    double dropout = 0.1;
    double epsilon = 1e-6;
    std::string activation = "relu";  // relu, gelu (exact), gelu_new (tanh), silu
    bool gated = false;
    bool tiedEmbeddings = true;
    std::int32_t padId = 0;
    std::int32_t eosId = 1;
    std::int32_t startId = 0;

    [[nodiscard]] std::int64_t innerWidth() const { return heads * dKv; }
};

// Throws Error(Input) naming what is not supported, Error(Format) naming what is missing or out of range.
T5Config parseT5Config(const Json& json, const std::string& where);
Json toJson(const T5Config& config);

}  // namespace jumplora
