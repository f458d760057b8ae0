// SPDX-License-Identifier: Apache-2.0
#include "train/recorded_run.h"

#include "base/error.h"
#include "model/t5_config.h"
#include "train/recorded_tensor.h"

#include <limits>

namespace jumplora {
namespace {

std::filesystem::path locate(const std::filesystem::path& given, const std::filesystem::path& beside,
                             const char* option, const char* what) {
    if (!given.empty()) return given;
    if (std::filesystem::exists(beside)) return beside;
    fail(ErrorKind::Input, "{}: the {} that the run names is not there; give its folder with {}",
         beside.string(), what, option);
}

double numberOr(const Json& object, const char* key, double otherwise, const std::string& where) {
    const auto it = object.find(key);
    return it == object.end() || it->is_null() ? otherwise : requireNumber(object, key, where);
}

std::string textOr(const Json& object, const char* key, const std::string& otherwise,
                   const std::string& where) {
    const auto it = object.find(key);
    return it == object.end() || it->is_null() ? otherwise : requireString(object, key, where);
}

const Json& requireObject(const Json& json, const char* key, const std::string& where) {
    const Json& object = requireMember(json, key, where);
    if (!object.is_object())
        fail(ErrorKind::Format, "{}: \"{}\" must be an object, found {}", where, key, describeType(object));
    return object;
}

AdapterOptions adapterOptions(const Json& run, const std::string& file) {
    const Json& adapter = requireObject(run, "adapter", file);
    const std::string where = file + ": adapter";
    AdapterOptions options;
    options.targets.clear();
    const Json& targets = requireMember(adapter, "targets", where);
    if (!targets.is_array()) fail(ErrorKind::Format, "{}: \"targets\" must be a list", where);
    for (const Json& target : targets) {
        if (!target.is_string()) fail(ErrorKind::Format, "{}: \"targets\" must be a list of names", where);
        options.targets.push_back(target.get<std::string>());
    }
    options.rank = requireInteger(adapter, "rank", where);
    options.alpha = requireNumber(adapter, "alpha", where);
    if (options.rank < 1 || options.rank > (1 << 20))
        fail(ErrorKind::Format, "{}: rank {} is impossible", where, options.rank);
    return options;
}

GateOptions gateOptions(const Json& run, const std::string& file) {
    const Json& json = requireObject(run, "gate", file);
    const std::string where = file + ": gate";
    GateOptions gate;
    const std::string type = requireString(json, "type", where);
    if (type != "jumprelu" && type != "none")
        fail(ErrorKind::Format, "{}: type \"{}\" is not known; known are none, jumprelu", where, type);
    gate.enabled = type == "jumprelu";
    if (!gate.enabled) return gate;
    gate.mode = recordedThresholdMode(requireString(json, "threshold", where), where);
    gate.bandwidth = requireNumber(json, "bandwidth", where);
    gate.first = requireNumber(json, "first", where);
    gate.final = requireNumber(json, "final", where);
    requireGate(gate, where);
    return gate;
}

std::unique_ptr<Method> recordedMethod(const Json& run, const std::string& file) {
    const Json& json = requireObject(run, "method", file);
    const std::string where = file + ": method";
    const std::string type = requireString(json, "type", where);
    Json parameters = Json::object();
    if (type == "ella") {
        parameters["lambda"] = requireNumber(json, "lambda", where);
        // "raw" is recorded where there is no gate, and then equals both modes.
        const std::string delta = textOr(json, "delta", "interpolated", where);
        if (delta != "raw" && delta != "sparse" && delta != "interpolated")
            fail(ErrorKind::Format, "{}: delta \"{}\" is not known; known are interpolated, sparse, raw",
                 where, delta);
        parameters["delta"] = delta == "sparse" ? "sparse" : "interpolated";
    }
    return createMethod(type, parameters);
}

OptimizerSpec recordedOptimizer(const Json& run, const std::string& file) {
    const Json& json = requireObject(run, "optimizer", file);
    const std::string where = file + ": optimizer";
    OptimizerSpec spec;
    spec.type = textOr(json, "type", spec.type, where);
    if (spec.type != "adamw" && spec.type != "sgd")
        fail(ErrorKind::Format, "{}: type \"{}\" is not known; known are adamw, sgd", where, spec.type);
    spec.lr = requireNumber(json, "lr", where);
    spec.weightDecay = numberOr(json, "weight_decay", 0, where);
    spec.clip = numberOr(json, "clip", 0, where);
    spec.eps = numberOr(json, "eps", spec.eps, where);
    spec.momentum = numberOr(json, "momentum", 0, where);
    spec.schedule = textOr(json, "schedule", spec.schedule, where);
    // Hugging Face's name; recorded runs warm up over no steps.
    if (spec.schedule == "constant_with_warmup") spec.schedule = "constant";
    if (spec.schedule != "constant" && spec.schedule != "linear" && spec.schedule != "cosine")
        fail(ErrorKind::Format, "{}: schedule \"{}\" is not known; known are constant, linear, cosine", where,
             spec.schedule);
    if (const auto betas = json.find("betas"); betas != json.end() && !betas->is_null()) {
        if (!betas->is_array() || betas->size() != 2 || !(*betas)[0].is_number() || !(*betas)[1].is_number())
            fail(ErrorKind::Format, "{}: \"betas\" must be two numbers", where);
        spec.beta1 = (*betas)[0].get<double>();
        spec.beta2 = (*betas)[1].get<double>();
    }
    if (!(spec.lr > 0) || !(spec.beta1 >= 0 && spec.beta1 < 1) || !(spec.beta2 >= 0 && spec.beta2 < 1))
        fail(ErrorKind::Format, "{}: lr has to be above 0, betas from 0 to below 1", where);
    return spec;
}

// The recorded modules have to be those that the targets match, in order, with the same thresholds.
void requireModules(const Json& run, const std::vector<ModuleInfo>& infos, std::int64_t rank,
                    const std::string& file) {
    const Json& modules = requireMember(run, "modules", file);
    if (!modules.is_array() || modules.size() != infos.size())
        fail(ErrorKind::Format, "{}: {} modules recorded, the targets match {} layers", file, modules.size(),
             infos.size());
    for (std::size_t i = 0; i < infos.size(); ++i) {
        const std::string where = fmt::format("{}: module {}", file, i);
        const std::string name = requireString(modules[i], "name", where);
        if (name != infos[i].name)
            fail(ErrorKind::Format, "{} is recorded as {}, found {}", where, name, infos[i].name);
        const Json& threshold = requireMember(modules[i], "threshold", where);
        const std::int64_t index = threshold.is_null() ? -1 : requireInteger(modules[i], "threshold", where);
        if (index != infos[i].threshold)
            fail(ErrorKind::Format, "{} ({}) has threshold {} in the record, {} here", where, name, index,
                 infos[i].threshold);
        const Json a = {rank, infos[i].columns};
        const Json b = {infos[i].rows, rank};
        if (requireMember(modules[i], "A", where) != a || requireMember(modules[i], "B", where) != b)
            fail(ErrorKind::Format, "{} ({}) has A {} and B {}, expected {} and {}", where, name,
                 modules[i]["A"].dump(), modules[i]["B"].dump(), a.dump(), b.dump());
    }
}

}  // namespace

RecordedTask::RecordedTask(const std::filesystem::path& path, std::int64_t width, std::int64_t modules)
    : file(path) {
    const auto tensor = [&](const char* name, const std::vector<std::int64_t>& shape, at::ScalarType type) {
        return recordedTensor(file, name, shape, type);
    };
    inputIds = tensor("input_ids", {kAnySize, kAnySize, kAnySize, kAnySize}, at::kLong);
    steps = inputIds.size(0);
    microBatches = inputIds.size(1);
    const std::int64_t rows = inputIds.size(2);
    params = tensor("params", {steps + 1, width}, at::kDouble);
    grads = tensor("grads", {steps, width}, at::kDouble);
    gradNorm = tensor("grad_norm", {steps}, at::kDouble);
    f = tensor("f", {steps}, at::kDouble);
    ce = tensor("ce", {steps, microBatches}, at::kDouble);
    penalty = tensor("penalty", {steps, microBatches}, at::kDouble);
    alive = tensor("alive", {steps + 1, modules}, at::kLong);
    lengths = tensor("lengths", {steps, microBatches, rows}, at::kLong);
    labels = tensor("labels", {steps, microBatches, rows, kAnySize}, at::kLong);
    if (steps == 0) fail(ErrorKind::Format, "{}: holds no steps", path.string());
    if (lengths.numel() == 0 || lengths.min().item<std::int64_t>() < 0 ||
        lengths.max().item<std::int64_t>() > inputIds.size(3))
        fail(ErrorKind::Format, "{}: lengths are not between 0 and {}", path.string(), inputIds.size(3));
    for (const at::Tensor* ids : {&inputIds, &labels}) {
        if (ids->numel() > 0 && ids->max().item<std::int64_t>() > std::numeric_limits<std::int32_t>::max())
            fail(ErrorKind::Format, "{}: token ids are larger than any vocabulary", path.string());
    }
}

std::vector<TokenRow> RecordedTask::rows(std::int64_t step, std::int64_t micro) const {
    std::vector<TokenRow> batch;
    const at::Tensor ids = inputIds[step][micro];
    const at::Tensor targets = labels[step][micro];
    for (std::int64_t r = 0; r < ids.size(0); ++r) {
        const auto length = lengths[step][micro][r].item<std::int64_t>();
        if (length == 0) continue;  // a smaller last batch
        TokenRow row;
        const auto* source = ids[r].data_ptr<std::int64_t>();
        row.source.assign(source, source + length);
        const auto* target = targets[r].data_ptr<std::int64_t>();
        for (std::int64_t i = 0; i < targets.size(1) && target[i] >= 0; ++i)
            row.target.push_back(static_cast<std::int32_t>(target[i]));
        if (row.target.empty())
            fail(ErrorKind::Format, "{}: step {}, row {} has no labels", file.path().string(), step, r);
        batch.push_back(std::move(row));
    }
    return batch;
}

RecordedRun::RecordedRun(const std::filesystem::path& folder, const VerifyOptions& options)
    : m_folder(folder) {
    m_json = readJsonFile(folder / "run.json");
    const std::string where = (folder / "run.json").string();
    if (requireString(m_json, "format", where) != "jumplora-golden-run/1")
        fail(ErrorKind::Format, "{}: format \"{}\" is not a recorded run", where,
             m_json["format"].get<std::string>());
    const Json& steps = requireMember(m_json, "task_steps", where);
    if (!steps.is_array() || steps.empty())
        fail(ErrorKind::Format, "{}: \"task_steps\" must be a list with one number for each task", where);
    const auto beside = std::filesystem::absolute(folder).lexically_normal();
    const auto parent = beside.has_filename() ? beside.parent_path() : beside.parent_path().parent_path();
    m_model = locate(options.model, parent / requireString(m_json, "model", where), "--model", "model");
    const Json& tasks = requireObject(m_json, "tasks", where);
    m_tasks = options.tasks.empty() ? parent / requireString(tasks, "folder", where) : options.tasks;

    const AdapterOptions adapter = adapterOptions(m_json, where);
    const GateOptions gate = gateOptions(m_json, where);
    m_method = recordedMethod(m_json, where);
    m_optimizerSpec = recordedOptimizer(m_json, where);
    BackboneOptions backboneOptions;
    backboneOptions.dtype = options.float64 ? at::kDouble : at::kFloat;
    m_backbone = loadBackbone(m_model.string(), backboneOptions);
    m_padId = parseT5Config(readJsonFile(m_model / "config.json"), m_model.string()).padId;
    m_adapters = std::make_unique<AdapterSet>(*m_backbone, adapter, gate);
    requireModules(m_json, m_adapters->infos(), adapter.rank, where);
    // Before anything as large as the settings claim is made.
    const SafetensorsFile first(taskFile(1));
    const auto& shape = first.require("params").shape;
    if (shape.size() != 2 || shape[1] != width())
        fail(ErrorKind::Format, "{}: params is [{}], the settings in run.json make {} columns",
             first.path().string(), fmt::join(shape, ", "), width());
    m_adapters->reset(0);
    beginTask();
}

std::int64_t RecordedRun::maxNewTokens() const {
    constexpr std::int64_t kReference = 8;
    const std::string where = (m_folder / "run.json").string() + ": evaluation";
    const auto evaluation = m_json.find("evaluation");
    if (evaluation == m_json.end() || !evaluation->is_object() || !evaluation->contains("max_new_tokens"))
        return kReference;
    const std::int64_t most = requireInteger(*evaluation, "max_new_tokens", where);
    if (most < 1) fail(ErrorKind::Format, "{}: \"max_new_tokens\" is {}", where, most);
    return most;
}

std::optional<double> RecordedRun::accuracy(std::int64_t task, std::int64_t seen) const {
    const auto matrix = m_json.find("matrix");
    if (matrix == m_json.end() || matrix->is_null()) return std::nullopt;
    const std::string where = (m_folder / "run.json").string();
    const auto row = static_cast<std::size_t>(task - 1);
    const auto column = static_cast<std::size_t>(seen - 1);
    if (!matrix->is_array() || row >= matrix->size() || !(*matrix)[row].is_array() ||
        column >= (*matrix)[row].size() || !(*matrix)[row][column].is_number())
        fail(ErrorKind::Format, "{}: \"matrix\" has no number for task {} after task {}", where, seen, task);
    return (*matrix)[row][column].get<double>();
}

std::filesystem::path RecordedRun::taskFile(std::int64_t task) const {
    return m_folder / fmt::format("task_{:02}.safetensors", task);
}

RecordedTask RecordedRun::task(std::int64_t number) const {
    return RecordedTask(taskFile(number), width(), static_cast<std::int64_t>(m_adapters->infos().size()));
}

std::int64_t RecordedRun::width() const {
    return m_adapters->trainable() + (m_adapters->gate().enabled ? m_adapters->thresholds() : 0);
}

void RecordedRun::beginTask() {
    m_optimizer = makeOptimizer(m_optimizerSpec, m_adapters->parameters());
    m_adapters->setThresholdsInitialised(false);
    m_adapters->setBlend(0);
}

void RecordedRun::setState(const at::Tensor& flat) {
    const at::NoGradGuard noGrad;
    std::int64_t offset = 0;
    for (at::Tensor& leaf : m_adapters->parameters()) {
        leaf.copy_(flat.narrow(0, offset, leaf.numel()).view_as(leaf));
        offset += leaf.numel();
    }
}

at::Tensor RecordedRun::state() const {
    std::vector<at::Tensor> parts;
    for (const at::Tensor& leaf : m_adapters->parameters()) parts.push_back(leaf.detach().flatten());
    return at::cat(parts);
}

void RecordedRun::setGradients(const at::Tensor& flat) {
    std::int64_t offset = 0;
    for (at::Tensor& leaf : m_adapters->parameters()) {
        leaf.mutable_grad() =
            flat.narrow(0, offset, leaf.numel()).view_as(leaf).to(leaf.scalar_type()).clone();
        offset += leaf.numel();
    }
}

at::Tensor RecordedRun::flatGradients() const {
    std::vector<at::Tensor> parts;
    for (const at::Tensor& leaf : m_adapters->parameters())
        parts.push_back(leaf.grad().defined() ? leaf.grad().flatten() : at::zeros_like(leaf).flatten());
    return at::cat(parts).detach();
}

StepLoss RecordedRun::gradients(const RecordedTask& task, std::int64_t step) {
    std::vector<std::vector<TokenRow>> batches;
    for (std::int64_t k = 0; k < task.microBatches; ++k) {
        auto rows = task.rows(step, k);
        if (!rows.empty()) batches.push_back(std::move(rows));
    }
    return computeGradients(*m_adapters, *m_method, batches.size(),
                            [&](std::size_t k) { return m_backbone->loss(batches[k], nullptr); });
}

BlendSchedule RecordedRun::schedule(std::int64_t steps) const {
    return {m_adapters->gate().first, m_adapters->gate().final, steps};
}

}  // namespace jumplora
