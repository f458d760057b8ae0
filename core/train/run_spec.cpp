// SPDX-License-Identifier: Apache-2.0
#include "train/run_spec.h"

#include "base/error.h"
#include "base/file.h"
#include "method/method_info.h"

#include <algorithm>
#include <regex>

namespace jumplora {
namespace {

const SpecSection& section(const std::string& key) {
    return *std::find_if(specSections().begin(), specSections().end(),
                         [&](const auto& s) { return s.key == key; });
}

Json member(const Json& json, const std::string& key) {
    const auto it = json.find(key);
    return it == json.end() ? Json::object() : *it;
}

template <typename T>
std::optional<T> maybe(const Json& value) {
    if (value.is_null()) return std::nullopt;
    return value.get<T>();
}

template <typename T>
Json orNull(const std::optional<T>& value) {
    return value ? Json(*value) : Json(nullptr);
}

std::vector<ParamInfo> overrideParams() {
    const auto find = [](const char* sectionKey, const char* key) {
        const auto& params = section(sectionKey).params;
        ParamInfo info =
            *std::find_if(params.begin(), params.end(), [&](const auto& p) { return p.key == key; });
        info.optional = true;
        info.defaultValue = nullptr;
        return info;
    };
    return {find("train", "epochs"), find("suite", "max_samples"), find("optimizer", "lr")};
}

TaskOverride parseTask(const Json& json, const std::string& path, const MethodInfo& method) {
    TaskOverride task;
    if (json.is_string()) {
        task.task = json.get<std::string>();
    } else if (json.is_object()) {
        Json rest = json;
        if (!rest.contains("task") || !rest["task"].is_string())
            fail(ErrorKind::Input, "{}.task: missing; expected the name of a task", path);
        task.task = rest["task"].get<std::string>();
        rest.erase("task");
        const Json given = member(rest, "method");
        rest.erase("method");
        const Json checked = checkParams(overrideParams(), rest, path);
        task.epochs = maybe<double>(checked["epochs"]);
        task.maxSamples = maybe<std::int64_t>(checked["max_samples"]);
        task.lr = maybe<double>(checked["lr"]);
        // Only what was given is an override; the rest stays inherited.
        const Json full = checkParams(method.params, given, path + ".method");
        for (const auto& [key, value] : given.items()) task.method[key] = full[key];
    } else {
        fail(ErrorKind::Input, "{}: found {}, expected a task name or an object with \"task\"", path,
             describeType(json));
    }
    if (task.task.empty()) fail(ErrorKind::Input, "{}: the task's name is empty", path);
    return task;
}

void parseSuite(const Json& json, const MethodInfo& method, SuiteSpec& suite) {
    Json plain = json;
    const Json order = plain.is_object() && plain.contains("order") ? plain["order"] : Json::array();
    if (plain.is_object()) plain.erase("order");
    const Json checked = checkParams(section("suite").params, plain, "suite");
    suite.tasks = checked["tasks"].get<std::string>();
    suite.root = checked["root"].get<std::string>();
    suite.maxSamples = maybe<std::int64_t>(checked["max_samples"]);
    if (!order.is_array())
        fail(ErrorKind::Input, "suite.order: found {}, expected a list of tasks", describeType(order));
    for (std::size_t i = 0; i < order.size(); ++i)
        suite.order.push_back(parseTask(order[i], fmt::format("suite.order[{}]", i), method));
}

void checkCombinations(const RunSpec& spec, const MethodInfo& method) {
    if (spec.gate.first > spec.gate.final)
        fail(ErrorKind::Input, "gate.first: the gate starts after it ends: first {} > final {}",
             spec.gate.first, spec.gate.final);
    if (spec.gate.type != "none" && method.gate.rfind("no", 0) == 0)
        fail(ErrorKind::Input, "gate.type: \"{}\" does not work with method \"{}\": {}", spec.gate.type,
             method.key, method.gate);
    static const std::regex devices("cpu|cuda(:[0-9]+)?");
    if (!std::regex_match(spec.backbone.device, devices))
        fail(ErrorKind::Input, "backbone.device: \"{}\" is not known; allowed are cpu, cuda, cuda:N",
             spec.backbone.device);
    if (spec.adapter.targets.empty())
        fail(ErrorKind::Input, "adapter.targets: the list is empty; nothing would be trained");
    if (spec.optimizer.momentum != 0 && spec.optimizer.type != "sgd")
        fail(ErrorKind::Input, "optimizer.momentum: only for type \"sgd\", found type \"{}\"",
             spec.optimizer.type);
    if (spec.name.empty() || spec.name.find('/') != std::string::npos || spec.name.front() == '.')
        fail(ErrorKind::Input, "name: \"{}\" cannot be part of a folder's name", spec.name);
}

}  // namespace

RunSpec parseRunSpec(const Json& json) {
    if (!json.is_object()) fail(ErrorKind::Input, "spec: found {}, expected an object", describeType(json));
    RunSpec spec;
    Json top = json;
    for (const SpecSection& s : specSections()) {
        if (!s.key.empty()) top.erase(s.key);
    }
    // Section names belong to the known keys when the nearest name is looked for.
    std::vector<std::string> known;
    for (const SpecSection& s : specSections()) known.push_back(s.key);
    for (const auto& [key, value] : top.items()) {
        const std::string near = nearestName(key, known);
        if (key != "name" && key != "seed")
            fail(ErrorKind::Input, "{}: unknown key; known are name, seed{}{}", key,
                 fmt::format("{}", fmt::join(known, ", ")),
                 near.empty() ? std::string() : fmt::format("; did you mean \"{}\"?", near));
    }
    const Json run = checkParams(section("").params, top, "");
    spec.name = run["name"].get<std::string>();
    spec.seed = run["seed"].get<std::uint64_t>();

    const Json backbone = checkParams(section("backbone").params, member(json, "backbone"), "backbone");
    spec.backbone.path = backbone["path"].get<std::string>();
    spec.backbone.device = backbone["device"].get<std::string>();
    spec.backbone.precision = backbone["precision"].get<std::string>();
    spec.backbone.dropout = maybe<double>(backbone["dropout"]);
    spec.backbone.threads = backbone["threads"].get<std::int64_t>();

    Json methodJson = member(json, "method");
    if (!methodJson.is_object())
        fail(ErrorKind::Input, "method: found {}, expected an object with \"type\"",
             describeType(methodJson));
    if (methodJson.contains("type")) {
        if (!methodJson["type"].is_string())
            fail(ErrorKind::Input, "method.type: found {}, expected a string",
                 describeType(methodJson["type"]));
        spec.method.type = methodJson["type"].get<std::string>();
        methodJson.erase("type");
    }
    const MethodInfo& method = methodInfo(spec.method.type);
    spec.method.parameters = checkParams(method.params, methodJson, "method");

    parseSuite(member(json, "suite"), method, spec.suite);

    const Json adapter = checkParams(section("adapter").params, member(json, "adapter"), "adapter");
    spec.adapter.targets = adapter["targets"].get<std::vector<std::string>>();
    spec.adapter.rank = adapter["rank"].get<std::int64_t>();
    spec.adapter.alpha = adapter["alpha"].get<double>();
    spec.adapter.dropout = adapter["dropout"].get<double>();

    const Json gate = checkParams(section("gate").params, member(json, "gate"), "gate");
    spec.gate.type = gate["type"].get<std::string>();
    spec.gate.threshold = gate["threshold"].get<std::string>();
    spec.gate.bandwidth = gate["bandwidth"].get<double>();
    spec.gate.first = gate["first"].get<double>();
    spec.gate.final = gate["final"].get<double>();

    const Json optimizer = checkParams(section("optimizer").params, member(json, "optimizer"), "optimizer");
    spec.optimizer.type = optimizer["type"].get<std::string>();
    spec.optimizer.lr = optimizer["lr"].get<double>();
    spec.optimizer.weightDecay = optimizer["weight_decay"].get<double>();
    spec.optimizer.clip = optimizer["clip"].get<double>();
    spec.optimizer.schedule = optimizer["schedule"].get<std::string>();
    spec.optimizer.beta1 = optimizer["beta1"].get<double>();
    spec.optimizer.beta2 = optimizer["beta2"].get<double>();
    spec.optimizer.eps = optimizer["eps"].get<double>();
    spec.optimizer.momentum = optimizer["momentum"].get<double>();

    const Json train = checkParams(section("train").params, member(json, "train"), "train");
    spec.train.batchSize = train["batch_size"].get<std::int64_t>();
    spec.train.accumulate = train["accumulate"].get<std::int64_t>();
    spec.train.epochs = train["epochs"].get<double>();
    spec.train.maxSourceLength = train["max_source_length"].get<std::int64_t>();
    spec.train.maxTargetLength = train["max_target_length"].get<std::int64_t>();
    spec.train.checkpointMinutes = train["checkpoint_minutes"].get<double>();
    spec.train.gateEvery = train["gate_every"].get<std::int64_t>();

    const Json evaluation =
        checkParams(section("evaluation").params, member(json, "evaluation"), "evaluation");
    spec.evaluation.tasks = evaluation["tasks"].get<std::string>();
    spec.evaluation.split = evaluation["split"].get<std::string>();
    spec.evaluation.batchSize = evaluation["batch_size"].get<std::int64_t>();
    spec.evaluation.maxNewTokens = evaluation["max_new_tokens"].get<std::int64_t>();
    spec.evaluation.maxSamples = maybe<std::int64_t>(evaluation["max_samples"]);
    spec.evaluation.beforeTraining = evaluation["before_training"].get<bool>();
    checkCombinations(spec, method);
    return spec;
}

RunSpec readRunSpec(const std::string& path) { return parseRunSpec(readJsonFile(path)); }

Json toJson(const RunSpec& spec) {
    Json order = Json::array();
    for (const TaskOverride& task : spec.suite.order) {
        Json entry = {{"task", task.task}};
        if (task.epochs) entry["epochs"] = *task.epochs;
        if (task.maxSamples) entry["max_samples"] = *task.maxSamples;
        if (task.lr) entry["lr"] = *task.lr;
        if (!task.method.empty()) entry["method"] = task.method;
        order.push_back(entry.size() == 1 ? Json(task.task) : entry);
    }
    Json method = {{"type", spec.method.type}};
    for (const auto& [key, value] : spec.method.parameters.items()) method[key] = value;
    return {{"name", spec.name},
            {"seed", spec.seed},
            {"backbone",
             {{"path", spec.backbone.path},
              {"device", spec.backbone.device},
              {"precision", spec.backbone.precision},
              {"dropout", orNull(spec.backbone.dropout)},
              {"threads", spec.backbone.threads}}},
            {"suite",
             {{"tasks", spec.suite.tasks},
              {"root", spec.suite.root},
              {"order", order},
              {"max_samples", orNull(spec.suite.maxSamples)}}},
            {"adapter",
             {{"targets", spec.adapter.targets},
              {"rank", spec.adapter.rank},
              {"alpha", spec.adapter.alpha},
              {"dropout", spec.adapter.dropout}}},
            {"gate",
             {{"type", spec.gate.type},
              {"threshold", spec.gate.threshold},
              {"bandwidth", spec.gate.bandwidth},
              {"first", spec.gate.first},
              {"final", spec.gate.final}}},
            {"method", method},
            {"optimizer",
             {{"type", spec.optimizer.type},
              {"lr", spec.optimizer.lr},
              {"weight_decay", spec.optimizer.weightDecay},
              {"clip", spec.optimizer.clip},
              {"schedule", spec.optimizer.schedule},
              {"beta1", spec.optimizer.beta1},
              {"beta2", spec.optimizer.beta2},
              {"eps", spec.optimizer.eps},
              {"momentum", spec.optimizer.momentum}}},
            {"train",
             {{"batch_size", spec.train.batchSize},
              {"accumulate", spec.train.accumulate},
              {"epochs", spec.train.epochs},
              {"max_source_length", spec.train.maxSourceLength},
              {"max_target_length", spec.train.maxTargetLength},
              {"checkpoint_minutes", spec.train.checkpointMinutes},
              {"gate_every", spec.train.gateEvery}}},
            {"evaluation",
             {{"tasks", spec.evaluation.tasks},
              {"split", spec.evaluation.split},
              {"batch_size", spec.evaluation.batchSize},
              {"max_new_tokens", spec.evaluation.maxNewTokens},
              {"max_samples", orNull(spec.evaluation.maxSamples)},
              {"before_training", spec.evaluation.beforeTraining}}}};
}

std::string specHash(const RunSpec& spec) {
    Json json = toJson(spec);
    json.erase("name");
    return contentHash(json.dump());
}

}  // namespace jumplora
