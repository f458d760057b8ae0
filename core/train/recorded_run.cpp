// SPDX-License-Identifier: Apache-2.0
#include "train/recorded_run.h"

#include "base/error.h"
#include "model/weights.h"

namespace jumplora {
namespace {

std::filesystem::path locate(const std::filesystem::path& given, const std::filesystem::path& beside,
                             const char* option, const char* what) {
    if (!given.empty()) return given;
    if (std::filesystem::exists(beside)) return beside;
    fail(ErrorKind::Input, "{}: the {} that the run names is not there; give its folder with {}",
         beside.string(), what, option);
}

void expectShape(const at::Tensor& tensor, const std::vector<std::int64_t>& shape, const std::string& where) {
    if (tensor.sizes().vec() != shape)
        fail(ErrorKind::Format, "{} is [{}], expected [{}]", where, fmt::join(tensor.sizes().vec(), ", "),
             fmt::join(shape, ", "));
}

}  // namespace

RecordedTask::RecordedTask(const std::filesystem::path& path, std::int64_t width, std::int64_t modules)
    : file(path) {
    const auto tensor = [&](const char* name, at::ScalarType type) {
        return toTensor(file.require(name), type);
    };
    params = tensor("params", at::kDouble);
    grads = tensor("grads", at::kDouble);
    gradNorm = tensor("grad_norm", at::kDouble);
    f = tensor("f", at::kDouble);
    ce = tensor("ce", at::kDouble);
    penalty = tensor("penalty", at::kDouble);
    alive = tensor("alive", at::kLong);
    inputIds = tensor("input_ids", at::kLong);
    lengths = tensor("lengths", at::kLong);
    labels = tensor("labels", at::kLong);
    if (inputIds.dim() != 4 || labels.dim() != 4)
        fail(ErrorKind::Format, "{}: input_ids and labels must have four dimensions", path.string());
    steps = inputIds.size(0);
    microBatches = inputIds.size(1);
    const std::string where = path.string() + ": ";
    expectShape(params, {steps + 1, width}, where + "params");
    expectShape(grads, {steps, width}, where + "grads");
    expectShape(gradNorm, {steps}, where + "grad_norm");
    expectShape(f, {steps}, where + "f");
    expectShape(ce, {steps, microBatches}, where + "ce");
    expectShape(penalty, {steps, microBatches}, where + "penalty");
    expectShape(alive, {steps + 1, modules}, where + "alive");
    expectShape(lengths, {steps, microBatches, inputIds.size(2)}, where + "lengths");
    expectShape(labels, {steps, microBatches, inputIds.size(2), labels.size(3)}, where + "labels");
}

std::vector<TokenRow> RecordedTask::rows(std::int64_t step, std::int64_t micro) const {
    std::vector<TokenRow> batch;
    const at::Tensor ids = inputIds[step][micro];
    const at::Tensor targets = labels[step][micro];
    for (std::int64_t r = 0; r < ids.size(0); ++r) {
        const auto length = lengths[step][micro][r].item<std::int64_t>();
        if (length <= 0 || length > ids.size(1)) continue;
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
    const auto beside = std::filesystem::absolute(folder).lexically_normal();
    const auto parent = beside.has_filename() ? beside.parent_path() : beside.parent_path().parent_path();
    m_model = locate(options.model, parent / requireString(m_json, "model", where), "--model", "model");
    const Json& tasks = requireMember(m_json, "tasks", where);
    m_tasks = options.tasks.empty() ? parent / requireString(tasks, "folder", where) : options.tasks;

    const auto dtype = options.float64 ? at::kDouble : at::kFloat;
    BackboneOptions backboneOptions;
    backboneOptions.dtype = dtype;
    m_backbone = loadBackbone(m_model.string(), backboneOptions);

    const Json& adapter = requireMember(m_json, "adapter", where);
    AdapterOptions adapterOptions;
    adapterOptions.targets.clear();
    for (const Json& target : requireMember(adapter, "targets", where + ": adapter"))
        adapterOptions.targets.push_back(target.get<std::string>());
    adapterOptions.rank = requireInteger(adapter, "rank", where + ": adapter");
    adapterOptions.alpha = requireNumber(adapter, "alpha", where + ": adapter");
    const Json& gateJson = requireMember(m_json, "gate", where);
    GateOptions gate;
    gate.enabled = requireString(gateJson, "type", where + ": gate") == "jumprelu";
    if (gate.enabled) {
        const std::string mode = requireString(gateJson, "threshold", where + ": gate");
        gate.mode = mode == "per_block"    ? ThresholdMode::PerBlock
                    : mode == "per_module" ? ThresholdMode::PerModule
                                           : ThresholdMode::Global;
        gate.bandwidth = requireNumber(gateJson, "bandwidth", where + ": gate");
        gate.first = requireNumber(gateJson, "first", where + ": gate");
        gate.final = requireNumber(gateJson, "final", where + ": gate");
    }
    m_adapters = std::make_unique<AdapterSet>(*m_backbone, adapterOptions, gate);

    const Json& method = requireMember(m_json, "method", where);
    const std::string type = requireString(method, "type", where + ": method");
    Json parameters = Json::object();
    if (type == "ella") {
        parameters["lambda"] = requireNumber(method, "lambda", where + ": method");
        // "raw" is recorded where there is no gate, and then equals both modes.
        const std::string delta = method.value("delta", std::string("interpolated"));
        parameters["delta"] = delta == "sparse" ? "sparse" : "interpolated";
    }
    m_method = createMethod(type, parameters);

    const Json& optimizer = requireMember(m_json, "optimizer", where);
    m_optimizerSpec.lr = requireNumber(optimizer, "lr", where + ": optimizer");
    m_optimizerSpec.weightDecay = optimizer.value("weight_decay", 0.0);
    m_optimizerSpec.clip = optimizer.value("clip", 0.0);
    m_optimizerSpec.eps = optimizer.value("eps", 1e-8);
    if (const auto betas = optimizer.find("betas"); betas != optimizer.end() && betas->size() == 2) {
        m_optimizerSpec.beta1 = (*betas)[0].get<double>();
        m_optimizerSpec.beta2 = (*betas)[1].get<double>();
    }

    const Json& modules = requireMember(m_json, "modules", where);
    const auto& infos = m_adapters->infos();
    if (modules.size() != infos.size())
        fail(ErrorKind::Format, "{}: {} modules recorded, the targets match {} layers", where, modules.size(),
             infos.size());
    for (std::size_t i = 0; i < infos.size(); ++i) {
        const std::string name = requireString(modules[i], "name", where + ": modules");
        if (name != infos[i].name)
            fail(ErrorKind::Format, "{}: module {} is recorded as {}, found {}", where, i, name,
                 infos[i].name);
        const Json& threshold = requireMember(modules[i], "threshold", where + ": modules");
        const std::int64_t index = threshold.is_number_integer() ? threshold.get<std::int64_t>() : -1;
        if (index != infos[i].threshold)
            fail(ErrorKind::Format, "{}: module {} has threshold {} in the record, {} here", where, name,
                 index, infos[i].threshold);
    }
    m_adapters->reset(0);
    beginTask();
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
