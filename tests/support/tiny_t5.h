// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/file.h"
#include "base/random.h"
#include "model/t5.h"

#include <filesystem>

namespace jumplora::testing {

// A T5 of a few thousand weights whose sizes all differ.
inline T5Config tinyConfig() {
    T5Config config;
    config.vocabularySize = 29;
    config.dModel = 12;
    config.dKv = 5;
    config.dFf = 14;
    config.encoderLayers = 2;
    config.decoderLayers = 3;
    config.heads = 3;
    config.buckets = 8;
    config.maxDistance = 20;
    config.dropout = 0;
    return config;
}

// Random weights as a checkpoint in `folder`, stored as `stored`. Norms differ from 1, so that they show.
inline void writeTinyT5(const std::filesystem::path& folder, const T5Config& config, std::uint64_t seed,
                        at::ScalarType stored = at::kFloat) {
    BackboneOptions options;
    options.dtype = at::kDouble;
    T5 model(config, options, seed, 1.0);
    std::vector<std::pair<std::string, at::Tensor>> tensors;
    for (const TensorSlot& slot : model.parameters()) {
        at::Tensor value = *slot.tensor;
        if (slot.name.find("norm") != std::string::npos) {
            Rng rng(deriveSeed(seed, slot.name));
            value = at::empty_like(value);
            for (std::int64_t i = 0; i < value.numel(); ++i) value[i] = rng.uniform(0.5, 1.5);
        }
        tensors.emplace_back(slot.name, value.to(stored));
    }
    writeTensors(folder / "model.safetensors", tensors, {{"format", "pt"}});
    writeFileAtomically(folder / "config.json", toJson(config).dump(1));
}

}  // namespace jumplora::testing
