// SPDX-License-Identifier: Apache-2.0
#include "train/run_plan.h"

#include "adapter/adapter_set.h"
#include "adapter/gate.h"
#include "base/error.h"
#include "data/batching.h"
#include "data/task.h"
#include "method/method.h"
#include "train/run_setup.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>

namespace jumplora {
namespace {

struct Place {
    std::size_t task = 0;
    std::string name;
    TaskOverride changes;
};

std::vector<Place> places(const RunSpec& spec, const Suite& suite) {
    std::vector<TaskOverride> order = spec.suite.order;
    if (order.empty()) {
        for (const TaskInfo& task : suite.tasks()) {
            order.emplace_back();
            order.back().task = task.name;
        }
    }
    std::map<std::string, int> seen;
    std::vector<Place> result;
    for (std::size_t i = 0; i < order.size(); ++i) {
        const int times = ++seen[order[i].task];
        result.push_back({suite.find(order[i].task, fmt::format("suite.order[{}]", i)),
                          times == 1 ? order[i].task : fmt::format("{} ({})", order[i].task, times),
                          order[i]});
    }
    return result;
}

std::int64_t limited(std::int64_t rows, const std::optional<std::int64_t>& limit) {
    return limit ? std::min(rows, *limit) : rows;
}

class Planner {
  public:
    Planner(const RunSpec& spec, const RowCounter& rowsOf)
        : m_spec(spec), m_suite(openSuite(spec.suite.tasks, spec.suite.root)), m_rowsOf(rowsOf) {}

    RunPlan plan() {
        const auto sequence = places(m_spec, *m_suite);
        const bool joint =
            createMethod(m_spec.method.type, m_spec.method.parameters)->life() == AdapterLife::Joint;
        RunPlan plan;
        for (const Place& place : sequence) {
            const std::int64_t rows = trainingRows(place, joint ? sequence.front() : place);
            if (joint && !plan.stages.empty()) {
                plan.stages.front().rows += rows;
                continue;
            }
            plan.stages.emplace_back();
            plan.stages.back().name = joint ? "all tasks" : place.name;
            plan.stages.back().rows = rows;
        }
        for (std::size_t i = 0; i < plan.stages.size(); ++i) schedule(plan.stages[i], sequence[i], i);
        countEvaluation(sequence, plan);
        for (const PlannedStage& stage : plan.stages) {
            plan.steps += stage.steps;
            plan.rows += stage.rows;
            plan.evaluatedRows += stage.evaluatedRows;
        }
        return plan;
    }

  private:
    std::int64_t trainingRows(const Place& place, const Place& limits) {
        const TaskInfo& task = m_suite->tasks()[place.task];
        const auto limit = limits.changes.maxSamples ? limits.changes.maxSamples : m_spec.suite.maxSamples;
        return limited(limited(m_rowsOf(task.name, "train"), task.maxSamples), limit);
    }

    void schedule(PlannedStage& stage, const Place& place, std::size_t number) const {
        const double epochs =
            place.changes.epochs.value_or(m_spec.train.epochs * m_suite->tasks()[place.task].epochs);
        stage.steps = BatchPlan(stage.rows, m_spec.train.batchSize, m_spec.train.accumulate, epochs,
                                m_spec.seed, static_cast<std::int64_t>(number) + 1)
                          .steps();
        const BlendSchedule blend(m_spec.gate.first, m_spec.gate.final, stage.steps);
        stage.firstStep = blend.firstStep();
        stage.finalStep = blend.finalStep();
        stage.initialisationStep = blend.initialisationStep();
        stage.tooShort = blend.degenerate();
    }

    void countEvaluation(const std::vector<Place>& sequence, RunPlan& plan) {
        std::vector<std::int64_t> rows;
        rows.reserve(sequence.size());
        for (const Place& place : sequence)
            rows.push_back(limited(m_rowsOf(m_suite->tasks()[place.task].name, m_spec.evaluation.split),
                                   m_spec.evaluation.maxSamples));
        for (std::size_t stage = 0; stage < plan.stages.size(); ++stage) {
            const bool all = m_spec.evaluation.tasks == "all" || plan.stages.size() < rows.size();
            for (std::size_t i = 0; i < (all ? rows.size() : stage + 1); ++i)
                plan.stages[stage].evaluatedRows += rows[i];
        }
        if (m_spec.evaluation.beforeTraining)
            for (const std::int64_t count : rows) plan.evaluatedRows += count;
    }

    const RunSpec& m_spec;
    std::unique_ptr<Suite> m_suite;
    const RowCounter& m_rowsOf;
};

}  // namespace

RunPlan planRun(const RunSpec& spec, const RowCounter& rowsOf) { return Planner(spec, rowsOf).plan(); }

RunPlan planRun(const RunSpec& spec) {
    const auto suite = openSuite(spec.suite.tasks, spec.suite.root);
    std::map<std::pair<std::string, std::string>, std::int64_t> known;
    return planRun(spec, [&](const std::string& task, const std::string& split) {
        const auto [place, isNew] = known.try_emplace({task, split}, 0);
        if (isNew)
            place->second = static_cast<std::int64_t>(
                suite->load(suite->find(task, "suite.order"), parseSplit(split), std::nullopt).size());
        return place->second;
    });
}

BackboneShape backboneShape(const RunSpec& spec) {
    const std::filesystem::path folder = backboneFolder(spec.backbone.path);
    BackboneOptions options;
    options.device = at::kMeta;
    options.dtype = parsePrecision(spec.backbone.precision);
    requireComputable(options.dtype, parseDevice(spec.backbone.device));
    const auto backbone = loadBackbone(folder.string(), options);
    BackboneShape shape;
    shape.config = readJsonFile(folder / "config.json");
    AdapterOptions adapter;
    adapter.targets = spec.adapter.targets;
    shape.modules = AdapterSet(*backbone, adapter, {}).infos();
    for (const TensorSlot& slot : backbone->parameters())
        shape.weightBytes += static_cast<std::int64_t>(slot.tensor->nbytes());
    return shape;
}

}  // namespace jumplora
