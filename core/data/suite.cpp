// SPDX-License-Identifier: Apache-2.0
#include "base/error.h"
#include "base/param.h"
#include "base/resources.h"
#include "data/builtin_suite.h"
#include "data/file_suite.h"
#include "data/olora_layout.h"
#include "data/suite_file.h"
#include "data/task.h"

#include <algorithm>

namespace jumplora {

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

std::optional<std::filesystem::path> namedSuite(const std::string& tasks) {
    const bool plain = !tasks.empty() && std::all_of(tasks.begin(), tasks.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
    std::error_code ignored;
    if (!plain || std::filesystem::exists(tasks, ignored)) return std::nullopt;
    auto file = resourceFolder() / "suites" / (tasks + ".json");
    return std::filesystem::is_regular_file(file, ignored) ? std::optional(file) : std::nullopt;
}

namespace {

FileTasks readTasks(const std::string& tasks, const std::string& root) {
    const std::filesystem::path path = namedSuite(tasks).value_or(tasks);
    if (std::filesystem::is_directory(path)) return readOLoraFolder(path, root);
    const Json json = readJsonFile(path);
    return {isSuiteFile(json) ? readSuiteFile(json, path.string()) : readReferenceTasks(json, path.string()),
            rootsOf(path, root)};
}

}  // namespace

std::unique_ptr<Suite> openSuite(const std::string& tasks, const std::string& root) {
    if (tasks == "builtin") return makeBuiltinSuite();
    return makeFileSuite(readTasks(tasks, root));
}

std::optional<SuiteDescription> describeSuite(const std::string& tasks, const std::string& root) {
    if (tasks == "builtin") return std::nullopt;
    const FileTasks read = readTasks(tasks, root);
    SuiteDescription description{writeSuiteFile(tasks, read.tasks), {}};
    // Where the first task's rows lie, all others lie.
    std::error_code ignored;
    for (const auto& place : read.roots)
        if (description.root.empty() &&
            std::filesystem::exists(place / read.tasks.front().files.train, ignored))
            description.root = std::filesystem::absolute(place).lexically_normal().string();
    return description;
}

}  // namespace jumplora
