// SPDX-License-Identifier: Apache-2.0
// A run on a decoder-only backbone: it learns, is killed and resumed, and its stored model is evaluated
// again.
#include "support/errors.h"
#include "support/prepared_run.h"
#include "support/tiny_llama.h"
#include "train/evaluate_run.h"
#include "train/run_setup.h"
#include "train/trainer.h"

#include <csignal>

namespace jumplora {
namespace {

using testing::expectError;
using testing::tinyLlamaConfig;

class DecoderRun : public testing::PreparedRun {
  protected:
    // A random model with the built-in vocabulary in place of the T5 of the tiny run.
    static std::string backbone() {
        const auto folder = s_folder->path() / "decoder";
        if (std::filesystem::exists(folder)) return folder.string();
        makeFolder(folder);
        for (const char* name : {"spiece.model", "tokenizer_config.json"})
            std::filesystem::copy_file(inputs() / "backbone" / name, folder / name);
        const Json t5 = readJsonFile(inputs() / "backbone" / "config.json");
        testing::writeTinyLlama(folder,
                                tinyLlamaConfig({{"vocab_size", t5.at("vocab_size")},
                                                 {"hidden_size", 24},
                                                 {"intermediate_size", 32},
                                                 {"num_hidden_layers", 2},
                                                 {"eos_token_id", t5.at("eos_token_id")},
                                                 {"attention_dropout", 0.1}}),
                                9);
        return folder.string();
    }
    static Json changes(const Json& more = Json::object()) {
        Json json = {{"backbone", {{"path", backbone()}, {"dropout", nullptr}}},
                     {"method", {{"type", "ella"}, {"lambda", 100}}}};
        json.merge_patch(more);
        return json;
    }
    // Training rows of the first task.
    static std::vector<TokenRow> encoded(const RunSetup& setup) {
        std::vector<TokenRow> rows;
        for (const Example& example : setup.trainingExamples(setup.stages.front()))
            rows.push_back(setup.encode(example));
        return rows;
    }
    static double firstLoss(const Json& more) {
        const RunSetup setup = openRun(testing::tinySpec(inputs(), changes(more)));
        setup.adapters->reset(1);
        const auto rows = encoded(setup);
        const at::NoGradGuard noGrad;
        return setup.backbone->loss(rows, nullptr).item<double>();
    }
};

TEST_F(DecoderRun, IsResumedAndEvaluatedAgain) {
    prepare("ella", changes());
    for (const char* moment : {"write events.jsonl step", "rename adapters/task_02.safetensors"}) {
        const RunDirectory run = copy(std::string("at ") + moment[0]);
        ASSERT_EQ(runMortal(run, {std::to_string(lastOperation(moment)), "0"}), -SIGKILL);
        expectResumes(run, moment);
    }
    const RunDirectory whole(m_place / "whole" / "run");
    StoredModel model(whole);
    for (const auto& event : whole.readEvents()) {
        const auto* cell = std::get_if<EvaluationCell>(&event.payload);
        if (cell == nullptr || cell->afterTask != 3) continue;
        model.goTo(3);
        StoredEvaluation what;
        what.tasks = {model.taskNames().at(static_cast<std::size_t>(cell->task - 1))};
        const auto again = model.evaluate(what);
        ASSERT_EQ(again.size(), 1U);
        EXPECT_EQ(again[0].score.correct, cell->correct) << what.tasks[0];
        EXPECT_EQ(again[0].score.total, cell->total);
    }
    EXPECT_EQ(model.answer({"one", "two"}, {}).size(), 2U);
}

TEST_F(DecoderRun, AdaptsQueriesAndValuesAndLearns) {
    prepare("inclora", changes({{"method", {{"type", "inclora"}, {"lambda", nullptr}}},
                                {"gate", {{"type", "none"}}},
                                {"train", {{"epochs", 4}}}}));
    double first = 0;
    double last = 0;
    for (const auto& event : RunDirectory(m_place / "whole" / "run").readEvents()) {
        if (const auto* started = std::get_if<RunStarted>(&event.payload)) {
            std::vector<std::string> names;
            for (const ModuleInfo& module : started->modules) names.push_back(module.name);
            EXPECT_EQ(names, (std::vector<std::string>{
                                 "model.layers.0.self_attn.q_proj", "model.layers.0.self_attn.v_proj",
                                 "model.layers.1.self_attn.q_proj", "model.layers.1.self_attn.v_proj"}));
            EXPECT_EQ(started->modules[3].group, "decoder self v_proj");
            EXPECT_EQ(started->modules[3].block, 1);
        }
        const auto* step = std::get_if<StepMetrics>(&event.payload);
        if (step == nullptr || step->task != 1) continue;
        if (step->step == 1) first = step->ce;
        last = step->ce;
    }
    EXPECT_LT(last, 0.7 * first);
}

TEST_F(DecoderRun, TheLossMayCountPromptsWhereThereIsOneTextAlone) {
    EXPECT_NE(firstLoss({{"train", {{"loss_on_prompt", true}}}}), firstLoss(Json::object()));
    expectError(ErrorKind::Input, {"train.loss_on_prompt", "T5"}, [] {
        (void)openRun(testing::tinySpec(inputs(), {{"train", {{"loss_on_prompt", true}}}}));
    });
}

// Every row is one text: prompt without eos, label, eos.
TEST_F(DecoderRun, RowsReadPromptThenLabel) {
    const RunSetup setup = openRun(testing::tinySpec(inputs(), changes()));
    const auto examples = setup.trainingExamples(setup.stages.front());
    const auto rows = encoded(setup);
    const std::int32_t eos = setup.tokenizer->eosId().value();
    for (std::size_t i = 0; i < rows.size(); ++i) {
        EXPECT_NE(rows[i].source.back(), eos);
        EXPECT_EQ(rows[i].target.back(), eos);
        std::vector<std::int32_t> ids = rows[i].source;
        ids.insert(ids.end(), rows[i].target.begin(), rows[i].target.end());
        EXPECT_TRUE(setup.tokenizer->decode(ids).ends_with(" " + examples[i].label));
    }
}

}  // namespace
}  // namespace jumplora
