// SPDX-License-Identifier: Apache-2.0
#include "train/probe.h"

#include "base/error.h"
#include "base/random.h"
#include "train/evaluator.h"
#include "train/optimizer.h"
#include "train/run_setup.h"
#include "train/step.h"

#include <algorithm>
#include <chrono>

namespace jumplora {
namespace {

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

class Probe {
  public:
    Probe(const RunSpec& spec, const std::atomic<bool>& cancelled)
        : m_setup(openRun(spec)), m_cancelled(cancelled) {
        const Stage& stage = m_setup.stages.front();
        m_setup.method->configure(stage.methodParameters);
        std::vector<Example> examples = m_setup.trainingExamples(stage);
        // Rows as a batch meets them: spread over the file, which may be sorted by length or label.
        const auto wanted = static_cast<std::size_t>(spec.train.batchSize * spec.train.accumulate);
        const std::size_t stride =
            std::max<std::size_t>(1, examples.size() / std::max<std::size_t>(1, wanted));
        for (std::size_t i = 0; i < wanted; ++i)
            m_examples.push_back(examples[(i * stride) % examples.size()]);
        for (const Example& example : m_examples) m_rows.push_back(m_setup.encode(example));
        m_setup.adapters->reset(deriveSeed(spec.seed, "probe", 0, 0));
        rememberAnEarlierTask();
        m_optimizer = makeOptimizer(spec.optimizer, m_setup.adapters->parameters());
    }

    // Shortest of a few steps with blend factor `f`: what disturbs a measurement makes it longer.
    double step(double f, double budget) {
        if (m_setup.adapters->gate().enabled && f > 0 && !m_setup.adapters->thresholdsInitialised())
            m_setup.adapters->initialiseThresholds();
        m_setup.adapters->setBlend(f);
        constexpr int kMost = 12;
        double best = 0;
        const auto began = Clock::now();
        for (int i = 0; i < kMost && (i < 2 || secondsSince(began) < budget); ++i) {
            const auto started = Clock::now();
            oneStep();
            const double took = secondsSince(started);
            best = best == 0 ? took : std::min(best, took);
        }
        return best;
    }

    double evaluatedRow() {
        refuseWhenCancelled();
        const RunSpec& spec = m_setup.spec;
        EvaluationOptions options;
        options.batchSize = spec.evaluation.batchSize;
        options.maxNewTokens = spec.evaluation.maxNewTokens;
        options.maxSourceLength = spec.train.maxSourceLength;
        std::vector<Example> examples = m_examples;
        examples.resize(std::min(examples.size(), static_cast<std::size_t>(options.batchSize)));
        const TaskInfo& task = m_setup.suite->tasks()[m_setup.stages.front().tasks.front()];
        const AdapterSet::EvaluationScope scope(*m_setup.adapters);
        double best = 0;
        for (int i = 0; i < 2; ++i) {
            refuseWhenCancelled();
            const auto started = Clock::now();
            evaluate(*m_setup.backbone, *m_setup.tokenizer, task, examples, options, [](std::int64_t) {});
            const double took = secondsSince(started) / static_cast<double>(examples.size());
            best = best == 0 ? took : std::min(best, took);
        }
        return best;
    }

  private:
    void refuseWhenCancelled() const {
        if (m_cancelled) fail(ErrorKind::State, "The measurement was cancelled.");
    }

    // A penalty costs nothing on the first task; later ones are what a run is made of.
    void rememberAnEarlierTask() {
        if (m_setup.stages.size() < 2) return;
        const at::NoGradGuard noGrad;
        m_setup.method->absorb(*m_setup.adapters);
    }

    void oneStep() {
        refuseWhenCancelled();
        const RunSpec& spec = m_setup.spec;
        const auto size = static_cast<std::size_t>(spec.train.batchSize);
        computeGradients(
            *m_setup.adapters, *m_setup.method, static_cast<std::size_t>(spec.train.accumulate),
            [&](std::size_t k) {
                DropoutSource backbone(m_setup.dropout(), deriveSeed(spec.seed, "probe", 1, k));
                DropoutSource adapter(spec.adapter.dropout, deriveSeed(spec.seed, "probe", 2, k));
                m_setup.adapters->setDropout(&adapter);
                at::Tensor ce = m_setup.backbone->loss(std::span(m_rows).subspan(k * size, size), &backbone);
                m_setup.adapters->setDropout(nullptr);
                return ce;
            });
        clipGradients(m_setup.adapters->parameters(), spec.optimizer.clip);
        m_optimizer->step(spec.optimizer.lr);
    }

    RunSetup m_setup;
    const std::atomic<bool>& m_cancelled;
    std::vector<Example> m_examples;
    std::vector<TokenRow> m_rows;
    std::unique_ptr<Optimizer> m_optimizer;
};

}  // namespace

double ProbeResult::seconds(const RunPlan& plan) const {
    double total = evaluatedRowSeconds * static_cast<double>(plan.evaluatedRows);
    for (const PlannedStage& stage : plan.stages) {
        const std::int64_t warm = std::min(stage.initialisationStep, stage.steps);
        total += warmStepSeconds * static_cast<double>(warm) +
                 gatedStepSeconds * static_cast<double>(stage.steps - warm);
    }
    return total;
}

ProbeResult probeRun(const RunSpec& spec, const std::atomic<bool>& cancelled, double budgetSeconds) {
    Probe probe(spec, cancelled);
    ProbeResult result;
    const bool gated = spec.gate.type != "none";
    result.warmStepSeconds = probe.step(0, budgetSeconds * (gated ? 0.4 : 0.8));
    result.gatedStepSeconds = gated ? probe.step(0.5, budgetSeconds * 0.4) : result.warmStepSeconds;
    result.evaluatedRowSeconds = probe.evaluatedRow();
    return result;
}

std::string probeKey(const RunSpec& spec) {
    Json json = toJson(spec);
    for (const char* key : {"name", "seed"}) json.erase(key);
    const bool several = json["suite"]["order"].size() != 1;
    // Whose rows are taken: the first task's.
    const Json order = json["suite"]["order"];
    json["suite"]["order"] = order.empty()               ? Json("")
                             : order.front().is_string() ? order.front()
                                                         : order.front()["task"];
    json["suite"].erase("max_samples");
    for (const char* key : {"epochs", "checkpoint_minutes", "gate_every"}) json["train"].erase(key);
    for (const char* key : {"lr", "schedule", "weight_decay", "clip", "beta1", "beta2", "eps"})
        json["optimizer"].erase(key);
    for (const char* key : {"first", "final", "bandwidth"}) json["gate"].erase(key);
    for (const char* key : {"tasks", "split", "max_samples", "before_training"})
        json["evaluation"].erase(key);
    json["several"] = several;
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace jumplora
