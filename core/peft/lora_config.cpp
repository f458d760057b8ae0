// SPDX-License-Identifier: Apache-2.0
#include "peft/lora_config.h"

#include "base/error.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>

namespace jumplora {
namespace {

// Settings that say nothing about what a trained adapter computes, or that are checked one by one.
constexpr std::array kKnown = {
    "alpha_pattern",       "auto_mapping",      "base_model_name_or_path", "bias",
    "ensure_weight_tying", "eva_config",        "exclude_modules",         "fan_in_fan_out",
    "inference_mode",      "init_lora_weights", "layers_pattern",          "layers_to_transform",
    "lora_alpha",          "lora_dropout",      "megatron_core",           "modules_to_save",
    "peft_type",           "peft_version",      "qalora_group_size",       "r",
    "rank_pattern",        "revision",          "runtime_config",          "target_modules",
    "task_type",           "use_rslora"};

// What they would be called in a message.
struct Unsupported {
    const char* key;
    const char* what;
};
constexpr std::array<Unsupported, 11> kUnsupported = {
    {{"use_dora", "DoRA"},
     {"use_qalora", "QALoRA"},
     {"lora_bias", "a bias of the adapter"},
     {"layer_replication", "replicated layers"},
     {"target_parameters", "adapted parameters that are no linear layer"},
     {"trainable_token_indices", "trained rows of the embedding"},
     {"alora_invocation_tokens", "activated LoRA"},
     {"arrow_config", "Arrow routing"},
     {"megatron_config", "Megatron's layers"},
     {"loftq_config", "LoftQ, which changes the base weights"},
     {"corda_config", "CorDA, which changes the base weights"}}};

// Null, false, "", [] and {} switch nothing on.
bool isOff(const Json& value) {
    return value.is_null() || (value.is_boolean() && !value.get<bool>()) ||
           ((value.is_structured() || value.is_string()) && value.empty()) ||
           (value.is_string() && value.get_ref<const std::string&>().empty());
}

bool endsInPart(const std::string& module, const std::string& name) {
    return module == name || (module.size() > name.size() && module.ends_with(name) &&
                              module[module.size() - name.size() - 1] == '.');
}

bool fits(const Regex& pattern, const std::string& text) { return !pattern.findAll(text).empty(); }

const Json* member(const Json& json, const std::string& key) {
    const auto found = json.find(key);
    return found == json.end() || found->is_null() ? nullptr : &*found;
}

}  // namespace

bool LoraConfig::Selection::contains(const std::string& module) const {
    if (pattern) return fits(*pattern, module);
    return std::any_of(names.begin(), names.end(),
                       [&](const std::string& name) { return endsInPart(module, name); });
}

LoraConfig LoraConfig::read(const std::filesystem::path& adapterFolder) {
    const auto file = adapterFolder / "adapter_config.json";
    if (!std::filesystem::exists(file))
        fail(ErrorKind::Input,
             "{}: adapter_config.json is missing; give a folder that peft's save_pretrained has written",
             adapterFolder.string());
    return {readJsonFile(file), file.string()};
}

LoraConfig::LoraConfig(const Json& json, std::string where) : m_where(std::move(where)) {
    if (!json.is_object())
        fail(ErrorKind::Format, "{}: found {}, expected an object", m_where, describeType(json));
    refuseUnsupported(json);
    if (const Json* base = member(json, "base_model_name_or_path"); base != nullptr && base->is_string())
        m_baseModel = base->get<std::string>();
    constexpr std::int64_t kMaxRank = 1 << 20;
    if (member(json, "r") != nullptr) m_rank = requireInteger(json, "r", m_where);
    if (m_rank < 1 || m_rank > kMaxRank)
        fail(ErrorKind::Format, "{}: r is {}, expected a rank from 1", m_where, m_rank);
    if (member(json, "lora_alpha") != nullptr) m_alpha = requireNumber(json, "lora_alpha", m_where);
    if (!std::isfinite(m_alpha)) fail(ErrorKind::Format, "{}: lora_alpha is not finite", m_where);
    if (const Json* stabilised = member(json, "use_rslora")) {
        if (!stabilised->is_boolean())
            fail(ErrorKind::Format, "{}: use_rslora must be true or false", m_where);
        m_rankStabilised = stabilised->get<bool>();
    }
    if (member(json, "modules_to_save") != nullptr) {
        m_saved = texts(json, "modules_to_save");
        for (const std::string& name : m_saved)
            m_savedPatterns.push_back(compile("\\A(?:^|.*\\.)", name, "(?:$|\\..*)", "modules_to_save"));
    }
    readTargets(json);
    readLayers(json);
    readPatterns(json, "rank_pattern", m_ranks, true);
    readPatterns(json, "alpha_pattern", m_alphas, false);
}

void LoraConfig::refuseUnsupported(const Json& json) const {
    const std::string type = requireString(json, "peft_type", m_where);
    if (type != "LORA") fail(ErrorKind::Input, "{}: peft_type {} is not supported; LORA is", m_where, type);
    for (const Unsupported& each : kUnsupported) {
        const Json* value = member(json, each.key);
        if (value != nullptr && !isOff(*value))
            fail(ErrorKind::Input, "{}: {} ({}) is not supported", m_where, each.key, each.what);
    }
    if (const Json* bias = member(json, "bias"); bias != nullptr && *bias != "none")
        fail(ErrorKind::Input, "{}: bias {} is not supported; \"none\" is", m_where, bias->dump());
    // These begin with other base weights than the checkpoint's; the rest only begins with other A and B.
    constexpr std::array kInitialisations = {"gaussian", "orthogonal", "eva"};
    if (const Json* init = member(json, "init_lora_weights"); init != nullptr && !init->is_boolean()) {
        const auto* known = std::find_if(kInitialisations.begin(), kInitialisations.end(),
                                         [&](const char* name) { return *init == name; });
        if (known == kInitialisations.end())
            fail(ErrorKind::Input,
                 "{}: init_lora_weights {} is not supported: it changes the base weights. Convert the "
                 "adapter with "
                 "peft's path_initial_model_for_weight_conversion",
                 m_where, init->dump());
    }
    if (const Json* tying = member(json, "ensure_weight_tying");
        tying != nullptr && !isOff(*tying) && member(json, "modules_to_save") != nullptr)
        fail(ErrorKind::Input, "{}: ensure_weight_tying with modules_to_save is not supported", m_where);
    for (const auto& item : json.items()) {
        const std::string& key = item.key();
        const bool known =
            std::any_of(kKnown.begin(), kKnown.end(), [&](const char* name) { return key == name; }) ||
            std::any_of(kUnsupported.begin(), kUnsupported.end(),
                        [&](const Unsupported& each) { return key == each.key; });
        if (!known && !isOff(item.value()))
            fail(ErrorKind::Input, "{}: \"{}\" is not known; it may change what the adapter computes",
                 m_where, key);
    }
}

Regex LoraConfig::compile(const std::string& before, const std::string& pattern, const std::string& after,
                          const std::string& key) const {
    const std::string where = fmt::format("{}: {}", m_where, key);
    // By itself first: "a)|(b" must not become one by what stands around it.
    (void)Regex(pattern, where, Regex::Syntax::Pcre2);
    return {before + "(?:" + pattern + ")" + after, where, Regex::Syntax::Pcre2};
}

std::vector<std::string> LoraConfig::texts(const Json& json, const std::string& key) const {
    const Json& list = json.at(key);
    std::vector<std::string> values;
    if (list.is_string()) return {list.get<std::string>()};
    if (!list.is_array())
        fail(ErrorKind::Format, "{}: {} is {}, expected a list of names", m_where, key, describeType(list));
    for (const Json& each : list) {
        if (!each.is_string() || each.get_ref<const std::string&>().empty())
            fail(ErrorKind::Format, "{}: {} holds {}, expected names", m_where, key, each.dump());
        values.push_back(each.get<std::string>());
    }
    return values;
}

LoraConfig::Selection LoraConfig::selection(const Json& json, const std::string& key) const {
    Selection result;
    if (json.at(key).is_string())
        result.pattern = compile("\\A", json.at(key).get<std::string>(), "\\z", key);
    else
        result.names = texts(json, key);
    return result;
}

void LoraConfig::readTargets(const Json& json) {
    const Json* targets = member(json, "target_modules");
    if (targets == nullptr)
        fail(ErrorKind::Input, "{}: target_modules is missing; which modules are adapted is not known",
             m_where);
    std::string text = targets->is_string() ? targets->get<std::string>() : std::string();
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    m_allLinear = text == "all-linear";
    if (!m_allLinear) m_targets = selection(json, "target_modules");
    if (const Json* excluded = member(json, "exclude_modules"); excluded != nullptr && !isOff(*excluded))
        m_excluded = selection(json, "exclude_modules");
}

void LoraConfig::readLayers(const Json& json) {
    const Json* layers = member(json, "layers_to_transform");
    if (layers == nullptr || (layers->is_array() && layers->empty())) return;
    if (m_targets.pattern || m_allLinear)
        fail(ErrorKind::Format, "{}: layers_to_transform needs target_modules as a list", m_where);
    m_layers.emplace();
    for (const Json& each : layers->is_array() ? *layers : Json::array({*layers})) {
        if (!each.is_number_integer())
            fail(ErrorKind::Format, "{}: layers_to_transform holds {}, expected numbers of layers", m_where,
                 each.dump());
        m_layers->push_back(each.get<std::int64_t>());
    }
    const Json* patterns = member(json, "layers_pattern");
    if (patterns == nullptr || isOff(*patterns)) {
        m_layerPatterns.push_back(compile("\\A.*\\.", "[^.]*", "\\.[0-9]+\\.", "layers_pattern"));
        return;
    }
    for (const std::string& name : texts(json, "layers_pattern"))
        m_layerPatterns.push_back(compile("\\A.*\\.", name, "\\.[0-9]+\\.", "layers_pattern"));
}

void LoraConfig::readPatterns(const Json& json, const std::string& key, std::vector<PatternValue>& patterns,
                              bool isRank) const {
    const Json* all = member(json, key);
    if (all == nullptr) return;
    if (!all->is_object())
        fail(ErrorKind::Format, "{}: {} is {}, expected an object", m_where, key, describeType(*all));
    for (const auto& [name, value] : all->items()) {
        const bool fitting =
            isRank ? value.is_number_integer() && value.get<double>() >= 1 && value.get<double>() <= (1 << 20)
                   : value.is_number() && std::isfinite(value.get<double>());
        if (!fitting)
            fail(ErrorKind::Format, "{}: {} gives \"{}\" the value {}", m_where, key, name, value.dump());
        patterns.push_back({compile("\\A(?:.*\\.)?", name, "\\z", key), value.get<double>()});
    }
}

bool LoraConfig::inChosenLayer(const std::string& module) const {
    if (!m_layers) return true;
    for (const Regex& pattern : m_layerPatterns) {
        const auto found = pattern.findAll(module);
        if (found.empty()) continue;
        // "...layers.12." ends the match.
        const std::string head = module.substr(0, found.front().second - 1);
        const std::string digits = head.substr(head.rfind('.') + 1);
        std::int64_t layer = -1;
        std::from_chars(digits.data(), digits.data() + digits.size(), layer);
        return std::find(m_layers->begin(), m_layers->end(), layer) != m_layers->end();
    }
    return false;
}

bool LoraConfig::targets(const std::string& module, bool isHead) const {
    if (m_excluded.contains(module)) return false;
    for (const Regex& pattern : m_savedPatterns)
        if (fits(pattern, module)) return false;
    if (m_allLinear) return !isHead;
    if (m_targets.pattern) return m_targets.contains(module);
    // A name that stands there as a whole is taken whatever its layer.
    if (std::find(m_targets.names.begin(), m_targets.names.end(), module) != m_targets.names.end())
        return true;
    return m_targets.contains(module) && inChosenLayer(module);
}

bool LoraConfig::saves(const std::string& module) const {
    return std::any_of(m_saved.begin(), m_saved.end(),
                       [&](const std::string& name) { return module.ends_with(name); });
}

LoraConfig::Settings LoraConfig::settings(const std::string& module) const {
    const auto valueOf = [&](const std::vector<PatternValue>& patterns, double otherwise) {
        const auto found = std::find_if(patterns.begin(), patterns.end(),
                                        [&](const PatternValue& each) { return fits(each.pattern, module); });
        return found == patterns.end() ? otherwise : found->value;
    };
    Settings result;
    result.rank = static_cast<std::int64_t>(valueOf(m_ranks, static_cast<double>(m_rank)));
    const auto rank = static_cast<double>(result.rank);
    result.scaling = valueOf(m_alphas, m_alpha) / (m_rankStabilised ? std::sqrt(rank) : rank);
    return result;
}

}  // namespace jumplora
