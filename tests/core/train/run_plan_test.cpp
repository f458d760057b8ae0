// SPDX-License-Identifier: Apache-2.0
#include "train/run_plan.h"

#include "base/error.h"
#include "support/shared_data.h"
#include "support/tiny_llama.h"
#include "train/probe.h"
#include "train/run_setup.h"
#include "train/spec_dependencies.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace jumplora {
namespace {

RunSpec specOf(const char* json) { return parseRunSpec(parseJson(json, "test")); }

std::vector<std::int64_t> stepsOf(const RunPlan& plan) {
    std::vector<std::int64_t> steps;
    for (const PlannedStage& stage : plan.stages) steps.push_back(stage.steps);
    return steps;
}

TEST(RunPlan, HasTheStepsThatTheTrainerPlans) {
    for (
        const char* json :
        {R"({})",
         R"({"suite": {"order": ["amazon", "dbpedia", "amazon"], "max_samples": 100}, "train": {"epochs": 1.5}})",
         R"({"suite": {"order": [{"task": "dbpedia", "epochs": 3, "max_samples": 70}, "agnews"]},
              "train": {"batch_size": 8, "accumulate": 3}})",
         R"({"method": {"type": "multi_task"}, "suite": {"order": ["sst-2", "yelp"], "max_samples": 50}})"}) {
        const RunSpec spec = specOf(json);
        const RunSetup setup = openRun(spec);
        const RunPlan plan = planRun(spec);
        EXPECT_EQ(stepsOf(plan), setup.plannedSteps()) << json;
        ASSERT_EQ(plan.stages.size(), setup.stages.size());
        for (std::size_t i = 0; i < plan.stages.size(); ++i)
            EXPECT_EQ(plan.stages[i].name, setup.stages[i].name);
    }
}

TEST(RunPlan, CountsEvaluatedRowsOfSeenTasksAndBefore) {
    const RowCounter rows = [](const std::string&, const std::string& split) {
        return split == "train" ? 64 : 10;
    };
    RunSpec spec = specOf(R"({"suite": {"order": ["amazon", "dbpedia", "agnews"]}})");
    EXPECT_EQ(planRun(spec, rows).evaluatedRows, 10 + 20 + 30);
    spec.evaluation.beforeTraining = true;
    EXPECT_EQ(planRun(spec, rows).evaluatedRows, 30 + 10 + 20 + 30);
    spec.evaluation.tasks = "all";
    EXPECT_EQ(planRun(spec, rows).evaluatedRows, 30 + 3 * 30);
}

TEST(RunPlan, NamesTheKeyOfATaskThatIsNotThere) {
    const RunSpec spec = specOf(R"({"suite": {"order": ["amazn"]}})");
    try {
        planRun(spec);
        FAIL();
    } catch (const Error& error) {
        EXPECT_THAT(error.what(), ::testing::StartsWith("suite.order[0]: "));
    }
}

TEST(RunPlan, ShapesComeFromTheHeaderAlone) {
    const RunSpec spec;
    const BackboneShape shape = backboneShape(spec);
    const RunSetup setup = openRun(spec);
    ASSERT_EQ(shape.modules.size(), setup.adapters->infos().size());
    std::int64_t entries = 0;
    for (const ModuleInfo& module : shape.modules) entries += module.rows * module.columns;
    EXPECT_EQ(entries, setup.adapters->entries());
}

TEST(RunPlan, MemoryGrowsWithWhatNeedsIt) {
    RunSpec spec = specOf(R"({"method": {"type": "ella"}, "gate": {"type": "jumprelu"}})");
    const RunPlan plan = planRun(spec);
    const BackboneShape shape = backboneShape(spec);
    const RunNeeds base = estimateNeeds(spec, plan, shape, 40);
    EXPECT_GT(base.memoryOfPastBytes, 0);
    EXPECT_GT(estimateNeeds(spec, plan, shape, 80).activationBytes, base.activationBytes);
    spec.train.batchSize *= 2;
    EXPECT_EQ(estimateNeeds(spec, plan, shape, 40).weightBytes, base.weightBytes);
    EXPECT_GT(estimateNeeds(spec, plan, shape, 40).memoryBytes(), base.memoryBytes());
    EXPECT_GT(base.diskBytes, base.checkpointBytes);
}

