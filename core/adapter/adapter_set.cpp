// SPDX-License-Identifier: Apache-2.0
#include "adapter/adapter_set.h"

#include "adapter/order_statistic.h"
#include "base/error.h"
#include "base/random.h"

#include <algorithm>
#include <cmath>

namespace jumplora {
namespace {

std::vector<std::string> splitDots(const std::string& name) {
    std::vector<std::string> parts(1);
    for (const char c : name) {
        if (c == '.') {
            parts.emplace_back();
        } else {
            parts.back() += c;
        }
    }
    return parts;
}

// "encoder.block.3.layer.0.SelfAttention.q" -> stack "encoder", block 3, group "encoder self q".
// "model.layers.3.self_attn.q_proj" -> stack "decoder", block 3, group "decoder self q_proj".
ModuleInfo describe(const Linear& layer) {
    ModuleInfo info;
    info.name = layer.name;
    info.rows = layer.weight.size(0);
    info.columns = layer.weight.size(1);
    const auto parts = splitDots(layer.name);
    std::string stack = "decoder";
    std::string part = "ff";
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (parts[i] == "encoder") stack = "encoder";
        if ((parts[i] == "block" || parts[i] == "layers") && i + 1 < parts.size())
            info.block = std::strtoll(parts[i + 1].c_str(), nullptr, 10);
        if (parts[i] == "SelfAttention" || parts[i] == "self_attn") part = "self";
        if (parts[i] == "EncDecAttention") part = "cross";
    }
    info.group = fmt::format("{} {} {}", stack, part, parts.back());
    return info;
}

}  // namespace

bool isAdapterTarget(const std::string& layer, const std::string& target) {
    const auto endsIn = [&](const std::string& ending) {
        return layer == ending || layer.ends_with("." + ending);
    };
    return endsIn(target) || endsIn(target + "_proj");
}

void addGradient(at::Tensor& leaf, const at::Tensor& gradient) {
    const at::NoGradGuard noGrad;
    if (leaf.grad().defined()) {
        leaf.mutable_grad().add_(gradient);
    } else {
        leaf.mutable_grad() = gradient.clone();
    }
}

GatedLinearArguments AdapterSet::Module::arguments() const {
    GatedLinearArguments arguments;
    arguments.scaling = set->m_options.scaling();
    arguments.blend = set->m_blend;
    arguments.bandwidth = set->m_gate.bandwidth;
    arguments.threshold = threshold;
    return arguments;
}

at::Tensor AdapterSet::Module::forward(const at::Tensor& x, const Linear& linear) {
    if (!isMatrix()) {
        const at::Tensor dropped = applyDropout(x, set->m_dropout);
        return project(x, linear.weight, linear.bias) +
               gatedLinear(dropped, {}, {}, a, b, set->m_logTau, arguments());
    }
    return gatedLinear(x, linear.weight, linear.bias, a, b, set->m_logTau, arguments());
}

at::Tensor AdapterSet::Module::matrix(const Linear& linear) const {
    return gatedMatrix(linear.weight, a, b, set->m_logTau, arguments());
}

bool AdapterSet::Module::isMatrix() const {
    return set->m_dropout == nullptr || set->m_dropout->probability() <= 0;
}

AdapterSet::AdapterSet(Backbone& backbone, const AdapterOptions& options, const GateOptions& gate)
    : m_options(options), m_gate(gate) {
    std::vector<bool> used(options.targets.size());
    std::vector<std::string> endings;
    std::map<std::string, std::int64_t> blockThresholds;
    for (Linear* layer : backbone.linears()) {
        const std::string ending = splitDots(layer->name).back();
        if (std::find(endings.begin(), endings.end(), ending) == endings.end()) endings.push_back(ending);
        bool adapted = false;
        for (std::size_t t = 0; t < options.targets.size(); ++t) {
            if (!isAdapterTarget(layer->name, options.targets[t])) continue;
            used[t] = true;
            adapted = true;
        }
        if (!adapted) continue;
        ModuleInfo info = describe(*layer);
        if (gate.enabled) {
            const std::string stack = info.group.substr(0, info.group.find(' '));
            switch (gate.mode) {
                case ThresholdMode::Global:
                    info.threshold = 0;
                    m_thresholds = 1;
                    break;
                case ThresholdMode::PerBlock:
                    info.threshold =
                        blockThresholds.try_emplace(fmt::format("{} {}", stack, info.block), m_thresholds)
                            .first->second;
                    m_thresholds = static_cast<std::int64_t>(blockThresholds.size());
                    break;
                case ThresholdMode::PerModule:
                    info.threshold = m_thresholds++;
                    break;
            }
        } else {
            info.threshold = -1;
        }
        m_entries += info.rows * info.columns;
        m_trainable += options.rank * (info.rows + info.columns);
        auto module = std::make_unique<Module>();
        module->set = this;
        module->layer = layer;
        module->threshold = info.threshold;
        m_modules.push_back(std::move(module));
        m_infos.push_back(std::move(info));
    }
    for (std::size_t t = 0; t < used.size(); ++t) {
        if (!used[t])
            fail(ErrorKind::Input,
                 "adapter.targets: \"{}\" matches no linear layer of the backbone; its layers end in {}",
                 options.targets[t], fmt::join(endings, ", "));
    }
    if (m_modules.empty())
        fail(ErrorKind::Input, "adapter.targets: the list is empty; nothing would be trained");
    for (auto& module : m_modules) {
        // What updates are added to, task after task, keeps the bits that small ones change.
        module->layer->weight = module->layer->weight.to(backbone.options().dtype());
        module->layer->adapter = module.get();
    }
}

