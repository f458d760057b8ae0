// SPDX-License-Identifier: Apache-2.0
#include "peft/adapter_import.h"

#include "peft/lora_adapter.h"
#include "train/run_setup.h"

#include <algorithm>

namespace jumplora {
namespace {

std::unique_ptr<Backbone> load(const std::string& folder, const LoadProgress& progress) {
    BackboneOptions options;
    options.progress = progress;
    return loadBackbone(backboneFolder(folder), options);
}

}  // namespace

AdapterSummary describeAdapter(const std::filesystem::path& adapter, const std::string& backbone,
                               const LoadProgress& progress) {
    AdapterSummary summary;
    summary.baseModel = LoraConfig::read(adapter).baseModel();
    const auto model = load(backbone, progress);
    const LoraAdapter lora(adapter, *model);
    summary.architecture = model->architecture();
    summary.modules = static_cast<std::int64_t>(lora.modules().size());
    summary.replaced = static_cast<std::int64_t>(lora.replacements().size());
    summary.parameters = lora.parameters();
    for (const LoraAdapter::Module& module : lora.modules()) {
        const bool first = &module == &lora.modules().front();
        const std::int64_t rank = module.a.size(0);
        summary.smallestRank = first ? rank : std::min(summary.smallestRank, rank);
        summary.largestRank = first ? rank : std::max(summary.largestRank, rank);
        summary.smallestScaling = first ? module.scaling : std::min(summary.smallestScaling, module.scaling);
        summary.largestScaling = first ? module.scaling : std::max(summary.largestScaling, module.scaling);
    }
    return summary;
}

ModelFolderReport importAdapter(const std::filesystem::path& adapter, const std::string& backbone,
                                const std::filesystem::path& output, const std::string& dtype,
                                const LoadProgress& progress) {
    const auto model = load(backbone, progress);
    LoraAdapter(adapter, *model).merge();
    return writeModelFolder(*model, backboneFolder(backbone), output, dtype);
}

std::function<void(Backbone&)> mergingAdapter(const std::filesystem::path& adapter) {
    return [adapter](Backbone& backbone) { LoraAdapter(adapter, backbone).merge(); };
}

}  // namespace jumplora
