// SPDX-License-Identifier: Apache-2.0
#include "peft/lora_adapter.h"

#include "base/error.h"
#include "weights/names_listed.h"
#include "weights/weight_files.h"
#include "weights/weights.h"

#include <algorithm>
#include <map>
#include <set>

namespace jumplora {
namespace {

constexpr std::string_view kPrefix = "base_model.model.";
constexpr const char* kHead = "lm_head";
constexpr const char* kWeight = ".weight";

// Module of a parameter: all but the last part.
std::string moduleOf(const std::string& parameter) {
    const std::size_t dot = parameter.rfind('.');
    return dot == std::string::npos ? std::string() : parameter.substr(0, dot);
}

class Reader {
  public:
    Reader(const std::filesystem::path& folder, Backbone& backbone)
        : m_config(LoraConfig::read(folder)),
          m_files(WeightFiles::ofAdapter(folder)),
          m_backbone(backbone),
          m_where(m_files.path().string()) {
        for (const TensorSlot& slot : backbone.parameters()) m_slots[slot.name] = slot.tensor;
        m_tied = m_slots.count(std::string(kHead) + kWeight) == 0;
    }

    std::vector<LoraAdapter::Module> modules() {
        std::vector<LoraAdapter::Module> result;
        const auto add = [&](const std::string& name, Linear* layer, at::Tensor* weight) {
            // An update smaller than bfloat16's steps counts, too.
            *weight = weight->to(m_backbone.options().dtype());
            LoraAdapter::Module module;
            module.name = name;
            module.layer = layer;
            module.weight = weight;
            const LoraConfig::Settings settings = m_config.settings(name);
            module.scaling = settings.scaling;
            const std::string stem = std::string(kPrefix) + name;
            module.a = take(stem + ".lora_A.weight", {settings.rank, weight->size(1)});
            module.b = take(stem + ".lora_B.weight", {weight->size(0), settings.rank});
            // peft stores the weight of the layer that makes logits beside its adapter.
            const std::string baseName = stem + ".base_layer.weight";
            if (layer == nullptr && m_files.find(baseName) != nullptr)
                module.base = take(baseName, weight->sizes().vec());
            if (module.a.defined() && module.b.defined()) result.push_back(std::move(module));
        };
        for (Linear* layer : m_backbone.linears())
            if (m_config.targets(layer->name, false)) add(layer->name, layer, &layer->weight);
        if (m_config.targets(kHead, true)) {
            if (!m_tied)
                add(kHead, nullptr, m_slots.at(std::string(kHead) + kWeight));
            else if (m_files.find(fmt::format("{}{}.lora_A.weight", kPrefix, kHead)) != nullptr)
                fail(ErrorKind::Input,
                     "{}: an adapter on {} is not supported: this backbone makes logits with its embedding",
                     m_where, kHead);
        }
        return result;
    }

    std::vector<LoraAdapter::Replacement> replacements() {
        std::vector<LoraAdapter::Replacement> result;
        for (const auto& [name, slot] : m_slots) {
            if (!isSaved(name)) continue;
            refuseShared(name);
            LoraAdapter::Replacement replacement{name, slot,
                                                 take(std::string(kPrefix) + name, slot->sizes().vec())};
            if (replacement.value.defined()) result.push_back(std::move(replacement));
        }
        return result;
    }

    // Throws unless everything was found and nothing is left.
    void finish() {
        std::vector<std::string> surplus;
        for (const WeightFiles::Tensor& tensor : m_files.tensors()) {
            const std::string& name = tensor.view->name;
            if (m_used.count(name) != 0) continue;
            if (name.starts_with(kPrefix)) refuseShared(name.substr(kPrefix.size()));
            surplus.push_back(name);
        }
        if (m_missing.empty() && m_wrong.empty() && surplus.empty()) return;
        fail(ErrorKind::Format, "{}: the adapter does not fit adapter_config.json and the backbone{}{}{}",
             m_where, listed("missing", m_missing), listed("of another shape or type", m_wrong),
             listed("not known", surplus));
    }

  private:
    // A module that is stored as a whole, or a part of one.
    bool isSaved(const std::string& parameter) const {
        for (std::string module = moduleOf(parameter); !module.empty(); module = moduleOf(module))
            if (m_config.saves(module)) return true;
        return false;
    }

