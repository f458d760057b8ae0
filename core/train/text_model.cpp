// SPDX-License-Identifier: Apache-2.0
#include "train/text_model.h"

#include "adapter/adapter_set.h"
#include "base/error.h"
#include "model/threads.h"
#include "train/evaluator.h"
#include "train/run_setup.h"
#include "weights/weight_files.h"

#include <algorithm>
#include <map>

namespace jumplora {
namespace {

constexpr std::int64_t kMaxNewTokens = 32;

void describeTokenizer(BackboneSummary& summary) {
    try {
        const auto tokenizer = loadTokenizer(summary.folder);
        summary.tokenizer = tokenizer->kind();
        summary.tokenizerVocabulary = tokenizer->vocabularySize();
        summary.tokenizerHash = tokenizer->contentHash();
    } catch (const Error& e) {
        summary.tokenizerProblem = e.what();
    }
}

void describeFile(BackboneSummary& summary) {
    const WeightFiles files = WeightFiles::ofModel(summary.folder);
    std::map<std::string, std::int64_t> elements;
    for (const auto& tensor : files.tensors())
        elements[dtypeName(tensor.view->dtype)] += tensor.view->elements();
    summary.storedBytes = files.bytes();
    const auto most = std::max_element(elements.begin(), elements.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    if (most != elements.end()) summary.storedType = most->first;
}

void describeAdapter(BackboneSummary& summary, Backbone& backbone, const std::vector<std::string>& targets,
                     std::int64_t rank) {
    AdapterOptions options;
    options.targets = targets;
    options.rank = rank;
    try {
        const AdapterSet adapters(backbone, options, {});
        summary.adapter = AdapterCost{static_cast<std::int64_t>(adapters.infos().size()), adapters.entries(),
                                      adapters.trainable(),
                                      adapters.trainable() * static_cast<std::int64_t>(sizeof(float))};
    } catch (const Error& e) {
        summary.adapterProblem = e.what();
    }
}

}  // namespace

struct TextModel::State {
    std::unique_ptr<Tokenizer> tokenizer;
    std::unique_ptr<Backbone> backbone;
};

TextModel::TextModel(const std::string& folder, const TextModelOptions& options)
    : m_state(std::make_unique<State>()) {
    setComputeThreads(static_cast<int>(options.threads));
    BackboneOptions backbone;
    backbone.device = parseDevice(options.device);
    backbone.dtype = parsePrecision(options.precision);
    m_state->tokenizer = loadTokenizer(backboneFolder(folder));
    backbone.progress = options.progress;
    m_state->backbone = loadBackbone(backboneFolder(folder), backbone);
    if (options.prepare) options.prepare(*m_state->backbone);
}

TextModel::~TextModel() = default;

std::vector<std::string> TextModel::answer(const std::vector<std::string>& texts,
                                           const GenerationOptions& options) {
    EvaluationOptions evaluation;
    evaluation.batchSize = options.batchSize.value_or(evaluation.batchSize);
    evaluation.maxNewTokens = options.maxNewTokens.value_or(kMaxNewTokens);
    evaluation.maxSourceLength = options.maxSourceLength.value_or(evaluation.maxSourceLength);
    return answerTexts(*m_state->backbone, *m_state->tokenizer, {texts.begin(), texts.end()}, evaluation, {});
}

BackboneSummary describeBackbone(const std::string& folder, const std::vector<std::string>& targets,
                                 std::int64_t rank) {
    BackboneSummary summary;
    summary.folder = backboneFolder(folder);
    BackboneOptions options;
    options.device = at::kMeta;
    const auto backbone = loadBackbone(summary.folder, options);
    summary.architecture = backbone->architecture();
    summary.vocabulary = backbone->vocabularySize();
    summary.dropout = backbone->configuredDropout();
    for (const TensorSlot& slot : backbone->parameters()) summary.parameters += slot.tensor->numel();
    for (const Linear* layer : backbone->linears())
        summary.linears.push_back({layer->name, layer->weight.size(0), layer->weight.size(1)});
    describeFile(summary);
    describeTokenizer(summary);
    describeAdapter(summary, *backbone, targets, rank);
    return summary;
}

}  // namespace jumplora