AdapterSet::~AdapterSet() {
    for (auto& module : m_modules) module->layer->adapter = nullptr;
}

void AdapterSet::reset(std::uint64_t seed) {
    for (std::size_t i = 0; i < m_modules.size(); ++i) {
        Module& module = *m_modules[i];
        const auto options = module.layer->weight.options().requires_grad(false);
        // Kaiming uniform with a = √5 is uniform in ±1/√n.
        const double bound = 1.0 / std::sqrt(static_cast<double>(m_infos[i].columns));
        Rng rng(deriveSeed(seed, m_infos[i].name));
        auto a = at::empty({m_options.rank, m_infos[i].columns}, at::kDouble);
        double* values = a.data_ptr<double>();
        for (std::int64_t j = 0; j < a.numel(); ++j) values[j] = rng.uniform(-bound, bound);
        module.a = a.to(options).set_requires_grad(true);
        module.b = at::zeros({m_infos[i].rows, m_options.rank}, options).set_requires_grad(true);
    }
    if (m_gate.enabled) {
        const auto options = m_modules.front()->layer->weight.options().requires_grad(false);
        m_logTau = at::full({m_thresholds}, kInitialLogThreshold, options).set_requires_grad(true);
    }
    m_blend = 0;
    m_initialised = false;
}

std::vector<at::Tensor> AdapterSet::parameters() const {
    std::vector<at::Tensor> all;
    for (const auto& module : m_modules) {
        all.push_back(module->a);
        all.push_back(module->b);
    }
    if (m_gate.enabled) all.push_back(m_logTau);
    return all;
}

at::Tensor AdapterSet::product(std::size_t module) const {
    return gatedWeight({}, m_modules[module]->a, m_modules[module]->b, {});
}

double AdapterSet::tauOf(std::size_t module) const {
    return thresholdOf(m_logTau, m_infos[module].threshold);
}

GateFactors AdapterSet::deltaFactors(std::size_t module, DeltaMode mode) const {
    const double s = m_options.scaling();
    if (!m_gate.enabled || m_blend <= 0.0) return {-1, s, s};
    return {tauOf(module), s, mode == DeltaMode::Sparse ? 0.0 : s * (1.0 - m_blend)};
}

at::Tensor AdapterSet::effectiveDelta(std::size_t module, DeltaMode mode) const {
    return gatedWeight({}, m_modules[module]->a, m_modules[module]->b, deltaFactors(module, mode));
}

at::Tensor AdapterSet::maskedDelta(std::size_t module) const {
    const double tau = m_gate.enabled ? tauOf(module) : -1;
    return gatedWeight({}, m_modules[module]->a, m_modules[module]->b, {tau, m_options.scaling(), 0});
}

void AdapterSet::addDeltaGradient(std::size_t module, const at::Tensor& gradient, DeltaMode mode) {
    Module& m = *m_modules[module];
    const GateGradient g = gateGradient(gradient, m.a, m.b, deltaFactors(module, mode), m_gate.bandwidth);
    addGradient(m.b, g.b);
    addGradient(m.a, g.a);
}

