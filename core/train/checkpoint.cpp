// SPDX-License-Identifier: Apache-2.0
#include "train/checkpoint.h"

#include "base/error.h"
#include "weights/weights.h"

namespace jumplora {
namespace {

constexpr const char* kCheckpointFormat = "jumplora-checkpoint/1";
constexpr const char* kAdapterFormat = "jumplora-adapter/1";

void copyInto(at::Tensor& target, const TensorView& view, const std::string& file) {
    const at::NoGradGuard noGrad;
    if (target.sizes().vec() != view.shape)
        fail(ErrorKind::Format, "{}: \"{}\" has another shape than this run's adapters", file, view.name);
    target.copy_(toTensor(view));
}

// A double that reads back to the same bits.
std::string exact(double value) { return fmt::format("{:a}", value); }

std::vector<std::pair<std::string, at::Tensor>> adapterTensors(AdapterSet& adapters) {
    std::vector<std::pair<std::string, at::Tensor>> tensors;
    for (std::size_t i = 0; i < adapters.infos().size(); ++i) {
        tensors.emplace_back(adapters.infos()[i].name + ".lora_A", adapters.a(i));
        tensors.emplace_back(adapters.infos()[i].name + ".lora_B", adapters.b(i));
    }
    if (adapters.gate().enabled) tensors.emplace_back("log_threshold", adapters.logTau());
    return tensors;
}

void restoreAdapters(const SafetensorsFile& file, AdapterSet& adapters) {
    for (std::size_t i = 0; i < adapters.infos().size(); ++i) {
        const std::string& name = adapters.infos()[i].name;
        copyInto(adapters.a(i), file.require(name + ".lora_A"), file.path().string());
        copyInto(adapters.b(i), file.require(name + ".lora_B"), file.path().string());
    }
    if (adapters.gate().enabled)
        copyInto(adapters.logTau(), file.require("log_threshold"), file.path().string());
    char* end = nullptr;
    const std::string& f = file.requireMetadata("f");
    const double blend = std::strtod(f.c_str(), &end);
    if (end == f.c_str() || !(blend >= 0 && blend <= 1))
        fail(ErrorKind::Format, "{}: blend factor \"{}\" is not between 0 and 1", file.path().string(), f);
    adapters.setBlend(blend);
    adapters.setThresholdsInitialised(file.requireMetadata("threshold_initialised") == "true");
}

}  // namespace

std::int64_t writeCheckpoint(const std::filesystem::path& path, const Checkpoint& checkpoint,
                             AdapterSet& adapters, const Optimizer* optimizer, const Method& method) {
    auto tensors = adapterTensors(adapters);
    if (optimizer != nullptr) {
        for (const auto& [name, tensor] : optimizer->state())
            tensors.emplace_back("optimizer." + name, tensor);
    }
    for (const auto& [name, tensor] : method.state()) tensors.emplace_back("method." + name, tensor);
    const Json state = {{"task", checkpoint.task},          {"step", checkpoint.step},
                        {"merged", checkpoint.merged},      {"event_bytes", checkpoint.eventBytes},
                        {"spec_hash", checkpoint.specHash}, {"carry", checkpoint.carry}};
    return writeTensors(path, tensors,
                        {{"format", kCheckpointFormat},
                         {kChecksumKey, ""},
                         {"f", exact(adapters.blend())},
                         {"threshold_initialised", adapters.thresholdsInitialised() ? "true" : "false"},
                         {"state", state.dump()}});
}

Checkpoint readCheckpoint(const std::filesystem::path& path) {
    const SafetensorsFile file(path);
    if (file.requireMetadata("format") != kCheckpointFormat)
        fail(ErrorKind::Format, "{}: is not a checkpoint of this program", path.string());
    const std::string where = path.string() + " (state)";
    const Json state = parseJson(file.requireMetadata("state"), where);
    Checkpoint checkpoint;
    checkpoint.task = requireInteger(state, "task", where);
    checkpoint.step = requireInteger(state, "step", where);
    const Json& merged = requireMember(state, "merged", where);
    checkpoint.merged = merged.is_boolean() && merged.get<bool>();
    checkpoint.eventBytes = requireInteger(state, "event_bytes", where);
    checkpoint.specHash = requireString(state, "spec_hash", where);
    checkpoint.carry = requireMember(state, "carry", where);
    if (checkpoint.task < 1 || checkpoint.step < 0 || checkpoint.eventBytes < 0 ||
        !checkpoint.carry.is_object())
        fail(ErrorKind::Format, "{}: holds impossible values", where);
    return checkpoint;
}

void restoreCheckpoint(const std::filesystem::path& path, AdapterSet& adapters, Optimizer* optimizer,
                       Method& method) {
    const SafetensorsFile file(path);
    restoreAdapters(file, adapters);
    std::map<std::string, at::Tensor> optimizerState;
    MethodState methodState;
    for (const TensorView& view : file.tensors()) {
        if (view.name.starts_with("optimizer.")) optimizerState[view.name.substr(10)] = toTensor(view);
        if (view.name.starts_with("method.")) methodState[view.name.substr(7)] = toTensor(view);
    }
    if (optimizer != nullptr) optimizer->setState(optimizerState);
    const auto device = adapters.baseWeight(0).device();
    for (auto& [name, tensor] : methodState) tensor = tensor.to(device);
    method.setState(methodState);
}

std::int64_t writeAdapter(const std::filesystem::path& path, AdapterSet& adapters, std::int64_t task,
                          const std::string& taskName) {
    Json modules = Json::array();
    for (const ModuleInfo& info : adapters.infos())
        modules.push_back({{"name", info.name},
                           {"group", info.group},
                           {"block", info.block},
                           {"rows", info.rows},
                           {"columns", info.columns},
                           {"threshold", info.threshold}});
    return writeTensors(path, adapterTensors(adapters),
                        {{"format", kAdapterFormat},
                         {kChecksumKey, ""},
                         {"task", std::to_string(task)},
                         {"name", taskName},
                         {"f", exact(adapters.blend())},
                         {"threshold_initialised", adapters.thresholdsInitialised() ? "true" : "false"},
                         {"scaling", exact(adapters.options().scaling())},
                         {"gate", adapters.gate().enabled ? "jumprelu" : "none"},
                         {"modules", modules.dump()}});
}

void loadAdapter(const std::filesystem::path& path, AdapterSet& adapters) {
    const SafetensorsFile file(path);
    if (file.requireMetadata("format") != kAdapterFormat)
        fail(ErrorKind::Format, "{}: is not an adapter of this program", path.string());
    if ((file.requireMetadata("gate") == "jumprelu") != adapters.gate().enabled)
        fail(ErrorKind::Format, "{}: was trained {} a gate, this run is the other way", path.string(),
             adapters.gate().enabled ? "without" : "with");
    restoreAdapters(file, adapters);
}

}  // namespace jumplora