    // One tensor that stands for several modules cannot be replaced for one of them.
    void refuseShared(const std::string& name) const {
        const bool head = name == std::string(kHead) + kWeight;
        const bool embedding = name == "shared.weight" || name.ends_with("embed_tokens.weight");
        if ((head && m_tied) || (embedding && (m_tied || !m_backbone.decoderOnly())))
            fail(ErrorKind::Input,
                 "{}: {} is stored as a whole, but this backbone uses one weight for several of its "
                 "embeddings; "
                 "that is not supported",
                 m_where, name);
    }

    at::Tensor take(const std::string& name, const std::vector<std::int64_t>& shape) {
        m_used.insert(name);
        const WeightFiles::Tensor* found = m_files.find(name);
        if (found == nullptr) {
            m_missing.push_back(name);
            return {};
        }
        const TensorView& view = *found->view;
        if (view.shape != shape || !at::isFloatingType(toScalarType(view.dtype))) {
            m_wrong.push_back(fmt::format("{} is {} [{}], expected [{}]", name, dtypeName(view.dtype),
                                          fmt::join(view.shape, ", "), fmt::join(shape, ", ")));
            return {};
        }
        const at::TensorOptions options = m_backbone.options();
        at::Tensor tensor = toTensor(view, c10::typeMetaToScalarType(options.dtype())).to(options.device());
        if (!at::isfinite(tensor).all().item<bool>())
            fail(ErrorKind::Format, "{}: tensor \"{}\" holds values that are not finite", m_where, name);
        return tensor;
    }

    LoraConfig m_config;
    WeightFiles m_files;
    Backbone& m_backbone;
    std::string m_where;
    std::map<std::string, at::Tensor*> m_slots;
    bool m_tied = false;
    std::set<std::string> m_used;
    std::vector<std::string> m_missing, m_wrong;
};

at::Tensor merged(const LoraAdapter::Module& module) {
    return at::addmm(module.base.defined() ? module.base : *module.weight, module.b, module.a, 1,
                     module.scaling);
}

}  // namespace

LoraAdapter::LoraAdapter(const std::filesystem::path& folder, Backbone& backbone) {
    Reader reader(folder, backbone);
    m_modules = reader.modules();
    m_replacements = reader.replacements();
    reader.finish();
    if (m_modules.empty() && m_replacements.empty())
        fail(ErrorKind::Input, "{}: target_modules names no layer of this backbone ({})", folder.string(),
             backbone.architecture());
}

std::int64_t LoraAdapter::parameters() const {
    std::int64_t count = 0;
    for (const Module& module : m_modules) count += module.a.numel() + module.b.numel();
    for (const Replacement& each : m_replacements) count += each.value.numel();
    return count;
}

void LoraAdapter::merge() const {
    const at::NoGradGuard noGrad;
    for (const Module& module : m_modules) {
        if (module.base.defined()) module.weight->copy_(module.base);
        module.weight->addmm_(module.b, module.a, 1, module.scaling);
    }
    for (const Replacement& each : m_replacements) each.weight->copy_(each.value);
}

struct LoraAdapter::InPlace::Layer : LinearAdapter {
    explicit Layer(const Module& from) : module(from) {}
    at::Tensor forward(const at::Tensor& x, const Linear& layer) override {
        return project(x, layer.weight, layer.bias) +
               at::linear(at::linear(x, module.a), module.b) * module.scaling;
    }
    [[nodiscard]] at::Tensor matrix(const Linear& layer) const override {
        return layer.weight.to(module.a.scalar_type()).addmm(module.b, module.a, 1, module.scaling);
    }
    const Module& module;
};

LoraAdapter::InPlace::InPlace(const LoraAdapter& adapter) {
    const at::NoGradGuard noGrad;
    for (const Module& module : adapter.m_modules) {
        if (module.layer == nullptr) {
            m_before.emplace_back(module.weight, *module.weight);
            *module.weight = merged(module);
            continue;
        }
        m_layers.push_back(std::make_unique<Layer>(module));
        module.layer->adapter = m_layers.back().get();
    }
    for (const Replacement& each : adapter.m_replacements) {
        m_before.emplace_back(each.weight, *each.weight);
        *each.weight = each.value;
    }
}

LoraAdapter::InPlace::~InPlace() {
    for (const auto& layer : m_layers) layer->module.layer->adapter = nullptr;
    for (auto& [weight, before] : m_before) *weight = before;
}

}  // namespace jumplora
