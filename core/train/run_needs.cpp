// SPDX-License-Identifier: Apache-2.0
#include "train/run_plan.h"

#include <algorithm>
#include <cmath>

namespace jumplora {
namespace {

// As a real number: a damaged file may name sizes whose product no integer holds.
double sizeOf(const Json& config, const char* key, double fallback) {
    const auto found = config.find(key);
    return found != config.end() && found->is_number() ? found->get<double>() : fallback;
}

// What autograd keeps between the passes of one micro-batch: of a token in a block the inputs of its norms
// and products (the scores of attention are computed again), of the head the scores of all words.
double encoderDecoderFloats(const RunSpec& spec, const Json& config, double source) {
    const auto rows = static_cast<double>(spec.train.batchSize);
    const auto target = static_cast<double>(spec.train.maxTargetLength);
    const double width = sizeOf(config, "d_model", 512);
    const double heads = sizeOf(config, "num_heads", 8);
    const double inner = heads * sizeOf(config, "d_kv", 64);
    const double hidden = sizeOf(config, "d_ff", 2048);
    const double encoders = sizeOf(config, "num_layers", 6);
    const double decoders = sizeOf(config, "num_decoder_layers", encoders);
    const double attention = 4 * width + 4 * inner;
    const double feedForward = 3 * hidden + 2 * width;
    return rows * (encoders * source * (attention + feedForward) +
                   decoders * target * (2 * attention + feedForward)) +
           3 * rows * target * sizeOf(config, "vocab_size", 32128) +
           3 * heads * source * source;  // scores of the row at work
}

double decoderOnlyFloats(const RunSpec& spec, const Json& config, double source) {
    const auto rows = static_cast<double>(spec.train.batchSize);
    const auto target = static_cast<double>(spec.train.maxTargetLength);
    const double tokens = source + target;
    const double width = sizeOf(config, "hidden_size", 4096);
    const double heads = sizeOf(config, "num_attention_heads", 32);
    const double headWidth = sizeOf(config, "head_dim", width / std::max(heads, 1.0));
    const double keyHeads = sizeOf(config, "num_key_value_heads", heads);
    const double hidden = sizeOf(config, "intermediate_size", 11008);
    const double attention = 3 * width + (heads + 2 * keyHeads) * headWidth;
    const double feedForward = 2 * hidden + 2 * width;
    const double scored = spec.train.lossOnPrompt ? tokens : target;
    return rows * sizeOf(config, "num_hidden_layers", 32) * tokens * (attention + feedForward) +
           3 * rows * scored * sizeOf(config, "vocab_size", 32000) + 3 * heads * tokens * tokens;
}

double activationFloats(const RunSpec& spec, const Json& config, double source) {
    return config.contains("hidden_size") ? decoderOnlyFloats(spec, config, source)
                                          : encoderDecoderFloats(spec, config, source);
}

}  // namespace

RunNeeds estimateNeeds(const RunSpec& spec, const RunPlan& plan, const BackboneShape& shape,
                       double sourceTokens) {
    const std::int64_t size = spec.backbone.precision == "float64" ? 8 : 4;
    std::int64_t trainable = 0;
    std::int64_t entries = 0;
    std::int64_t largest = 0;
    for (const ModuleInfo& module : shape.modules) {
        trainable += spec.adapter.rank * (module.rows + module.columns);
        entries += module.rows * module.columns;
        largest = std::max(largest, module.rows * module.columns);
    }

    RunNeeds needs;
    needs.weightBytes = shape.weightBytes;
    const std::int64_t moments = spec.optimizer.type == "adamw" ? 2 : spec.optimizer.momentum != 0 ? 1 : 0;
    needs.adapterBytes = trainable * size * (2 + moments);
    const std::string& method = spec.method.type;
    const std::int64_t tasks = static_cast<std::int64_t>(plan.stages.size());
    if (method == "ella" && tasks > 1) needs.memoryOfPastBytes = entries * size;
    if (method == "ewc" && spec.method.parameters.value("on", "ab") == "delta")
        needs.memoryOfPastBytes = 2 * entries * size;
    if (method == "ewc" && spec.method.parameters.value("on", "ab") == "ab")
        needs.memoryOfPastBytes = 2 * trainable * size;
    if (method == "olora") needs.memoryOfPastBytes = (tasks - 1) * trainable * size;

    const double source =
        std::clamp(std::ceil(sourceTokens), 1.0, static_cast<double>(spec.train.maxSourceLength));
    double floats = activationFloats(spec, shape.config, source);
    if (spec.gate.type != "none") floats += 4 * static_cast<double>(largest);
    constexpr double kMost = 1e18;
    needs.activationBytes =
        static_cast<std::int64_t>(std::clamp(floats * static_cast<double>(size), 0.0, kMost));
    constexpr std::int64_t kLibraries = 180LL << 20;  // LibTorch and what it loads, resident
    needs.programBytes = kLibraries;

    constexpr std::int64_t kAdapterSize = 4;  // stored in single precision
    needs.adapterFileBytes = trainable * kAdapterSize;
    needs.checkpointBytes = trainable * size * (1 + moments);
    constexpr std::int64_t kPredictionBytes = 600;
    constexpr std::int64_t kEventBytes = 500;
    needs.diskBytes = needs.adapterFileBytes * tasks + needs.checkpointBytes +
                      plan.evaluatedRows * kPredictionBytes + plan.steps * kEventBytes;
    return needs;
}

}  // namespace jumplora
