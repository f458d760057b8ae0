// SPDX-License-Identifier: Apache-2.0
#include "train/run_spec.h"

#include "base/error.h"
#include "base/file.h"
#include "method/method_info.h"

#include <algorithm>
#include <set>

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

std::vector<std::string> keysOf(const std::vector<ParamInfo>& infos) {
    std::vector<std::string> keys;
    keys.reserve(infos.size());
    for (const ParamInfo& info : infos) keys.push_back(info.key);
    return keys;
}

// What an entry of suite.order may hold.
std::vector<ParamInfo> overrideParams() {
    const auto find = [](const char* sectionKey, const char* key) {
        const auto& params = section(sectionKey).params;
        ParamInfo info =
            *std::find_if(params.begin(), params.end(), [&](const auto& p) { return p.key == key; });
        info.optional = true;
        info.defaultValue = nullptr;
        return info;
    };
    ParamInfo task;
    task.key = "task";
    task.type = ParamType::Text;
    ParamInfo method;  // its keys are those of the run's method
    method.key = "method";
    return {task,
            find("train", "epochs"),
            find("suite", "max_samples"),
            find("optimizer", "lr"),
            find("evaluation", "max_new_tokens"),
            method};
}

TaskOverride parseTask(const Json& json, const std::string& path, const MethodInfo& method) {
    TaskOverride task;
    if (json.is_string()) {
        task.task = json.get<std::string>();
    } else if (json.is_object()) {
        const std::vector<ParamInfo> infos = overrideParams();
        refuseUnknownKeys(json, keysOf(infos), path);
        const auto value = [&](std::size_t i) {
            const auto& info = infos[i];
            const auto it = json.find(info.key);
            return it == json.end() ? info.defaultValue : checkParam(info, *it, path + "." + info.key);
        };
        if (!json.contains("task")) fail(ErrorKind::Input, "{}.task: missing; expected a task's name", path);
        task.task = value(0).get<std::string>();
        task.epochs = maybe<double>(value(1));
        task.maxSamples = maybe<std::int64_t>(value(2));
        task.lr = maybe<double>(value(3));
        task.maxNewTokens = maybe<std::int64_t>(value(4));
        const Json given = member(json, "method");
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

bool isDevice(const std::string& device) {
    if (device == "cpu" || device == "cuda") return true;
    constexpr std::string_view kIndexed = "cuda:";
    if (device.rfind(kIndexed, 0) != 0) return false;
    const std::string_view index = std::string_view(device).substr(kIndexed.size());
    return !index.empty() && index.size() <= 3 &&
           std::all_of(index.begin(), index.end(), [](char c) { return c >= '0' && c <= '9'; });
}

void checkName(const std::string& name) {
    constexpr std::size_t kLongest = 120;  // a folder's name has 255 bytes, and more follows
    const bool control =
        std::any_of(name.begin(), name.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; });
    if (name.empty() || name.front() == '.' || name.front() == '-' || name.find('/') != std::string::npos ||
        control || name.size() > kLongest)
        fail(ErrorKind::Input,
             "name: \"{}\" cannot begin a folder's name; allowed are 1 to {} bytes without / and control "
             "characters, not beginning with . or -",
             name.substr(0, kLongest), kLongest);
}

// A method that cannot be gated says "no" and why.
bool refusesGate(const MethodInfo& method) {
    return method.gate == "no" || method.gate.rfind("no:", 0) == 0 || method.gate.rfind("no,", 0) == 0;
}

void checkCombinations(const RunSpec& spec, const MethodInfo& method) {
    if (spec.gate.first > spec.gate.final)
        fail(ErrorKind::Input,
             "gate.first: found {}, but gate.final is {}; the warm start cannot end after the blending. "
             "Allowed is gate.first at most gate.final",
             spec.gate.first, spec.gate.final);
    if (spec.gate.type != "none" && refusesGate(method))
        fail(ErrorKind::Input, "gate.type: \"{}\" does not work with method \"{}\" ({}); allowed is none",
             spec.gate.type, method.key, method.gate);
    if (!isDevice(spec.backbone.device))
        fail(ErrorKind::Input, "backbone.device: \"{}\" is not known; allowed are cpu, cuda, cuda:N",
             spec.backbone.device);
    if (spec.adapter.targets.empty())
        fail(ErrorKind::Input,
             "adapter.targets: the list is empty, so nothing would be trained; expected names of linear "
             "layers such as q and v");
    const std::set<std::string> targets(spec.adapter.targets.begin(), spec.adapter.targets.end());
    if (targets.size() != spec.adapter.targets.size() || targets.count("") > 0)
        fail(ErrorKind::Input, "adapter.targets: found {}; allowed are names that differ and are not empty",
             Json(spec.adapter.targets).dump());
    if (spec.optimizer.momentum != 0 && spec.optimizer.type != "sgd")
        fail(ErrorKind::Input,
             "optimizer.momentum: found {} with optimizer.type \"{}\"; momentum belongs to \"sgd\", for "
             "\"adamw\" set optimizer.beta1",
             spec.optimizer.momentum, spec.optimizer.type);
    checkName(spec.name);
}

}  // namespace

RunSpec parseRunSpec(const Json& json) {
    if (!json.is_object()) fail(ErrorKind::Input, "spec: found {}, expected an object", describeType(json));
    RunSpec spec;
    // Sections belong to the known keys when the nearest name is looked for.
    std::vector<std::string> known = keysOf(section("").params);
    for (const SpecSection& s : specSections()) {
        if (!s.key.empty()) known.push_back(s.key);
    }
    refuseUnknownKeys(json, known, "");
    Json top = Json::object();
    for (const ParamInfo& info : section("").params) {
        if (json.contains(info.key)) top[info.key] = json[info.key];
    }
    const Json run = checkParams(section("").params, top, "");
    spec.name = run["name"].get<std::string>();
    spec.seed = run["seed"].get<std::uint64_t>();

    const Json backboneJson = member(json, "backbone");
    if (backboneJson.is_object() && backboneJson.value("precision", Json()) == "float16")
        fail(ErrorKind::Input,
             "backbone.precision: float16 is not computed; allowed is one of float32, bfloat16, float64. "
             "Checkpoints stored in float16 are read and computed in each of them");
    const Json backbone = checkParams(section("backbone").params, backboneJson, "backbone");
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
    spec.train.lossOnPrompt = train["loss_on_prompt"].get<bool>();
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

RunSpec readRunSpec(const std::string& path) {
    const Json json = readJsonFile(path);
    try {
        return parseRunSpec(json);
    } catch (const Error& e) {
        fail(e.kind(), "{}: {}", path, e.what());
    }
}

Json toJson(const RunSpec& spec) {
    Json order = Json::array();
    for (const TaskOverride& task : spec.suite.order) {
        Json entry = {{"task", task.task}};
        if (task.epochs) entry["epochs"] = *task.epochs;
        if (task.maxSamples) entry["max_samples"] = *task.maxSamples;
        if (task.lr) entry["lr"] = *task.lr;
        if (task.maxNewTokens) entry["max_new_tokens"] = *task.maxNewTokens;
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
              {"loss_on_prompt", spec.train.lossOnPrompt},
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
    // A key that came later: specs that do not use it keep the hash that their runs carry.
    if (!spec.train.lossOnPrompt) json["train"].erase("loss_on_prompt");
    return contentHash(json.dump());
}

}  // namespace jumplora
