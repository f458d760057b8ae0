// SPDX-License-Identifier: Apache-2.0
#include "train/run_spec.h"

#include "base/file.h"
#include "method/method_info.h"
#include "support/errors.h"
#include "support/shared_data.h"

#include <algorithm>

namespace jumplora {
namespace {

using testing::expectError;

RunSpec parse(const std::string& text) { return parseRunSpec(parseJson(text, "test")); }

void expectRefused(const std::string& text, const std::vector<std::string>& parts) {
    SCOPED_TRACE(text);
    expectError(ErrorKind::Input, parts, [&] { parse(text); });
}

TEST(RunSpec, NothingGivenMeansTheDefaultsOfTheStructure) {
    RunSpec plain;
    const RunSpec parsed = parse("{}");
    // The method's parameters are filled in by parsing only.
    plain.method.parameters = parsed.method.parameters;
    EXPECT_EQ(toJson(parsed).dump(), toJson(plain).dump());
}

TEST(RunSpec, TheRecipeIsTheDefault) {
    const RunSpec spec = parse("{}");
    EXPECT_EQ(spec.adapter.targets, (std::vector<std::string>{"q", "v"}));
    EXPECT_EQ(spec.adapter.rank, 8);
    EXPECT_EQ(spec.adapter.alpha, 32);
    EXPECT_EQ(spec.gate.bandwidth, 1e-3);
    EXPECT_EQ(spec.gate.first, 0.2);
    EXPECT_EQ(spec.gate.final, 0.8);
    EXPECT_EQ(spec.optimizer.lr, 1e-3);
    EXPECT_EQ(spec.optimizer.clip, 1.0);
    EXPECT_EQ(spec.train.batchSize, 32);
    EXPECT_EQ(spec.train.maxSourceLength, 512);
    EXPECT_EQ(spec.train.maxTargetLength, 8);
    EXPECT_EQ(spec.evaluation.maxNewTokens, 8);
}

TEST(RunSpec, ReadsTheWholeSkeleton) {
    const std::string text = R"({
        "name": "all", "seed": 7,
        "backbone": {"path": "/models/t5", "device": "cuda:1", "precision": "float64", "dropout": 0.1,
                     "threads": 2},
        "suite": {"tasks": "t.json", "root": "/data", "max_samples": 100,
                  "order": ["a", {"task": "b", "epochs": 2.5, "max_samples": 9, "lr": 1e-4,
                                  "method": {"lambda": 5}}, "a"]},
        "adapter": {"targets": ["q", "k"], "rank": 4, "alpha": 8, "dropout": 0.2},
        "gate": {"type": "jumprelu", "threshold": "per_block", "bandwidth": 0.01, "first": 0, "final": 1},
        "method": {"type": "ella", "lambda": 3e4, "delta": "sparse"},
        "optimizer": {"type": "sgd", "lr": 0.1, "weight_decay": 0.01, "clip": 0, "schedule": "linear",
                      "beta1": 0.8, "beta2": 0.9, "eps": 1e-6, "momentum": 0.9},
        "train": {"batch_size": 16, "accumulate": 2, "epochs": 3, "max_source_length": 64,
                  "max_target_length": 4, "checkpoint_minutes": 1, "gate_every": 5},
        "evaluation": {"tasks": "all", "split": "dev", "batch_size": 8, "max_new_tokens": 5,
                       "max_samples": 50, "before_training": true}})";
    const RunSpec spec = parse(text);
    EXPECT_EQ(spec.seed, 7U);
    EXPECT_EQ(spec.backbone.device, "cuda:1");
    EXPECT_EQ(spec.backbone.dropout, 0.1);
    ASSERT_EQ(spec.suite.order.size(), 3U);
    EXPECT_EQ(spec.suite.order[0].task, "a");
    EXPECT_FALSE(spec.suite.order[0].epochs);
    EXPECT_EQ(spec.suite.order[1].epochs, 2.5);
    EXPECT_EQ(spec.suite.order[1].maxSamples, 9);
    EXPECT_EQ(spec.suite.order[1].lr, 1e-4);
    // Only what was given is an override: "delta" stays inherited.
    EXPECT_EQ(spec.suite.order[1].method.dump(), R"({"lambda":5.0})");
    EXPECT_EQ(spec.method.parameters.dump(), R"({"lambda":30000.0,"delta":"sparse"})");
    EXPECT_EQ(spec.optimizer.momentum, 0.9);
    EXPECT_EQ(spec.train.accumulate, 2);
    EXPECT_EQ(spec.evaluation.maxSamples, 50);
    EXPECT_TRUE(spec.evaluation.beforeTraining);
    const Json json = toJson(spec);
    EXPECT_EQ(toJson(parseRunSpec(json)).dump(), json.dump());
    // Every key that was given comes back as it was given.
    const Json patch = Json::diff(parseJson(text, "test"), json);
    for (const Json& change : patch) EXPECT_EQ(change["op"], "add") << change.dump();
}

