// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"
#include "base/file.h"
#include "base/param.h"
#include "data/builtin_suite.h"
#include "data/table_file.h"
#include "data/task.h"

#include <algorithm>

namespace jumplora {
namespace {

// Tasks of a file in the reference's format.
class FileSuite : public Suite {
  public:
    FileSuite(const std::filesystem::path& file, const std::string& root) {
        const Json json = readJsonFile(file);
        const Json& list = json.is_object() && json.contains("tasks") ? json["tasks"] : json;
        if (!list.is_array() || list.empty())
            fail(ErrorKind::Format, "{}: expected a list of tasks, found {}", file.string(),
                 describeType(list));
        for (std::size_t i = 0; i < list.size(); ++i)
            addTask(list[i], fmt::format("{}: task {}", file.string(), i + 1));
        if (root.empty()) {
            const auto folder = std::filesystem::absolute(file).lexically_normal().parent_path();
            m_roots = {folder, folder.parent_path()};
        } else {
            m_roots = {root};
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
            examples.push_back(
                {renderPrompt(m_tasks[task], rows[i].text), rows[i].label, static_cast<std::int64_t>(i)});
        return examples;
    }

    [[nodiscard]] Json provenance(std::size_t task, Split split) const override {
        return {{m_files[task].nameOf(split), fileHash(fileOf(task, split))}};
    }

  private:
    struct Files {
        std::string train, dev, test, textKey, labelKey;
        [[nodiscard]] const std::string& nameOf(Split split) const {
            return split == Split::Train ? train : split == Split::Dev ? dev : test;
        }
    };

    void addTask(const Json& json, const std::string& where) {
        TaskInfo task;
        task.name = requireString(json, "task_name", where);
        for (const TaskInfo& other : m_tasks) {
            if (other.name == task.name)
                fail(ErrorKind::Format, "{}: \"{}\" is already the name of an earlier task", where,
                     task.name);
        }
        task.instruction = json.contains("instruction") ? requireString(json, "instruction", where) : "";
        const Json& options = requireMember(json, "options", where);
        if (!options.is_array()) fail(ErrorKind::Format, "{}: \"options\" must be a list of strings", where);
        for (const Json& option : options) {
            if (!option.is_string())
                fail(ErrorKind::Format, "{}: \"options\" must be a list of strings", where);
            task.options.push_back(option.get<std::string>());
        }
        if (json.contains("max_samples") && !json["max_samples"].is_null()) {
            task.maxSamples = requireInteger(json, "max_samples", where);
            if (*task.maxSamples < 1)
                fail(ErrorKind::Format, "{}: \"max_samples\" must be at least 1", where);
        }
        if (json.contains("prompt")) task.prompt = requireString(json, "prompt", where);
        if (task.prompt.find("{text}") == std::string::npos)
            fail(ErrorKind::Format, "{}: \"prompt\" must contain {{text}}", where);
        if (task.prompt.find("{label}") != std::string::npos)
            fail(ErrorKind::Format, "{}: \"prompt\" must not contain {{label}}: it is what the model answers",
                 where);
        Files files;
        files.train = requireString(json, "train_file", where);
        files.test = json.contains("test_file") ? requireString(json, "test_file", where)
                                                : requireString(json, "validation_file", where);
        if (files.train == files.test)
            fail(ErrorKind::Format, "{}: \"{}\" is named as training and as test file", where, files.train);
        files.dev = json.contains("dev_file")
                        ? requireString(json, "dev_file", where)
                        : (std::filesystem::path(files.train).parent_path() / "dev.json").string();
        files.textKey = json.contains("text_key") ? requireString(json, "text_key", where) : "sentence";
        files.labelKey = json.contains("label_key") ? requireString(json, "label_key", where) : "label";
        m_tasks.push_back(std::move(task));
        m_files.push_back(std::move(files));
    }

    [[nodiscard]] std::filesystem::path fileOf(std::size_t task, Split split) const {
        const std::string& name = m_files[task].nameOf(split);
        if (split == Split::Dev && (name == m_files[task].test || name == m_files[task].train))
            fail(ErrorKind::Input,
                 "task \"{}\" has no dev split of its own: \"{}\" is already its {} file; name another one "
                 "under dev_file",
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
    std::vector<Files> m_files;
    std::vector<std::filesystem::path> m_roots;  // tried in this order
};

}  // namespace

const char* splitName(Split split) {
    switch (split) {
        case Split::Train:
            return "train";
        case Split::Dev:
            return "dev";
        case Split::Test:
            return "test";
    }
    return "";
}

Split parseSplit(const std::string& name) {
    for (const Split split : {Split::Train, Split::Dev, Split::Test}) {
        if (name == splitName(split)) return split;
    }
    fail(ErrorKind::Input, "split \"{}\" is not known; known are train, dev, test", name);
}

std::size_t Suite::find(const std::string& name, const std::string& where) const {
    std::vector<std::string> known;
    for (std::size_t i = 0; i < tasks().size(); ++i) {
        if (tasks()[i].name == name) return i;
        known.push_back(tasks()[i].name);
    }
    const std::string near = nearestName(name, known);
    fail(ErrorKind::Input, "{}: no task \"{}\"; the suite has {}{}", where, name, fmt::join(known, ", "),
         near.empty() ? std::string() : fmt::format("; did you mean \"{}\"?", near));
}

std::unique_ptr<Suite> openSuite(const std::string& tasks, const std::string& root) {
    if (tasks == "builtin") return makeBuiltinSuite();
    return std::make_unique<FileSuite>(tasks, root);
}

}  // namespace jumplora
