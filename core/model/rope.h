// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/json.h"

#include <cstdint>
#include <string>
#include <vector>

namespace jumplora {

// Rotary positions (Su et al. 2021) and how a checkpoint stretches them, as in Hugging Face's config.json.
struct RopeConfig {
    enum class Scaling { None, Linear, Dynamic, Llama3, Yarn };
    Scaling scaling = Scaling::None;
    double theta = 10000;
    double factor = 1;
    std::int64_t maxPositions = 0;       // max_position_embeddings
    std::int64_t originalPositions = 0;  // llama3, yarn: context length before stretching
    double lowFrequency = 1;             // llama3
    double highFrequency = 4;
    double betaFast = 32;  // yarn
    double betaSlow = 1;
    bool truncate = true;        // yarn: whole dimensions as borders of the ramp
    double attentionFactor = 1;  // yarn: of cosine and sine
};

// rope_theta with rope_scaling (or, as newer files have it, both in rope_parameters) of a config.json. Absent
// settings are what transformers takes for them. Throws Error(Input) naming what is not supported,
// Error(Format) naming what is missing or out of range.
RopeConfig parseRope(const Json& config, std::int64_t maxPositions, std::int64_t headWidth,
                     const std::string& where);

// "", or for example "yarn rope ×4".
std::string describeScaling(const RopeConfig& rope);

// Angle per position of each pair of a head's dimensions [headWidth / 2], for rows of at most `length`
// positions (matters to dynamic scaling alone). In single precision, as transformers computes them whatever
// the model's type is.
std::vector<float> ropeFrequencies(const RopeConfig& rope, std::int64_t headWidth, std::int64_t length);

}  // namespace jumplora
