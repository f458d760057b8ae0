// SPDX-License-Identifier: Apache-2.0
#include "adapter/gated_linear.h"
#include "base/error.h"
#include "model/weights.h"
#include "train/step.h"
#include "train/verify.h"
#include "train/verify_compare.h"

#include <cmath>

namespace jumplora {
namespace {

struct Limits {
    double value;
    double gradient;
};

Limits limits(bool float64) { return float64 ? Limits{1e-9, 1e-9} : Limits{2e-5, 1e-3}; }

double number(const SafetensorsFile& file, const std::string& key) {
    const std::string& text = file.requireMetadata(key);
    char* end = nullptr;
    const double value = std::strtod(text.c_str(), &end);
    if (end == text.c_str() || !std::isfinite(value))
        fail(ErrorKind::Format, "{}: metadata \"{}\" is \"{}\", expected a number", file.path().string(), key,
             text);
    return value;
}

void compare(VerifyReport& report, const std::string& quantity, const at::Tensor& computed,
             const at::Tensor& recorded, double limit, const std::string& where = {}) {
    const Difference d = compareTensors(computed, recorded);
    report.add(
        quantity, d.relative(), limit, "of largest",
        where.empty() ? fmt::format("entry {}", d.index) : fmt::format("{}, entry {}", where, d.index));
}

// A backbone of one linear layer, so that recorded layers go through the same adapter set as models.
class OneLayer : public Backbone {
  public:
    explicit OneLayer(at::Tensor weight) { m_layer = Linear{"layer.q", std::move(weight), {}, nullptr}; }
    at::Tensor loss(std::span<const TokenRow>, DropoutSource*) override { return {}; }
    std::vector<std::vector<std::int32_t>> generate(std::span<const TokenRow>, std::int64_t) override {
        return {};
    }
    std::vector<Linear*> linears() override { return {&m_layer}; }
    std::vector<TensorSlot> parameters() override { return {{"layer.q.weight", &m_layer.weight}}; }
    [[nodiscard]] double configuredDropout() const override { return 0; }
    [[nodiscard]] std::int64_t vocabularySize() const override { return 0; }
    [[nodiscard]] std::string architecture() const override { return "one linear layer"; }
    [[nodiscard]] at::TensorOptions options() const override { return m_layer.weight.options(); }
    [[nodiscard]] const Linear& layer() const { return m_layer; }

