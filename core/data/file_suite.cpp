// SPDX-License-Identifier: Apache-2.0
#include "data/file_suite.h"

#include "base/error.h"
#include "base/file.h"
#include "data/table_file.h"

#include <algorithm>

namespace jumplora {
namespace {

class FileSuite : public Suite {
  public:
    explicit FileSuite(FileTasks from) : m_roots(std::move(from.roots)) {
        for (FileTask& task : from.tasks) {
            m_tasks.push_back(std::move(task.info));
            m_files.push_back(std::move(task.files));
        }
    }

    [[nodiscard]] const std::vector<TaskInfo>& tasks() const override { return m_tasks; }

    [[nodiscard]] std::vector<Example> load(std::size_t task, Split split,
                                            std::optional<std::int64_t> maxSamples) const override {
        const auto file = fileOf(task, split);
        const auto rows = readTable(file, m_files[task].textKey, m_files[task].labelKey);
        if (rows.empty())
            fail(ErrorKind::Input, "{}: task \"{}\" has no {} rows", file.string(), m_tasks[task].name,
                 splitName(split));
        std::size_t count = rows.size();
        if (maxSamples)
            count = std::min(count, static_cast<std::size_t>(std::max<std::int64_t>(*maxSamples, 0)));
        std::vector<Example> examples;
        examples.reserve(count);
        for (std::size_t i = 0; i < count; ++i)
            examples.push_back({renderPrompt(m_tasks[task], rows[i].text), rows[i].label,
                                static_cast<std::int64_t>(i), m_tasks[task].maxTargetLength.value_or(0),
                                m_tasks[task].truncationSide});
        return examples;
    }

    [[nodiscard]] Json provenance(std::size_t task, Split split) const override {
        return {{m_files[task].nameOf(split), fileHash(fileOf(task, split))}};
    }

  private:
    [[nodiscard]] std::filesystem::path fileOf(std::size_t task, Split split) const {
        const std::string& name = m_files[task].nameOf(split);
        if (split == Split::Dev && (name == m_files[task].test || name == m_files[task].train))
            fail(ErrorKind::Input,
                 "task \"{}\" has no dev split of its own: \"{}\" is already its {} file; name another one "
                 "for the dev split",
                 m_tasks[task].name, name, name == m_files[task].test ? "test" : "training");
        std::vector<std::string> tried;
        for (const auto& root : m_roots) {
            auto file = root / name;
            if (std::filesystem::is_regular_file(file)) return file;
            tried.push_back(file.string());
        }
        fail(
            ErrorKind::Input,
            "the {} file \"{}\" of task \"{}\" is not there (tried {}); set suite.root to the folder that it "
            "is relative to",
            splitName(split), name, m_tasks[task].name, fmt::join(tried, ", "));
    }

    std::vector<TaskInfo> m_tasks;
    std::vector<TaskFiles> m_files;
    std::vector<std::filesystem::path> m_roots;
};

FileTask readReferenceTask(const Json& json, const std::string& where) {
    FileTask task;
    TaskInfo& info = task.info;
    info.name = requireString(json, "task_name", where);
    info.instruction = json.contains("instruction") ? requireString(json, "instruction", where) : "";
    const Json& options = requireMember(json, "options", where);
    if (!options.is_array()) fail(ErrorKind::Format, "{}: \"options\" must be a list of strings", where);
    for (const Json& option : options) {
        if (!option.is_string()) fail(ErrorKind::Format, "{}: \"options\" must be a list of strings", where);
        info.options.push_back(option.get<std::string>());
    }
    if (json.contains("max_samples") && !json["max_samples"].is_null()) {
        info.maxSamples = requireInteger(json, "max_samples", where);
        if (*info.maxSamples < 1) fail(ErrorKind::Format, "{}: \"max_samples\" must be at least 1", where);
    }
    if (json.contains("prompt")) info.prompt = requireString(json, "prompt", where);
    TaskFiles& files = task.files;
    files.train = requireString(json, "train_file", where);
    files.test = json.contains("test_file") ? requireString(json, "test_file", where)
                                            : requireString(json, "validation_file", where);
    files.dev = json.contains("dev_file") ? requireString(json, "dev_file", where) : devBeside(files.train);
    if (json.contains("text_key")) files.textKey = requireString(json, "text_key", where);
    if (json.contains("label_key")) files.labelKey = requireString(json, "label_key", where);
    return task;
}

}  // namespace

std::unique_ptr<Suite> makeFileSuite(FileTasks tasks) {
    return std::make_unique<FileSuite>(std::move(tasks));
}

std::vector<std::filesystem::path> rootsOf(const std::filesystem::path& file, const std::string& root) {
    if (!root.empty()) return {root};
    const auto folder = std::filesystem::absolute(file).lexically_normal().parent_path();
    return {folder, folder.parent_path()};
}

std::string devBeside(const std::string& train) {
    return (std::filesystem::path(train).parent_path() / "dev.json").string();
}

void checkTask(const FileTask& task, const std::vector<FileTask>& earlier, const std::string& where) {
    const TaskInfo& info = task.info;
    if (info.name.empty()) fail(ErrorKind::Format, "{}: the name of the task is empty", where);
    for (const FileTask& other : earlier) {
        if (other.info.name == info.name)
            fail(ErrorKind::Format, "{}: \"{}\" is already the name of an earlier task", where, info.name);
    }
    if (info.prompt.find("{text}") == std::string::npos)
        fail(ErrorKind::Format, "{}: \"prompt\" must contain {{text}}", where);
    if (info.prompt.find("{label}") != std::string::npos)
        fail(ErrorKind::Format, "{}: \"prompt\" must not contain {{label}}: it is what the model answers",
             where);
    if (task.files.train == task.files.test)
        fail(ErrorKind::Format, "{}: \"{}\" is named as training and as test file", where, task.files.train);
}

std::vector<FileTask> readReferenceTasks(const Json& json, const std::string& file) {
    const Json& list = json.is_object() && json.contains("tasks") ? json["tasks"] : json;
    if (!list.is_array() || list.empty())
        fail(ErrorKind::Format, "{}: expected a list of tasks, found {}", file, describeType(list));
    std::vector<FileTask> tasks;
    for (std::size_t i = 0; i < list.size(); ++i) {
        const std::string where = fmt::format("{}: task {}", file, i + 1);
        FileTask task = readReferenceTask(list[i], where);
        checkTask(task, tasks, where);
        tasks.push_back(std::move(task));
    }
    return tasks;
}

}  // namespace jumplora
