// SPDX-License-Identifier: Apache-2.0
#include "adapter/gated_linear.h"
#include "base/error.h"
#include "train/recorded_tensor.h"
#include "train/step.h"
#include "train/verify.h"
#include "train/verify_compare.h"
#include "weights/weights.h"

#include <cmath>

namespace jumplora {
namespace {

struct Limits {
    double value;
    double gradient;
};

Limits limits(bool float64) { return float64 ? Limits{1e-9, 1e-9} : Limits{2e-5, 1e-3}; }

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
    [[nodiscard]] bool decoderOnly() const override { return false; }
    [[nodiscard]] std::string architecture() const override { return "one linear layer"; }
    [[nodiscard]] at::TensorOptions options() const override { return m_layer.weight.options(); }
    [[nodiscard]] const Linear& layer() const { return m_layer; }

  private:
    Linear m_layer;
};

void verifyForwardBackward(const SafetensorsFile& file, at::ScalarType dtype, const Limits& limit,
                           VerifyReport& report) {
    const auto leaf = [&](const char* name, const std::vector<std::int64_t>& shape) {
        return recordedTensor(file, name, shape, dtype).set_requires_grad(true);
    };
    const at::Tensor weight = recordedTensor(file, "weight", {kAnySize, kAnySize}, dtype);
    const std::int64_t m = weight.size(0);
    const std::int64_t n = weight.size(1);
    const at::Tensor a = leaf("A", {kAnySize, n});
    const at::Tensor b = leaf("B", {m, a.size(0)});
    const at::Tensor logTau = leaf("log_threshold", {1});
    std::vector<std::int64_t> shape = file.require("x").shape;
    if (shape.empty() || shape.back() != n)
        fail(ErrorKind::Format, "{}: x does not end in the {} columns of weight", file.path().string(), n);
    const at::Tensor x = leaf("x", shape);
    shape.back() = m;
    const at::Tensor dy = recordedTensor(file, "dy", shape, dtype);
    at::Tensor bias;
    if (file.find("bias") != nullptr) bias = recordedTensor(file, "bias", {m}, dtype);
    if (a.size(0) == 0) fail(ErrorKind::Format, "{}: A has no rows", file.path().string());
    GatedLinearArguments arguments;
    arguments.scaling = file.metadata().count("scaling") != 0
                            ? recordedNumber(file, "scaling")
                            : recordedNumber(file, "alpha") / static_cast<double>(a.size(0));
    arguments.blend = recordedNumber(file, "f");
    arguments.bandwidth = recordedNumber(file, "bandwidth");
    arguments.threshold = 0;
    const at::Tensor y = gatedLinear(x, weight, bias, a, b, logTau, arguments);
    y.backward(dy);
    const auto check = [&](const char* name, const at::Tensor& computed, double most) {
        compare(report, name, computed, recordedTensor(file, name, computed.sizes().vec(), at::kDouble),
                most);
    };
    check("y", y, limit.value);
    check("dx", x.grad(), limit.gradient);
    check("dA", a.grad(), limit.gradient);
    check("dB", b.grad(), limit.gradient);
    check("dlog_threshold", logTau.grad(), limit.gradient);

    const at::NoGradGuard noGrad;
    const auto alive = at::mm(b, a).abs().gt(logTau.exp()).sum().item<std::int64_t>();
    const auto recorded = recordedTensor(file, "alive", {1}, at::kLong).item<std::int64_t>();
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

OptimizerSpec recordedOptimizer(const SafetensorsFile& file) {
    OptimizerSpec spec;
    spec.lr = recordedNumber(file, "lr");
    spec.weightDecay = recordedNumber(file, "weight_decay");
    spec.clip = recordedNumber(file, "clip");
    spec.eps = recordedNumber(file, "eps");
    const std::string& betas = file.requireMetadata("betas");
    const auto comma = betas.find(',');
    char* end = nullptr;
    spec.beta1 = std::strtod(betas.c_str(), &end);
    if (comma == std::string::npos || end != betas.c_str() + comma)
        fail(ErrorKind::Format, "{}: metadata \"betas\" is \"{}\", expected two numbers",
             file.path().string(), betas);
    spec.beta2 = std::strtod(betas.c_str() + comma + 1, &end);
    if (*end != '\0' || !(spec.beta1 >= 0 && spec.beta1 < 1 && spec.beta2 >= 0 && spec.beta2 < 1))
        fail(ErrorKind::Format, "{}: metadata \"betas\" is \"{}\", expected two numbers from 0 to below 1",
             file.path().string(), betas);
    return spec;
}

void verifySteps(const SafetensorsFile& file, at::ScalarType dtype, const Limits& limit,
                 VerifyReport& report) {
    const std::string path = file.path().string();
    const at::Tensor weight = recordedTensor(file, "weight", {kAnySize, kAnySize}, dtype);
    const std::int64_t m = weight.size(0);
    const std::int64_t n = weight.size(1);
    const at::Tensor xs = recordedTensor(file, "x", {kAnySize, kAnySize, n}, dtype);
    const std::int64_t steps = xs.size(0);
    AdapterOptions adapterOptions;
    adapterOptions.targets = {"q"};
    adapterOptions.rank = recordedInteger(file, "rank", 1, 1 << 20);
    const double scaling = file.metadata().count("scaling") != 0
                               ? recordedNumber(file, "scaling")
                               : recordedNumber(file, "alpha") / static_cast<double>(adapterOptions.rank);
    adapterOptions.alpha = scaling * static_cast<double>(adapterOptions.rank);
    const std::int64_t width = adapterOptions.rank * (m + n) + 1;
    const at::Tensor params = recordedTensor(file, "params", {steps + 1, width}, at::kDouble);
    const at::Tensor targetDelta = recordedTensor(file, "target_delta", {m, n}, dtype);
    const at::Tensor grads = recordedTensor(file, "grads", {steps, width}, at::kDouble);
    const at::Tensor norms = recordedTensor(file, "grad_norm", {steps}, at::kDouble);
    const at::Tensor blends = recordedTensor(file, "f", {steps}, at::kDouble);
    const at::Tensor losses = recordedTensor(file, "loss", {steps}, at::kDouble);
    const at::Tensor alive = recordedTensor(file, "alive", {steps + 1}, at::kLong);

    GateOptions gate;
    gate.enabled = true;
    gate.mode = recordedThresholdMode(file.requireMetadata("threshold"), path);
    gate.bandwidth = recordedNumber(file, "bandwidth");
    gate.first = recordedNumber(file, "first");
    gate.final = recordedNumber(file, "final");
    requireGate(gate, path);
    const OptimizerSpec optimizerSpec = recordedOptimizer(file);

    OneLayer backbone(weight);
    AdapterSet adapters(backbone, adapterOptions, gate);
    adapters.reset(0);
    const auto leaves = adapters.parameters();
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
        for (const at::Tensor& leaf : leaves)
            own.push_back(leaf.grad().defined() ? leaf.grad().clone() : at::zeros_like(leaf));
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

VerifyReport verifyRecord(const std::filesystem::path& path, const VerifyOptions& options) {
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

}  // namespace

VerifyReport verifyLayer(const std::filesystem::path& path, const VerifyOptions& options) {
    return refusingMisfits(path.string(), [&] { return verifyRecord(path, options); });
}

}  // namespace jumplora
