// SPDX-License-Identifier: Apache-2.0
#include "train/events.h"

#include "base/random.h"
#include "support/errors.h"

#include <bit>
#include <cmath>
#include <limits>

namespace jumplora {
namespace {

using testing::expectError;

constexpr double kInf = std::numeric_limits<double>::infinity();
const double kNan = std::numeric_limits<double>::quiet_NaN();

// One of every type, each field different from its default.
std::vector<Event> everyEvent() {
    RunStarted started;
    started.runId = "run-1";
    started.specHash = "0123456789abcdef";
    started.tasks = {"a", "b"};
    started.steps = {3, 4};
    started.modules = {{"encoder.block.0.q", "encoder.block.0", 0, 128, 64, 1}};
    started.trainable = 24576;
    StepMetrics step;
    step.task = 1;
    step.step = 2;
    step.globalStep = 5;
    step.ce = 0.1;
    step.penalties = {{"ella", 1.0 / 3.0}, {"other", -0.0}};
    step.gradNorm = kInf;
    step.lr = 1e-3;
    step.f = 0.25;
    step.tau = {0.00909527710, 5e-324};
    step.density = 0.125;
    step.rows = 32;
    step.tokens = 900;
    step.paddedTokens = 1700;
    step.tokensPerSecond = 812.5;
    step.stepSeconds = 0.07;
    step.memoryBytes = 1 << 30;
    const std::vector<EventPayload> payloads = {
        started,
        TaskStarted{1, "a", 10, 320, 2, 8},
        step,
        ThresholdInitialised{1, 3, {1e-12, 0.5}},
        GateStatistics{1, 10, {7, 0}, {0.5, 0.25}, {0.1}, {0.003}},
        TaskTrained{1, 0.9, {7, 9}, 16, 4096, 1234, "adapters/task_01.safetensors"},
        EvaluationProgress{1, 2, 64, 200},
        EvaluationCell{1, 2, "test", 150, 200, 199, "predictions/after_01_on_02.jsonl", 1.5},
        OverlapComputed{1, 2, {{"jaccard", 0.1}, {"cosine", -1e-9}}, {{{"jaccard", 0.2}}, {}}},
        CheckpointWritten{"checkpoint.safetensors", 1, 7, "training", 4242},
        WarningRaised{"short_task", "Only 1 step; τ \"set\" late.", 2, 1},
        RunResumed{1, 7},
        RunEnded{"failed", "not enough memory"},
    };
    std::vector<Event> events;
    for (const EventPayload& payload : payloads) events.push_back({1763900000.123456, payload});
    return events;
}

Event throughText(const Event& event) {
    return eventFromJson(parseJson(toJson(event).dump(), "line"), "line");
}

TEST(Events, EveryTypeSurvivesItsText) {
    const std::vector<Event> events = everyEvent();
    ASSERT_EQ(events.size(), std::variant_size_v<EventPayload>);
    for (std::size_t i = 0; i < events.size(); ++i) {
        ASSERT_EQ(events[i].payload.index(), i);
        const Event back = throughText(events[i]);
        EXPECT_EQ(back.payload.index(), i);
        EXPECT_EQ(back.time, events[i].time);
        EXPECT_EQ(toJson(back).dump(), toJson(events[i]).dump());
    }
}

TEST(Events, FieldsComeBackWhereTheyWere) {
    const std::vector<Event> events = everyEvent();
    const auto started = std::get<RunStarted>(throughText(events[0]).payload);
    ASSERT_EQ(started.modules.size(), 1U);
    EXPECT_EQ(started.modules[0].name, "encoder.block.0.q");
    EXPECT_EQ(started.modules[0].group, "encoder.block.0");
    EXPECT_EQ(started.modules[0].rows, 128);
    EXPECT_EQ(started.modules[0].columns, 64);
    EXPECT_EQ(started.modules[0].threshold, 1);
    EXPECT_EQ(started.steps, (std::vector<std::int64_t>{3, 4}));
    const auto step = std::get<StepMetrics>(throughText(events[2]).payload);
    EXPECT_EQ(step.penalties[0].name, "ella");
    EXPECT_EQ(step.penalties[0].value, 1.0 / 3.0);
    EXPECT_TRUE(std::signbit(step.penalties[1].value));
    EXPECT_EQ(step.gradNorm, kInf);
    EXPECT_EQ(step.tau[1], 5e-324);
    EXPECT_EQ(step.paddedTokens, 1700);
    EXPECT_EQ(step.memoryBytes, 1 << 30);
    const auto overlap = std::get<OverlapComputed>(throughText(events[8]).payload);
    EXPECT_EQ(overlap.pooled[1].name, "cosine");
    EXPECT_EQ(overlap.perModule.size(), 2U);
    EXPECT_EQ(overlap.perModule[0][0].value, 0.2);
    EXPECT_EQ(std::get<WarningRaised>(throughText(events[10]).payload).message,
              "Only 1 step; τ \"set\" late.");
}

TEST(Events, DoublesAreBitExact) {
    Rng rng(3);
    for (int i = 0; i < 3000; ++i) {
        StepMetrics step;
        step.ce = std::bit_cast<double>(rng.next());
        if (std::isnan(step.ce)) continue;
        const auto back = std::get<StepMetrics>(throughText({0, step}).payload);
        ASSERT_EQ(std::bit_cast<std::uint64_t>(back.ce), std::bit_cast<std::uint64_t>(step.ce));
    }
}

TEST(Events, NanAndInfinitySurvive) {
    StepMetrics step;
    step.ce = kNan;
    step.gradNorm = -kInf;
    step.tau = {kInf, kNan};
    step.penalties = {{"ella", kNan}};
    const std::string text = toJson({0, step}).dump();
    EXPECT_EQ(text.find("null"), std::string::npos) << text;
    const auto back = std::get<StepMetrics>(throughText({0, step}).payload);
    EXPECT_TRUE(std::isnan(back.ce));
    EXPECT_EQ(back.gradNorm, -kInf);
    EXPECT_EQ(back.tau[0], kInf);
    EXPECT_TRUE(std::isnan(back.tau[1]));
    EXPECT_TRUE(std::isnan(back.penalties[0].value));
}

TEST(Events, WhatDiffersBetweenEqualRunsStandsInVolatile) {
    StepMetrics a;
    a.ce = 0.5;
    StepMetrics b = a;
    b.tokensPerSecond = 9;
    b.stepSeconds = 8;
    b.memoryBytes = 7;
    EvaluationCell c{1, 1, "test", 1, 2, 2, "p", 0.5};
    EvaluationCell d = c;
    d.seconds = 0.75;
    const auto result = [](const Event& event) {
        Json json = toJson(event);
        json.erase("volatile");
        return json.dump();
    };
    EXPECT_EQ(result({1, a}), result({2, b}));
    EXPECT_EQ(result({1, c}), result({2, d}));
    EXPECT_NE(toJson({1, a}).dump(), toJson({1, b}).dump());
}

TEST(Events, LifecycleEventsAreNotPartOfTheResult) {
    std::vector<std::string> outside;
    for (const Event& event : everyEvent()) {
        if (!isPartOfResult(event)) outside.push_back(toJson(event)["type"].get<std::string>());
    }
    EXPECT_EQ(outside,
              (std::vector<std::string>{"evaluation_progress", "checkpoint", "run_resumed", "run_ended"}));
    EXPECT_TRUE(isPartOfResult({0, RunEnded{"finished", ""}}));
    EXPECT_FALSE(isPartOfResult({0, RunEnded{"paused", ""}}));
}

TEST(Events, UnknownTypesAreRefused) {
    expectError(ErrorKind::Format, {"events.jsonl: line 4", "\"telegram\""}, [] {
        eventFromJson({{"type", "telegram"}, {"volatile", {{"time", 1}}}}, "events.jsonl: line 4");
    });
    expectError(ErrorKind::Format, {"here", "type"}, [] { eventFromJson(Json::object(), "here"); });
    expectError(ErrorKind::Format, {"here"}, [] { eventFromJson(Json::array(), "here"); });
}

// Removes, retypes or spoils each member of `json` at any depth in turn and hands the result to `use`.
template <typename Use>
void spoilEach(const Json& root, const Json::json_pointer& place, const Use& use) {
    const Json& here = root.at(place);
    for (const auto& [key, value] : here.items()) {
        if (here.is_object()) {
            Json without = root;
            without.at(place).erase(key);
            use(without, place / key);
        }
        const auto inner = here.is_array() ? place / std::stoul(key) : place / key;
        for (const Json& wrong : {Json(nullptr), Json("x"), Json(Json::array({Json::array()})), Json(true),
                                  Json(UINT64_MAX), Json(0.5)}) {
            Json spoiled = root;
            spoiled.at(inner) = wrong;
            use(spoiled, inner);
        }
        if (value.is_structured()) spoilEach(root, inner, use);
    }
}

TEST(Events, DamagedFieldsGiveAnErrorOrAValidEvent) {
    int refused = 0;
    for (const Event& event : everyEvent()) {
        spoilEach(toJson(event), Json::json_pointer(), [&](const Json& spoiled, const auto& place) {
            try {
                // What is accepted must be writable again.
                (void)toJson(eventFromJson(spoiled, "line 7")).dump();
            } catch (const Error& e) {
                EXPECT_EQ(e.kind(), ErrorKind::Format) << e.what();
                EXPECT_EQ(std::string(e.what()).rfind("line 7: ", 0), 0U) << e.what();
                ++refused;
            } catch (const std::exception& e) {
                ADD_FAILURE() << place.to_string() << ": " << e.what();
            }
        });
    }
    EXPECT_GT(refused, 300);
}

TEST(Events, IntegersDoNotWrapAround) {
    Json json = toJson({0, RunResumed{1, 7}});
    json["step"] = UINT64_MAX;
    expectError(ErrorKind::Format, {"here", "step"}, [&] { eventFromJson(json, "here"); });
    json = toJson({0, RunStarted{}});
    json["steps"] = Json::array({UINT64_MAX});
    expectError(ErrorKind::Format, {"here", "steps"}, [&] { eventFromJson(json, "here"); });
}

TEST(Events, MoreCorrectAnswersThanAnswersAreDamage) {
    Json json = toJson({0, EvaluationCell{1, 1, "test", 1, 2, 2, "p", 0.5}});
    json["correct"] = 3;
    expectError(ErrorKind::Format, {"here", "3 of 2"}, [&] { eventFromJson(json, "here"); });
}

}  // namespace
}  // namespace jumplora
