// SPDX-License-Identifier: Apache-2.0
#include "data/suite_file.h"

#include "base/error.h"
#include "data/answer_metric.h"

namespace jumplora {
namespace {

ParamInfo param(const char* key, ParamType type, Json value, const char* help) {
    ParamInfo info;
    info.key = key;
    info.label = key;
    info.type = type;
    info.defaultValue = std::move(value);
    info.help = help;
    return info;
}

ParamInfo unset(ParamInfo info, double minimum, double maximum) {
    info.optional = true;
    info.defaultValue = nullptr;
    info.minimum = minimum;
    info.maximum = maximum;
    return info;
}

ParamInfo choice(const char* key, std::vector<std::string> choices, const char* value, const char* help) {
    ParamInfo info = param(key, ParamType::Choice, value, help);
    info.choices = std::move(choices);
    return info;
}

std::vector<ParamInfo> makeParams() {
    constexpr double kMany = 1e9;
    constexpr double kLongest = 1e6;
    std::vector<std::string> metrics;
    for (const AnswerMetric& metric : answerMetrics()) metrics.push_back(metric.key);
    ParamInfo epochs = param("epochs", ParamType::Real, 1.0,
                             "Passes over the task's rows, multiplied by the spec's train.epochs.");
    epochs.minimum = 0;
    epochs.minimumExcluded = true;
    epochs.maximum = 1e4;
    return {
        param("name", ParamType::Text, "", "Name of the task; no two tasks share one."),
        param("folder", ParamType::Path, "", "Folder of the task's files, relative to the data folder."),
        param("text", ParamType::Text, "sentence", "Column of the text."),
        param("label", ParamType::Text, "label",
              "Column of the label, which is what the model has to answer."),
        param("instruction", ParamType::Text, "", "What {instruction} in the prompt stands for."),
        param("options", ParamType::TextList, Json::array(), "The answers to choose from; may be empty."),
        param("option_separator", ParamType::Text, " | ", "What stands between two options in the prompt."),
        param("prompt", ParamType::Text, kDefaultPrompt,
              "Template with {text} and, if wanted, {instruction} and {options}."),
        param("strip", ParamType::Boolean, true,
              "Remove white space at the ends of instruction and text before they are filled in."),
        choice("metric", metrics, kExactMatch, "How an answer is scored."),
        choice("answer", answerParts(), "whole", "Which part of answer and label is compared."),
        epochs,
        unset(param("max_samples", ParamType::Integer, 1, "At most this many training rows, the first ones."),
              1, kMany),
        unset(param("max_new_tokens", ParamType::Integer, 1,
                    "At most this many generated tokens, instead of evaluation.max_new_tokens."),
              1, 1e4),
        unset(param("max_target_length", ParamType::Integer, 2,
                    "Longer labels are cut, instead of at train.max_target_length."),
              2, kLongest),
        choice("truncation_side", {"right", "left"}, "right",
               "Which end of a prompt longer than train.max_source_length is lost.")};
}

void refuseNoObject(const Json& json, const std::string& path) {
    if (!json.is_object())
        fail(ErrorKind::Input, "{}: found {}, expected an object", path, describeType(json));
}

// "splits" (names below the task's folder) or "files" (names below the data folder).
void readSplits(const Json& json, const std::string& path, const std::filesystem::path& folder,
                TaskFiles& files) {
    refuseNoObject(json, path);
    refuseUnknownKeys(json, {"train", "dev", "test"}, path);
    const std::pair<const char*, std::string*> splits[] = {
        {"train", &files.train}, {"dev", &files.dev}, {"test", &files.test}};
    for (const auto& [key, name] : splits) {
        if (!json.contains(key)) continue;
        if (!json[key].is_string() || json[key].get_ref<const std::string&>().empty())
            fail(ErrorKind::Input, "{}.{}: found {}, expected the name of a file", path, key,
                 json[key].dump());
        *name = (folder / json[key].get<std::string>()).string();
    }
}

template <typename T>
std::optional<T> maybe(const Json& value) {
    return value.is_null() ? std::nullopt : std::optional<T>(value.get<T>());
}

FileTask readTask(const Json& json, const Json& defaults, const std::string& path) {
    refuseNoObject(json, path);
    Json merged = defaults;
    for (const auto& [key, value] : json.items()) merged[key] = value;
    const Json splits = merged.contains("splits") ? merged["splits"] : Json::object();
    const Json names = merged.contains("files") ? merged["files"] : Json::object();
    std::vector<std::string> known = {"files", "splits"};
    for (const ParamInfo& info : suiteTaskParams()) known.push_back(info.key);
    refuseUnknownKeys(merged, known, path);
    merged.erase("splits");
    merged.erase("files");
    const Json checked = checkParams(suiteTaskParams(), merged, path);
    FileTask task;
    TaskInfo& info = task.info;
    info.name = checked["name"].get<std::string>();
    info.instruction = checked["instruction"].get<std::string>();
    info.options = checked["options"].get<std::vector<std::string>>();
    info.optionSeparator = checked["option_separator"].get<std::string>();
    info.prompt = checked["prompt"].get<std::string>();
    info.strip = checked["strip"].get<bool>();
    info.metric = checked["metric"].get<std::string>();
    info.answer = checked["answer"].get<std::string>();
    info.epochs = checked["epochs"].get<double>();
    info.maxSamples = maybe<std::int64_t>(checked["max_samples"]);
    info.maxNewTokens = maybe<std::int64_t>(checked["max_new_tokens"]);
    info.maxTargetLength = maybe<std::int64_t>(checked["max_target_length"]);
    info.truncationSide = checked["truncation_side"] == "left" ? TruncationSide::Left : TruncationSide::Right;
    TaskFiles& files = task.files;
    files.textKey = checked["text"].get<std::string>();
    files.labelKey = checked["label"].get<std::string>();
    const std::filesystem::path folder = checked["folder"].get<std::string>();
    files.train = (folder / "train.json").string();
    files.dev = (folder / "dev.json").string();
    files.test = (folder / "test.json").string();
    readSplits(splits, path + ".splits", folder, files);
    readSplits(names, path + ".files", "", files);
    return task;
}

}  // namespace

bool isSuiteFile(const Json& json) {
    if (!json.is_object()) return false;
    const auto format = json.find("format");
    return format != json.end() && format->is_string() &&
           format->get_ref<const std::string&>().starts_with("jumplora-suite/");
}

const std::vector<ParamInfo>& suiteTaskParams() {
    static const std::vector<ParamInfo> kParams = makeParams();
    return kParams;
}

std::vector<FileTask> readSuiteFile(const Json& json, const std::string& file) {
    if (json["format"] != kSuiteFormat)
        fail(ErrorKind::Format, "{}: format {} is not known; this program reads \"{}\"", file,
             json["format"].dump(), kSuiteFormat);
    const std::string start = file + ": ";
    try {
        refuseUnknownKeys(json, {"format", "name", "description", "source", "defaults", "tasks"}, "");
    } catch (const Error& error) {
        fail(error.kind(), "{}{}", start, error.what());
    }
    for (const char* key : {"name", "description", "source"})
        if (json.contains(key)) (void)requireString(json, key, file);
    const Json defaults = json.contains("defaults") ? json["defaults"] : Json::object();
    refuseNoObject(defaults, start + "defaults");
    for (const char* key : {"name", "folder", "files"})
        if (defaults.contains(key))
            fail(ErrorKind::Input, "{}defaults.{}: belongs to a task, not to all of them", start, key);
    // Defaults are read as a task of their own, so that a mistake in them is named as such.
    (void)readTask(defaults, Json::object(), start + "defaults");
    const Json& list = requireMember(json, "tasks", file);
    if (!list.is_array() || list.empty())
        fail(ErrorKind::Format, "{}tasks: expected a list of tasks, found {}", start,
             list.is_array() ? "an empty one" : describeType(list));
    std::vector<FileTask> tasks;
    for (std::size_t i = 0; i < list.size(); ++i) {
        const std::string path = fmt::format("{}tasks[{}]", start, i);
        FileTask task = readTask(list[i], defaults, path);
        checkTask(task, tasks, path);
        tasks.push_back(std::move(task));
    }
    return tasks;
}

Json writeSuiteFile(const std::string& name, const std::vector<FileTask>& tasks) {
    const auto orNull = [](const auto& value) { return value ? Json(*value) : Json(nullptr); };
    Json list = Json::array();
    for (const FileTask& task : tasks) {
        const TaskInfo& info = task.info;
        list.push_back(
            {{"name", info.name},
             {"files", {{"train", task.files.train}, {"dev", task.files.dev}, {"test", task.files.test}}},
             {"text", task.files.textKey},
             {"label", task.files.labelKey},
             {"instruction", info.instruction},
             {"options", info.options},
             {"option_separator", info.optionSeparator},
             {"prompt", info.prompt},
             {"strip", info.strip},
             {"metric", info.metric},
             {"answer", info.answer},
             {"epochs", info.epochs},
             {"max_samples", orNull(info.maxSamples)},
             {"max_new_tokens", orNull(info.maxNewTokens)},
             {"max_target_length", orNull(info.maxTargetLength)},
             {"truncation_side", info.truncationSide == TruncationSide::Left ? "left" : "right"}});
    }
    return {{"format", kSuiteFormat}, {"name", name}, {"tasks", list}};
}

}  // namespace jumplora