TEST(RunSpec, EveryKeyOfTheSectionsIsWritten) {
    const Json json = toJson(parse("{}"));
    std::size_t keys = 0;
    for (const SpecSection& section : specSections()) {
        const Json& part = section.key.empty() ? json : json.at(section.key);
        for (const ParamInfo& info : section.params) {
            ASSERT_TRUE(part.contains(info.key)) << section.key << "." << info.key;
            EXPECT_EQ(part[info.key], info.defaultValue) << section.key << "." << info.key;
            ++keys;
        }
        if (!section.key.empty() && section.key != "method") {
            EXPECT_EQ(part.size(), section.params.size()) << section.key;
        }
    }
    EXPECT_GT(keys, 40U);
}

TEST(RunSpec, EveryDescribedRangeIsEnforced) {
    for (const SpecSection& section : specSections()) {
        for (const ParamInfo& info : section.params) {
            const std::string path = section.key.empty() ? info.key : section.key + "." + info.key;
            const auto with = [&](const Json& value) {
                Json json = Json::object();
                (section.key.empty() ? json : json[section.key])[info.key] = value;
                return json;
            };
            EXPECT_FALSE(info.help.empty()) << path;
            if (info.minimum)
                expectError(ErrorKind::Input, {path + ":", describeRange(info)},
                            [&] { parseRunSpec(with(*info.minimum - 1)); });
            if (info.maximum)
                expectError(ErrorKind::Input, {path + ":", describeRange(info)},
                            [&] { parseRunSpec(with(*info.maximum * 2)); });
            if (!info.choices.empty())
                expectError(ErrorKind::Input, {path + ":", "\"zzz\"", info.choices.back()},
                            [&] { parseRunSpec(with("zzz")); });
            expectError(ErrorKind::Input, {path}, [&] { parseRunSpec(with(Json::object())); });
        }
    }
}

TEST(RunSpec, UnknownKeysSuggestTheNearest) {
    expectRefused(R"({"adaptor": {}})", {"adaptor", "did you mean \"adapter\"?"});
    expectRefused(R"({"sede": 1})", {"sede", "name, seed, backbone", "did you mean \"seed\"?"});
    expectRefused(R"({"adapter": {"rnak": 1}})", {"adapter.rnak", "did you mean \"rank\"?"});
    expectRefused(R"({"method": {"type": "ella", "lamda": 1}})", {"method.lamda", "\"lambda\""});
    expectRefused(R"({"method": {"type": "ela"}})", {"method.type", "\"ela\"", "\"ella\""});
    expectRefused(R"({"method": {"type": "inclora", "lambda": 1}})", {"method.lambda"});
    expectRefused(R"({"suite": {"order": [{"task": "a", "epoch": 1}]}})",
                  {"suite.order[0].epoch", "\"epochs\""});
    expectRefused(R"({"suite": {"order": ["b", {"task": "a", "method": {"lambda": 1}}]}})",
                  {"suite.order[1].method.lambda"});
}

TEST(RunSpec, WrongTypesNamePathAndFinding) {
    expectRefused("[]", {"spec", "a list", "an object"});
    expectRefused(R"({"gate": null})", {"gate", "null", "an object"});
    expectRefused(R"({"adapter": {"rank": "8"}})", {"adapter.rank", "\"8\"", "a string", "an integer"});
    expectRefused(R"({"method": "ella"})", {"method", "a string", "\"type\""});
    expectRefused(R"({"method": {"type": 3}})", {"method.type", "an integer"});
    expectRefused(R"({"suite": {"order": "a"}})", {"suite.order", "a string"});
    expectRefused(R"({"suite": {"order": [3]}})", {"suite.order[0]", "an integer"});
    expectRefused(R"({"suite": {"order": [{}]}})", {"suite.order[0].task", "missing"});
    expectRefused(R"({"suite": {"order": [""]}})", {"suite.order[0]", "empty"});
    expectRefused(R"({"suite": {"order": [{"task": "a", "epochs": -1}]}})",
                  {"suite.order[0].epochs", "-1", "above 0"});
    expectRefused(R"({"evaluation": {"before_training": 1}})",
                  {"evaluation.before_training", "true or false"});
}

