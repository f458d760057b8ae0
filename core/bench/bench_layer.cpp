// SPDX-License-Identifier: Apache-2.0
#include "adapter/gate_math.h"
#include "adapter/gated_linear.h"
#include "base/error.h"
#include "base/random.h"
#include "bench/workload.h"
#include "model/threads.h"

#include <cmath>

namespace jumplora {
namespace {

at::Tensor randomTensor(const std::vector<std::int64_t>& shape, std::uint64_t seed, double deviation) {
    auto values = at::empty(shape, at::kFloat);
    Rng rng(seed);
    for (std::int64_t i = 0; i < values.numel(); ++i)
        values.data_ptr<float>()[i] = static_cast<float>(deviation * rng.normal());
    return values;
}

GatePath pathNamed(const std::string& name) {
    if (name == "automatic") return GatePath::Automatic;
    if (name == "dense") return GatePath::Dense;
    if (name == "sampled") return GatePath::Sampled;
    fail(ErrorKind::Input, "the path \"{}\" is not known; known are automatic, dense, sampled", name);
}

}  // namespace

BenchResult benchLayer(const BenchOptions& options) {
    setComputeThreads(static_cast<int>(options.threads));
    const std::int64_t d = options.width;
    const double perEntry = 1.0 / std::sqrt(static_cast<double>(d));
    const at::Tensor weight = randomTensor({d, d}, 1, perEntry);
    at::Tensor x = randomTensor({options.tokens, d}, 2, 1).set_requires_grad(true);
    const at::Tensor dy = randomTensor({options.tokens, d}, 3, 1e-3);
    at::Tensor a = randomTensor({options.rank, d}, 4, perEntry / std::sqrt(3.0)).set_requires_grad(true);
    at::Tensor b = randomTensor({d, options.rank}, 5, 0.02).set_requires_grad(true);
    GatedLinearArguments arguments;
    arguments.scaling = options.alpha / static_cast<double>(options.rank);
    at::Tensor logTau;
    BenchResult result;
    forceGatePath(pathNamed(options.path));
    if (options.gate == "jumprelu") {
        const at::NoGradGuard noGrad;
        const at::Tensor magnitude = std::get<0>(at::mm(b, a).abs().flatten().sort());
        const std::int64_t alive = options.alive > 0
                                       ? static_cast<std::int64_t>(options.alive * static_cast<double>(d * d))
                                       : options.rank * 2 * d;
        logTau = magnitude[std::max<std::int64_t>(magnitude.numel() - alive - 1, 0)].log().view({1}).clone();
        logTau.set_requires_grad(true);
        arguments.threshold = 0;
        arguments.blend = options.blend;
        result.extra["density"] = static_cast<double>(alive) / static_cast<double>(d * d);
    } else if (options.gate != "none" && options.gate != "frozen") {
        fail(ErrorKind::Input,
             "the gate \"{}\" is not known; a layer has none, jumprelu or frozen (no adapter)", options.gate);
    }
    take(measure(options,
                 [&] {
                     const at::Tensor y = options.gate == "frozen"
                                              ? at::linear(x, weight)
                                              : gatedLinear(x, weight, {}, a, b, logTau, arguments);
                     for (at::Tensor* leaf : {&x, &a, &b}) leaf->mutable_grad() = at::Tensor();
                     y.backward(dy);
                 }),
         result);
    result.workload = "layer";
    result.settings = {{"width", d},
                       {"tokens", options.tokens},
                       {"rank", options.rank},
                       {"gate", options.gate},
                       {"threads", at::get_num_threads()}};
    if (options.gate == "jumprelu") {
        result.settings["f"] = options.blend;
        result.settings["path"] = options.path;
        const double tau = thresholdOf(logTau, 0);
        const GateCount count = countGate(a.detach(), b.detach(), tau, arguments.bandwidth);
        result.extra["in_window"] = static_cast<double>(count.inWindow) / static_cast<double>(d * d);
        forceGatePath(GatePath::Automatic);
    }
    result.realTokens = options.tokens;
    result.paddedTokens = options.tokens;
    result.gflop =
        4e-9 * static_cast<double>(options.tokens) * static_cast<double>(d) * static_cast<double>(d);
    return result;
}

}  // namespace jumplora