  private:
    Linear m_layer;
};

void verifyForwardBackward(const SafetensorsFile& file, at::ScalarType dtype, const Limits& limit,
                           VerifyReport& report) {
    const auto leaf = [&](const char* name) {
        return toTensor(file.require(name), dtype).set_requires_grad(true);
    };
    const at::Tensor x = leaf("x");
    const at::Tensor weight = toTensor(file.require("weight"), dtype);
    const at::Tensor a = leaf("A");
    const at::Tensor b = leaf("B");
    const at::Tensor logTau = leaf("log_threshold");
    at::Tensor bias;
    if (const TensorView* view = file.find("bias")) bias = toTensor(*view, dtype);
    if (a.dim() != 2 || b.dim() != 2 || weight.dim() != 2 || x.dim() < 1 || a.size(0) != b.size(1) ||
        weight.size(0) != b.size(0) || weight.size(1) != a.size(1) || x.size(-1) != a.size(1) ||
        logTau.numel() != 1)
        fail(ErrorKind::Format, "{}: the shapes of x, weight, A, B do not fit together",
             file.path().string());
    GatedLinearArguments arguments;
    arguments.scaling = number(file, "alpha") / static_cast<double>(a.size(0));
    arguments.blend = number(file, "f");
    arguments.bandwidth = number(file, "bandwidth");
    arguments.threshold = 0;
    const at::Tensor y = gatedLinear(x, weight, bias, a, b, logTau, arguments);
    const at::Tensor dy = toTensor(file.require("dy"), dtype);
    if (y.sizes() != dy.sizes())
        fail(ErrorKind::Format, "{}: dy has another shape than y", file.path().string());
    y.backward(dy);
    compare(report, "y", y, toTensor(file.require("y")), limit.value);
    compare(report, "dx", x.grad(), toTensor(file.require("dx")), limit.gradient);
    compare(report, "dA", a.grad(), toTensor(file.require("dA")), limit.gradient);
    compare(report, "dB", b.grad(), toTensor(file.require("dB")), limit.gradient);
    compare(report, "dlog_threshold", logTau.grad(), toTensor(file.require("dlog_threshold")),
            limit.gradient);

    const at::NoGradGuard noGrad;
    const auto alive = at::mm(b, a).abs().gt(logTau.exp()).sum().item<std::int64_t>();
    const auto recorded = toTensor(file.require("alive"), at::kLong).item<std::int64_t>();
    report.add("alive", std::abs(static_cast<double>(alive - recorded)), 0, "entries",
               fmt::format("{} computed, {} recorded", alive, recorded));
}

// Splits a recorded state (A row by row, B row by row, log τ) into the adapter.
void setState(AdapterSet& adapters, const at::Tensor& flat) {
    const at::NoGradGuard noGrad;
    std::int64_t offset = 0;
    for (at::Tensor& leaf : adapters.parameters()) {
        leaf.copy_(flat.narrow(0, offset, leaf.numel()).view_as(leaf));
        offset += leaf.numel();
    }
}

at::Tensor flatten(const std::vector<at::Tensor>& tensors) {
    std::vector<at::Tensor> parts;
    parts.reserve(tensors.size());
    for (const at::Tensor& t : tensors) parts.push_back(t.detach().flatten());
    return at::cat(parts);
}

void verifySteps(const SafetensorsFile& file, at::ScalarType dtype, const Limits& limit,
                 VerifyReport& report) {
    const at::Tensor weight = toTensor(file.require("weight"), dtype);
    const at::Tensor xs = toTensor(file.require("x"), dtype);
    const at::Tensor targetDelta = toTensor(file.require("target_delta"), dtype);
    const at::Tensor params = toTensor(file.require("params"));
    const at::Tensor grads = toTensor(file.require("grads"));
    const at::Tensor norms = toTensor(file.require("grad_norm"), at::kDouble);
    const at::Tensor blends = toTensor(file.require("f"), at::kDouble);
    const at::Tensor losses = toTensor(file.require("loss"), at::kDouble);
    const at::Tensor alive = toTensor(file.require("alive"), at::kLong);

    AdapterOptions adapterOptions;
    adapterOptions.targets = {"q"};
    adapterOptions.rank = static_cast<std::int64_t>(number(file, "rank"));
    adapterOptions.alpha = number(file, "alpha");
    GateOptions gate;
    gate.enabled = true;
    const std::string& mode = file.requireMetadata("threshold");
    gate.mode = mode == "per_block"    ? ThresholdMode::PerBlock
                : mode == "per_module" ? ThresholdMode::PerModule
                                       : ThresholdMode::Global;
    gate.bandwidth = number(file, "bandwidth");
    gate.first = number(file, "first");
    gate.final = number(file, "final");
    OptimizerSpec optimizerSpec;
    optimizerSpec.lr = number(file, "lr");
    optimizerSpec.weightDecay = number(file, "weight_decay");
    optimizerSpec.clip = number(file, "clip");
    optimizerSpec.eps = number(file, "eps");
    const std::string& betas = file.requireMetadata("betas");
    optimizerSpec.beta1 = std::strtod(betas.c_str(), nullptr);
    if (const auto comma = betas.find(','); comma != std::string::npos)
        optimizerSpec.beta2 = std::strtod(betas.c_str() + comma + 1, nullptr);

    OneLayer backbone(weight);
    AdapterSet adapters(backbone, adapterOptions, gate);
    adapters.reset(0);
    const auto leaves = adapters.parameters();
    const std::int64_t steps = xs.size(0);
    const std::int64_t width = flatten(leaves).numel();
    if (params.dim() != 2 || params.size(0) != steps + 1 || params.size(1) != width ||
        grads.size(0) != steps || grads.size(1) != width || alive.numel() != steps + 1 ||
        blends.numel() != steps || norms.numel() != steps || losses.numel() != steps ||
        targetDelta.sizes() != weight.sizes())
        fail(ErrorKind::Format, "{}: the recorded tensors do not fit together", file.path().string());
    const auto optimizer = makeOptimizer(optimizerSpec, leaves);
    const auto method = createMethod("inclora", Json::object());
    const BlendSchedule schedule(gate.first, gate.final, steps);

    const auto checkAlive = [&](std::int64_t s) {
        const auto counted = adapters.aliveCounts().front();
        // In float32 the entry that gave τ may fall on either side of exp(log τ).
        report.add("alive", std::abs(static_cast<double>(counted - alive[s].item<std::int64_t>())),
                   dtype == at::kDouble ? 0 : 1, "entries", fmt::format("step {}", s));
    };
    for (std::int64_t s = 0; s < steps; ++s) {
        const std::string where = fmt::format("step {}", s);
        setState(adapters, params[s].to(dtype));
        adapters.setBlend(schedule.blend(s));
        report.add("f", std::abs(adapters.blend() - blends[s].item<double>()), 1e-12, "absolute", where);
        checkAlive(s);
        const at::Tensor x = xs[s];
        const at::Tensor wanted = at::linear(x, weight + targetDelta);
        const StepLoss loss = computeGradients(adapters, *method, 1, [&](std::size_t) {
            return (backbone.layer()(x) - wanted).square().sum() * 0.5;
        });
        const double recordedLoss = losses[s].item<double>();
        report.add("loss", std::abs(loss.meanCe() - recordedLoss) / std::max(std::abs(recordedLoss), 1e-300),
                   limit.value, "relative", where);
        std::vector<at::Tensor> own;
        for (const at::Tensor& leaf : leaves) own.push_back(leaf.grad().clone());
        compare(report, "gradients", flatten(own), grads[s], limit.gradient, where);

        const double norm = clipGradients(leaves, 0);
        // The optimizer goes on from the recorded gradients, with moments of its own.
        std::int64_t offset = 0;
        for (const at::Tensor& leaf : leaves) {
            leaf.mutable_grad() = grads[s].narrow(0, offset, leaf.numel()).view_as(leaf).to(dtype).clone();
            offset += leaf.numel();
        }
        clipGradients(leaves, optimizerSpec.clip);
        const double recordedNorm = norms[s].item<double>();
        report.add("gradient norm", std::abs(norm - recordedNorm) / std::max(recordedNorm, 1e-300),
                   limit.gradient, "relative", where);
        optimizer->step(optimizerSpec.lr);
        const bool initialised = advanceGate(adapters, schedule, s + 1);
        compare(report, initialised ? "parameters after initialisation" : "next parameters", flatten(leaves),
                params[s + 1], limit.value, where);
    }
    setState(adapters, params[steps].to(dtype));
    checkAlive(steps);
}

}  // namespace

VerifyReport verifyLayer(const std::filesystem::path& path, const VerifyOptions& options) {
    const SafetensorsFile file(path);
    if (file.requireMetadata("format") != "jumplora-golden-layer/1")
        fail(ErrorKind::Format, "{}: format \"{}\" is not a recorded layer", path.string(),
             file.requireMetadata("format"));
    VerifyReport report;
    report.title = fmt::format("layer {} ({})", path.string(), options.float64 ? "float64" : "float32");
    const std::string& kind = file.requireMetadata("kind");
    const auto dtype = options.float64 ? at::kDouble : at::kFloat;
    if (kind == "forward_backward") {
        verifyForwardBackward(file, dtype, limits(options.float64), report);
    } else if (kind == "steps") {
        verifySteps(file, dtype, limits(options.float64), report);
    } else {
        fail(ErrorKind::Format, "{}: kind \"{}\" is not known; known are forward_backward, steps",
             path.string(), kind);
    }
    return report;
}

}  // namespace jumplora