TEST(RunSpec, ImpossibleCombinationsAreRefused) {
    expectRefused(R"({"gate": {"type": "jumprelu", "first": 0.9, "final": 0.5}})",
                  {"gate.first", "0.9", "gate.final", "0.5"});
    expectRefused(R"({"adapter": {"targets": []}})", {"adapter.targets", "empty"});
    expectRefused(R"({"adapter": {"targets": ["q", "q"]}})", {"adapter.targets"});
    expectRefused(R"({"optimizer": {"momentum": 0.9}})", {"optimizer.momentum", "sgd"});
    expectRefused(R"({"backbone": {"precision": "float16"}})",
                  {"backbone.precision", "float16", "float32, bfloat16, float64"});
    for (const char* device : {"gpu", "cuda:", "cuda:x", "cuda:1x", "cuda:99999", "CPU", ""})
        expectRefused(Json({{"backbone", {{"device", device}}}}).dump(), {"backbone.device", device});
    for (const char* name : {"", "a/b", ".hidden", "-x", "a\nb"})
        expectRefused(Json({{"name", name}}).dump(), {"name"});
    expectRefused(Json({{"name", std::string(121, 'x')}}).dump(), {"name", "120"});
}

TEST(RunSpec, WhatLooksOddButWorksIsAccepted) {
    EXPECT_NO_THROW(parse(R"({"gate": {"type": "jumprelu", "first": 0.5, "final": 0.5}})"));
    EXPECT_NO_THROW(parse(R"({"gate": {"type": "none", "threshold": "per_module"}})"));
    EXPECT_NO_THROW(parse(R"({"suite": {"order": ["a", "a"]}})"));
    EXPECT_NO_THROW(parse(R"({"name": "größer – 2"})"));
    EXPECT_NO_THROW(parse(R"({"backbone": {"device": "cuda"}})"));
}

TEST(RunSpec, EveryMethodParsesWithItsDefaults) {
    for (const MethodInfo& method : methodInfos()) {
        const RunSpec spec = parseRunSpec({{"method", {{"type", method.key}}}});
        EXPECT_EQ(spec.method.parameters.size(), method.params.size()) << method.key;
        EXPECT_EQ(toJson(parseRunSpec(toJson(spec))).dump(), toJson(spec).dump()) << method.key;
    }
}

TEST(SpecHash, DependsOnTheComputationOnly) {
    const std::string hash = specHash(parse("{}"));
    EXPECT_EQ(hash.size(), 16U);
    EXPECT_EQ(specHash(parse(R"({"name": "other"})")), hash);
    // A default that is spelled out changes nothing, nor does the order of keys.
    EXPECT_EQ(specHash(parse(R"({"adapter": {"alpha": 32, "rank": 8}, "seed": 1})")), hash);
    for (const char* text : {R"({"seed": 2})", R"({"adapter": {"rank": 9}})", R"({"gate": {"first": 0.1}})",
                             R"({"method": {"type": "ella"}})", R"({"suite": {"order": ["a"]}})",
                             R"({"optimizer": {"lr": 0.0010000000000000002}})"})
        EXPECT_NE(specHash(parse(text)), hash) << text;
}

TEST(RunSpec, DoublesRoundTripBitByBit) {
    for (const double value : {0.1, 1.0 / 3.0, 1e-8, 0.30000000000000004, 4.9e-300}) {
        RunSpec spec = parse("{}");
        spec.optimizer.lr = value;
        EXPECT_EQ(parse(toJson(spec).dump()).optimizer.lr, value);
    }
}

TEST(RunSpec, ErrorsOfAFileNameTheFile) {
    const testing::TemporaryFolder folder;
    const std::string file = (folder.path() / "mine.json").string();
    writeFileAtomically(file, R"({"adapter": {"rank": 0}})");
    expectError(ErrorKind::Input, {file, "adapter.rank"}, [&] { readRunSpec(file); });
}

}  // namespace
}  // namespace jumplora