double AdapterSet::addOverlapTerm(std::size_t module, const at::Tensor& past, double weight, DeltaMode mode) {
    Module& m = *m_modules[module];
    const OverlapTerm term = overlapTerm(past, m.a, m.b, deltaFactors(module, mode), weight);
    if (term.a.defined()) {
        addGradient(m.b, term.b);
        addGradient(m.a, term.a);
    }
    return term.value;
}

void AdapterSet::initialiseThresholds() {
    const at::NoGradGuard noGrad;
    if (!m_gate.enabled) return;
    for (std::int64_t t = 0; t < m_thresholds; ++t) {
        std::int64_t entries = 0;
        std::int64_t parameters = 0;
        std::vector<Factors> products;
        for (std::size_t i = 0; i < m_infos.size(); ++i) {
            const ModuleInfo& info = m_infos[i];
            if (info.threshold != t) continue;
            entries += info.rows * info.columns;
            parameters += m_options.rank * (info.rows + info.columns);
            products.push_back({m_modules[i]->a, m_modules[i]->b});
        }
        // The published code takes one place earlier for thresholds per block; per_module is ours and exact.
        std::int64_t k = entries - parameters + (m_gate.mode == ThresholdMode::PerBlock ? 0 : 1);
        k = std::clamp<std::int64_t>(k, 1, entries);
        const double value = kthSmallestMagnitude(k, products);
        auto floored = at::full({}, std::max(value, 1e-12), m_logTau.options().requires_grad(false));
        m_logTau.select(0, t).copy_(floored.log());
    }
    m_initialised = true;
}

std::vector<double> AdapterSet::tau() const {
    if (!m_gate.enabled) return {};
    const at::NoGradGuard noGrad;
    const at::Tensor tau = m_logTau.exp().to(at::kDouble).to(at::kCPU);
    return {tau.data_ptr<double>(), tau.data_ptr<double>() + tau.numel()};
}

std::vector<std::int64_t> AdapterSet::aliveCounts() const {
    std::vector<std::int64_t> counts;
    for (std::size_t i = 0; i < m_infos.size(); ++i) {
        counts.push_back(m_gate.enabled ? countOf(i).alive : m_infos[i].rows * m_infos[i].columns);
    }
    return counts;
}

GateCount AdapterSet::countOf(std::size_t module) const {
    return countGate(m_modules[module]->a, m_modules[module]->b, m_gate.enabled ? tauOf(module) : -1,
                     m_gate.bandwidth);
}

GateSnapshot AdapterSet::snapshot() const {
    GateSnapshot result;
    std::vector<double> windows(static_cast<std::size_t>(m_thresholds));
    std::vector<double> sizes(static_cast<std::size_t>(m_thresholds));
    for (std::size_t i = 0; i < m_infos.size(); ++i) {
        const std::int64_t entries = m_infos[i].rows * m_infos[i].columns;
        const GateCount count = countOf(i);
        const bool gated = m_gate.enabled && m_initialised;
        result.maxAbs.push_back(count.maxAbs);
        result.alive.push_back(gated ? count.alive : entries);
        if (gated) {
            const auto t = static_cast<std::size_t>(m_infos[i].threshold);
            windows[t] += static_cast<double>(count.inWindow);
            sizes[t] += static_cast<double>(entries);
        }
        result.aliveTotal += result.alive.back();
    }
    for (std::size_t t = 0; t < windows.size(); ++t)
        result.inWindow.push_back(sizes[t] > 0 ? windows[t] / sizes[t] : 0);
    return result;
}

void AdapterSet::merge() {
    const at::NoGradGuard noGrad;
    for (std::size_t i = 0; i < m_modules.size(); ++i) m_modules[i]->layer->weight.add_(maskedDelta(i));
}

AdapterSet::EvaluationScope::EvaluationScope(AdapterSet& set) : m_set(set) {
    const at::NoGradGuard noGrad;
    for (std::size_t i = 0; i < set.m_modules.size(); ++i) {
        Linear& layer = *set.m_modules[i]->layer;
        m_weights.push_back(layer.weight);
        const Module& module = *set.m_modules[i];
        layer.weight =
            gatedWeight(layer.weight, module.a, module.b, set.deltaFactors(i, DeltaMode::Interpolated));
        layer.adapter = nullptr;
    }
}

AdapterSet::EvaluationScope::~EvaluationScope() {
    for (std::size_t i = 0; i < m_set.m_modules.size(); ++i) {
        Linear& layer = *m_set.m_modules[i]->layer;
        layer.weight = m_weights[i];
        layer.adapter = m_set.m_modules[i].get();
    }
}

}  // namespace jumplora