TEST(RunPlan, DecoderOnlyBackbonesHaveNeedsOfTheirOwn) {
    const testing::TemporaryFolder folder;
    testing::writeTinyLlama(folder.path(), testing::tinyLlamaConfig(), 1);
    RunSpec spec;
    spec.backbone.path = folder.path().string();
    const RunPlan plan = planRun(spec);
    BackboneShape shape = backboneShape(spec);
    ASSERT_EQ(shape.modules.size(), 6U) << "q_proj and v_proj of three blocks";
    const RunNeeds base = estimateNeeds(spec, plan, shape, 40);
    spec.train.lossOnPrompt = true;
    EXPECT_GT(estimateNeeds(spec, plan, shape, 40).activationBytes, base.activationBytes);
    shape.config["intermediate_size"] = 1400;
    EXPECT_GT(estimateNeeds(spec, plan, shape, 40).activationBytes, 10 * base.activationBytes);
    shape.config["num_hidden_layers"] = std::int64_t{1} << 62;
    EXPECT_GT(estimateNeeds(spec, plan, shape, 40).activationBytes, 0);
}

TEST(Probe, MeasuresStepsAndAnswers) {
    const RunSpec spec = specOf(
        R"({"suite": {"order": ["amazon", "dbpedia"]}, "gate": {"type": "jumprelu"}, "method": {"type": "ella"},
            "train": {"batch_size": 4}, "evaluation": {"batch_size": 4}})");
    const std::atomic<bool> cancelled{false};
    const ProbeResult result = probeRun(spec, cancelled, 0.1);
    EXPECT_GT(result.warmStepSeconds, 0);
    EXPECT_GT(result.gatedStepSeconds, 0);
    EXPECT_GT(result.evaluatedRowSeconds, 0);
    RunPlan plan;
    plan.stages.resize(1);
    plan.stages.front().steps = 10;
    plan.stages.front().initialisationStep = 4;
    plan.evaluatedRows = 5;
    EXPECT_DOUBLE_EQ(result.seconds(plan), 4 * result.warmStepSeconds + 6 * result.gatedStepSeconds +
                                               5 * result.evaluatedRowSeconds);
}

TEST(Probe, StopsWhenItIsCancelled) {
    const std::atomic<bool> cancelled{true};
    EXPECT_THROW(probeRun(RunSpec{}, cancelled, 0.1), Error);
}

TEST(Probe, KeyNamesWhatCostsTime) {
    RunSpec spec = specOf(R"({"suite": {"order": ["amazon", "dbpedia"]}})");
    const std::string key = probeKey(spec);
    spec.seed = 7;
    spec.name = "other";
    spec.optimizer.lr = 0.5;
    EXPECT_EQ(probeKey(spec), key);
    spec.train.batchSize = 16;
    EXPECT_NE(probeKey(spec), key);
}

TEST(SpecDependencies, KeysWithoutAnEffectAreNamed) {
    EXPECT_FALSE(takesPart("gate.first", {{"gate.type", "none"}}));
    EXPECT_TRUE(takesPart("gate.first", {{"gate.type", "jumprelu"}}));
    EXPECT_FALSE(takesPart("optimizer.momentum", {{"optimizer.type", "adamw"}}));
    EXPECT_TRUE(takesPart("adapter.rank", Json::object()));
    EXPECT_EQ(ownerOf("gate.final"), "gate.type");
}

TEST(SpecDependencies, EveryKeyInTheTableExists) {
    int found = 0;
    for (const SpecSection& section : specSections())
        for (const ParamInfo& param : section.params)
            found += ownerOf(section.key + "." + param.key).empty() ? 0 : 1;
    EXPECT_EQ(found, 8);
}

}  // namespace
}  // namespace jumplora
