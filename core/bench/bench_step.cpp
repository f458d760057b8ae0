// SPDX-License-Identifier: Apache-2.0
#include "adapter/adapter_set.h"
#include "base/error.h"
#include "base/random.h"
#include "base/resources.h"
#include "bench/operations.h"
#include "bench/workload.h"
#include "method/method.h"
#include "model/threads.h"
#include "train/optimizer.h"
#include "train/step.h"

#include <cmath>

namespace jumplora {
namespace {

GateOptions gateOptions(const BenchOptions& options) {
    GateOptions gate;
    if (options.gate != "none" && options.gate != "jumprelu")
        fail(ErrorKind::Input, "the gate \"{}\" is not known; known are none, jumprelu", options.gate);
    gate.enabled = options.gate == "jumprelu";
    return gate;
}

// B as if it had been trained: with the deviation that gives ΔW entries of a few thousandths.
void fillB(AdapterSet& adapters, std::uint64_t seed) {
    constexpr double kDeviation = 0.02;
    const at::NoGradGuard noGrad;
    for (std::size_t i = 0; i < adapters.infos().size(); ++i) {
        at::Tensor& b = adapters.b(i);
        auto values = at::empty(b.sizes(), at::kDouble);
        Rng rng(deriveSeed(seed, "bench b", i));
        for (std::int64_t j = 0; j < values.numel(); ++j)
            values.data_ptr<double>()[j] = kDeviation * rng.normal();
        b.copy_(values);
    }
}

// A model with adapters in the middle of a task that has others before it.
struct Bench {
    BenchShape shape;
    std::unique_ptr<T5> backbone;
    std::unique_ptr<AdapterSet> adapters;
    std::unique_ptr<Method> method;
    std::unique_ptr<Optimizer> optimizer;
    OptimizerSpec optimizerSpec;
    std::vector<TokenRow> rows;
    BenchResult result;

    Bench(const char* workload, const BenchOptions& options) : shape(benchShape(options.shape)) {
        constexpr double kEmbedding = 1.0;
        const std::int64_t batch = options.batch > 0 ? options.batch : shape.batch;
        setComputeThreads(static_cast<int>(options.threads));
        BenchRows made = benchRows(options, batch);
        rows = std::move(made.rows);
        result.extra["encode_seconds"] = made.encodeSeconds;
        BackboneOptions backboneOptions;
        backboneOptions.dtype = parsePrecision(options.precision);
        requireComputable(backboneOptions.dtype, backboneOptions.device);
        backbone = std::make_unique<T5>(shape.config, backboneOptions, 1, kEmbedding);
        AdapterOptions adapterOptions;
        adapterOptions.rank = options.rank;
        adapterOptions.alpha = options.alpha;
        adapterOptions.targets = options.targets;
        adapters = std::make_unique<AdapterSet>(*backbone, adapterOptions, gateOptions(options));
        method = createMethod(options.method, Json::object());
        learnPastTasks(options.pastTasks);
        adapters->reset(deriveSeed(1, "bench", static_cast<std::uint64_t>(options.pastTasks)));
        fillB(*adapters, static_cast<std::uint64_t>(options.pastTasks));
        openGate(options.blend);
        optimizer = makeOptimizer(optimizerSpec, adapters->parameters());
        result.workload = workload;
        result.settings = {{"shape", options.shape},
                           {"batch", batch},
                           {"gate", options.gate},
                           {"method", options.method},
                           {"precision", options.precision},
                           {"rank", options.rank},
                           {"targets", options.targets},
                           {"past_tasks", options.pastTasks},
                           {"threads", at::get_num_threads()}};
        if (adapters->gate().enabled) result.settings["f"] = options.blend;
        countRows(rows, result);
    }

    void learnPastTasks(std::int64_t tasks) {
        for (std::int64_t task = 0; task < tasks; ++task) {
            adapters->reset(deriveSeed(1, "bench", static_cast<std::uint64_t>(task)));
            fillB(*adapters, static_cast<std::uint64_t>(task));
            openGate(1);
            method->absorb(*adapters);
            if (method->life() == AdapterLife::FreshMerged) adapters->merge();
        }
    }

    void openGate(double blend) {
        if (!adapters->gate().enabled) return;
        if (blend > 0) adapters->initialiseThresholds();
        adapters->setBlend(blend);
    }

    void step() {
        const StepLoss loss = computeGradients(*adapters, *method, 1,
                                               [&](std::size_t) { return backbone->loss(rows, nullptr); });
        const std::string where = nonFinitePart(loss, *adapters);
        if (!where.empty()) fail(ErrorKind::Numeric, "{} is not a finite number", where);
        clipGradients(adapters->parameters(), optimizerSpec.clip);
        optimizer->step(optimizerSpec.lr);
        result.extra["ce"] = loss.meanCe();
        for (const PenaltyTerm& term : loss.penalties) result.extra["penalty " + term.name] = term.value;
    }

    void describeGate() {
        if (!adapters->gate().enabled) return;
        const GateSnapshot snapshot = adapters->snapshot();
        result.extra["density"] =
            static_cast<double>(snapshot.aliveTotal) / static_cast<double>(adapters->entries());
        if (adapters->thresholdsInitialised()) result.extra["in_window"] = snapshot.inWindow.front();
    }
};

}  // namespace

BenchResult benchStep(const BenchOptions& options) {
    Bench bench("step", options);
    bench.describeGate();
    take(measure(options, [&] { bench.step(); }), bench.result);
    bench.result.extra["encode_share"] =
        bench.result.extra["encode_seconds"].get<double>() / bench.result.median();
    // Forward, and the gradient by the input of everything; frozen weights have no gradient of their own.
    bench.result.gflop = 2 * forwardGflop(bench.shape.config, bench.rows);
    if (options.operations) {
        Json table = Json::array();
        for (const OperationTime& operation : timeOperations([&] { bench.step(); }))
            table.push_back(
                {{"name", operation.name}, {"calls", operation.calls}, {"seconds", operation.seconds}});
        bench.result.extra["operations"] = table;
    }
    return bench.result;
}

BenchResult benchThreshold(const BenchOptions& options) {
    BenchOptions gated = options;
    gated.gate = "jumprelu";
    Bench bench("threshold", gated);
    take(measure(options, [&] { bench.adapters->initialiseThresholds(); }), bench.result);
    bench.result.extra["entries"] = bench.adapters->entries();
    bench.result.extra["tau"] = bench.adapters->tau();
    return bench.result;
}

BenchResult benchGenerate(const BenchOptions& options) {
    Bench bench("generate", options);
    const AdapterSet::EvaluationScope merged(*bench.adapters);
    std::vector<std::vector<std::int32_t>> answers;
    take(measure(options, [&] { answers = bench.backbone->generate(bench.rows, options.newTokens); }),
         bench.result);
    std::int64_t tokens = 0;
    for (const auto& answer : answers) tokens += static_cast<std::int64_t>(answer.size());
    bench.result.extra["new_tokens"] = tokens;
    bench.result.extra["answers"] = answers;
    return bench.result;
}

}  // namespace jumplora
