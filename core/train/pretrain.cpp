// SPDX-License-Identifier: Apache-2.0
#include "train/pretrain.h"

#include "base/file.h"
#include "base/random.h"
#include "data/builtin_pretraining.h"
#include "data/builtin_world.h"
#include "data/scoring.h"
#include "model/t5.h"
#include "text/t5_tokenizer.h"
#include "train/optimizer.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace jumplora {
namespace {

constexpr double kEmbeddingDeviation = 0.15;
constexpr double kClip = 1.0;
constexpr std::int64_t kStageOneSteps = 400;
constexpr std::int64_t kLexiconSteps = 240;
constexpr std::int64_t kStageTwoSteps = 1200;

T5Config builtinConfig() {
    T5Config config;
    config.vocabularySize = 2192;
    config.dModel = 128;
    config.dKv = 32;
    config.dFf = 384;
    config.encoderLayers = 2;
    config.decoderLayers = 2;
    config.heads = 4;
    config.buckets = 32;
    config.maxDistance = 64;
    config.dropout = 0;
    return config;
}

using DrawKind = PretrainingKind (*)(Rng&);

std::vector<TokenRow> drawBatch(const Tokenizer& tokenizer, DrawKind draw, std::int64_t size, Rng& rng) {
    std::vector<TokenRow> batch;
    for (std::int64_t i = 0; i < size; ++i) {
        const auto example = drawPretrainingExample(draw(rng), rng);
        batch.push_back({tokenizer.encode(example.source), tokenizer.encode(example.target)});
    }
    return batch;
}

// One phase: steps with their own batch size and mixture, sharing an optimizer with its neighbours.
struct Phase {
    const char* name;
    DrawKind draw;
    std::int64_t batch;
    std::int64_t steps;
};

double attributeAccuracy(T5& model, const Tokenizer& tokenizer, std::uint64_t seed) {
    constexpr std::int64_t kExamples = 1000;
    constexpr std::int64_t kMaxNewTokens = 4;
    Rng rng(deriveSeed(seed, "pretraining check"));
    std::vector<TokenRow> rows;
    std::vector<std::string> labels;
    for (std::int64_t i = 0; i < kExamples; ++i) {
        auto example = drawPretrainingExample(PretrainingKind::PromptedAttribute, rng);
        rows.push_back({tokenizer.encode(example.source), {}});
        labels.push_back(std::move(example.target));
    }
    const auto answers = model.generate(rows, kMaxNewTokens);
    double correct = 0;
    for (std::size_t i = 0; i < answers.size(); ++i)
        correct += exactMatch(tokenizer.decode(answers[i], true), labels[i]) ? 1 : 0;
    return correct / static_cast<double>(kExamples);
}

}  // namespace

double pretrainBuiltinBackbone(const std::filesystem::path& folder, const PretrainOptions& options,
                               const std::function<void(const PretrainProgress&)>& progress) {
    makeFolder(folder);
    const std::string pieces = serialise(BuiltinWorld::instance().tokenizerModel());
    T5TokenizerOptions tokenizerOptions;
    tokenizerOptions.extraIds = BuiltinWorld::kSentinels;
    const T5Tokenizer tokenizer(parseSentencePieceModel(pieces, "built-in"), tokenizerOptions, "built-in",
                                "");
    T5 model(builtinConfig(), {}, deriveSeed(options.seed, "pretraining init"), kEmbeddingDeviation);
    std::vector<at::Tensor> leaves;
    for (const TensorSlot& slot : model.parameters()) leaves.push_back(slot.tensor->set_requires_grad(true));

    const auto scaled = [&](std::int64_t steps) {
        return std::max<std::int64_t>(1, std::llround(static_cast<double>(steps) * options.scale));
    };
    const std::int64_t stageOne = scaled(kStageOneSteps);
    const std::int64_t stageTwo = scaled(kStageTwoSteps);
    const std::int64_t lexicon = std::min(stageOne, scaled(kLexiconSteps));
    OptimizerSpec spec;
    spec.beta2 = 0.98;
    std::int64_t done = 0;
    const auto train = [&](const std::vector<Phase>& phases, Optimizer& optimizer, std::int64_t stage,
                           const std::function<double(std::int64_t)>& rate) {
        std::int64_t step = 0;
        for (const Phase& phase : phases) {
            for (std::int64_t i = 0; i < phase.steps; ++i, ++step) {
                const auto started = std::chrono::steady_clock::now();
                Rng rng(deriveSeed(options.seed, "pretraining batch", static_cast<std::uint64_t>(stage),
                                   static_cast<std::uint64_t>(step)));
                const auto batch = drawBatch(tokenizer, phase.draw, phase.batch, rng);
                for (at::Tensor& leaf : leaves) leaf.mutable_grad() = at::Tensor();
                const at::Tensor loss = model.loss(batch, nullptr);
                loss.backward();
                clipGradients(leaves, kClip);
                optimizer.step(rate(step));
                const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - started;
                ++done;
                if (progress)
                    progress({phase.name, done, stageOne + stageTwo, loss.item<double>(), seconds.count()});
            }
        }
    };
    const auto optimizerOne = makeOptimizer(spec, leaves);
    train({{"lexicon", drawLexiconPhase, 256, lexicon},
           {"plain text", drawPlainTextPhase, 96, stageOne - lexicon}},
          *optimizerOne, 1, [&](std::int64_t step) {
              const auto s = static_cast<double>(step + 1);
              return 3e-3 * std::min(1.0, s / 50.0) * (1.0 - 0.8 * s / static_cast<double>(stageOne));
          });
    spec.weightDecay = 0.01;
    const auto optimizerTwo = makeOptimizer(spec, leaves);
    train({{"prompts", drawPromptPhase, 64, stageTwo}}, *optimizerTwo, 2, [&](std::int64_t step) {
        const auto s = static_cast<double>(step + 1);
        return 2e-3 * std::min(1.0, s / 100.0) * (1.0 - s / static_cast<double>(stageTwo));
    });

    std::vector<std::pair<std::string, at::Tensor>> tensors;
    for (const TensorSlot& slot : model.parameters()) {
        const at::NoGradGuard noGrad;
        // Rounded before it is judged: what is measured is what is stored.
        slot.tensor->copy_(slot.tensor->to(at::kHalf));
        tensors.emplace_back(slot.name, slot.tensor->to(at::kHalf));
    }
    const double accuracy = attributeAccuracy(model, tokenizer, options.seed);
    writeTensors(folder / "model.safetensors", tensors, {{"format", "pt"}});
    writeFileAtomically(folder / "config.json", toJson(model.config()).dump(2) + "\n");
    writeFileAtomically(folder / "spiece.model", pieces);
    const Json tokenizerConfig = {{"tokenizer_class", "T5Tokenizer"},
                                  {"extra_ids", tokenizerOptions.extraIds}};
    writeFileAtomically(folder / "tokenizer_config.json", tokenizerConfig.dump(2) + "\n");
    return accuracy;
}

}  // namespace jumplora
