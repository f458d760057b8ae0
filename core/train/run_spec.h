// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/json.h"
#include "base/param.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace jumplora {

// The frozen description of one run: what the JSON file says with every default filled in.
// Keys, ranges, defaults and help stand in specSections(); docs/run-spec.md is checked against them.

struct BackboneSpec {
    std::string path = "builtin";  // "builtin" or a Hugging Face folder
    std::string device = "cpu";    // cpu, cuda, cuda:1
    std::string precision = "float32";
    std::optional<double> dropout;  // overrides the checkpoint's dropout_rate
    std::int64_t threads = 0;       // 0 = all cores
};

// One place of the sequence. Empty options are inherited from the sections below.
struct TaskOverride {
    std::string task;
    std::optional<double> epochs;
    std::optional<std::int64_t> maxSamples;
    std::optional<double> lr;
    std::optional<std::int64_t> maxNewTokens;
    Json method = Json::object();  // overrides of the method's own parameters, e.g. {"lambda": 1e4}
};

struct SuiteSpec {
    std::string tasks = "builtin";  // "builtin" or a task file
    std::string root;               // folder that the task file's paths are relative to; empty = beside it
    std::vector<TaskOverride> order;
    std::optional<std::int64_t> maxSamples;
};

struct AdapterSpec {
    std::vector<std::string> targets = {"q", "v"};
    std::int64_t rank = 8;
    double alpha = 32;
    double dropout = 0;
};

struct GateSpec {
    std::string type = "none";         // none, jumprelu
    std::string threshold = "global";  // global, per_block, per_module
    double bandwidth = 1e-3;
    double first = 0.2;
    double final = 0.8;
};

struct MethodSpec {
    std::string type = "inclora";
    Json parameters = Json::object();  // complete, in the order of the method's description
};

struct OptimizerSpec {
    std::string type = "adamw";
    double lr = 1e-3;
    double weightDecay = 0;
    double clip = 1.0;                  // 0 = no clipping
    std::string schedule = "constant";  // constant, linear, cosine
    double beta1 = 0.9;
    double beta2 = 0.999;
    double eps = 1e-8;
    double momentum = 0;  // sgd
};

struct TrainSpec {
    std::int64_t batchSize = 32;
    std::int64_t accumulate = 1;  // micro-batches per optimizer step; batchSize rows each
    double epochs = 1.0;
    std::int64_t maxSourceLength = 512;
    std::int64_t maxTargetLength = 8;
    bool lossOnPrompt = false;  // decoder-only: prompts count as targets too
    double checkpointMinutes = 10;
    std::int64_t gateEvery = 10;  // per-module density at least every n steps
};

struct EvaluationSpec {
    std::string tasks = "seen";  // seen, all
    std::string split = "test";  // test, dev
    std::int64_t batchSize = 32;
    std::int64_t maxNewTokens = 8;
    std::optional<std::int64_t> maxSamples;
    bool beforeTraining = false;
};

struct RunSpec {
    std::string name = "run";
    std::uint64_t seed = 1;
    BackboneSpec backbone;
    SuiteSpec suite;
    AdapterSpec adapter;
    GateSpec gate;
    MethodSpec method;
    OptimizerSpec optimizer;
    TrainSpec train;
    EvaluationSpec evaluation;
};

// A group of keys of the spec ("adapter", "gate", ...; "" is the top level), in file order. The section
// "method" lists only "type"; the rest comes from the method's own description.
struct SpecSection {
    std::string key;
    std::string label;
    std::string help;
    std::vector<ParamInfo> params;
};
const std::vector<SpecSection>& specSections();

// Validates and fills defaults. Throws Error(Input) with the path of the key, what was found, what is allowed
// and the nearest known name.
RunSpec parseRunSpec(const Json& json);
RunSpec readRunSpec(const std::string& path);

// Every key, in the order of specSections(). parseRunSpec(toJson(spec)) gives the same spec.
Json toJson(const RunSpec& spec);

// 16 hexadecimal digits over the canonical JSON without "name": equal hash = equal computation.
std::string specHash(const RunSpec& spec);

}  // namespace jumplora
