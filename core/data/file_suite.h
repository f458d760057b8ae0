// SPDX-License-Identifier: Apache-2.0
#pragma once
// Internal to the data room: a suite whose rows stand in files.
#include "data/task.h"

#include <filesystem>
#include <string>
#include <vector>

namespace jumplora {

// The files of one task, relative to one of the suite's roots.
struct TaskFiles {
    std::string train, dev, test;
    std::string textKey = "sentence";
    std::string labelKey = "label";
    [[nodiscard]] const std::string& nameOf(Split split) const {
        return split == Split::Train ? train : split == Split::Dev ? dev : test;
    }
};

struct FileTask {
    TaskInfo info;
    TaskFiles files;
};

struct FileTasks {
    std::vector<FileTask> tasks;
    std::vector<std::filesystem::path> roots;  // tried in this order
};
std::unique_ptr<Suite> makeFileSuite(FileTasks tasks);

// Roots of the paths in a file: `root`, or the file's folder and the one above it.
std::vector<std::filesystem::path> rootsOf(const std::filesystem::path& file, const std::string& root);

// dev.json beside the training file.
std::string devBeside(const std::string& train);

// What every format asks of a task. Throws Error(Format) naming `where`.
void checkTask(const FileTask& task, const std::vector<FileTask>& earlier, const std::string& where);

// A task file in the reference's format.
std::vector<FileTask> readReferenceTasks(const Json& json, const std::string& file);

}  // namespace jumplora
