// SPDX-License-Identifier: Apache-2.0
#pragma once
// Suite files, with which a user describes a benchmark.
#include "base/param.h"
#include "data/file_suite.h"

namespace jumplora {

inline constexpr const char* kSuiteFormat = "jumplora-suite/1";

// Whether a JSON document says that it is a suite file, of whatever version.
bool isSuiteFile(const Json& json);

// What a task of a suite file may say besides "files" and "splits"; "defaults" takes the same but "name" and
// "folder". docs/benchmarks.md is checked against it.
const std::vector<ParamInfo>& suiteTaskParams();

// {"format", "name", "description"?, "source"?, "defaults"?, "tasks": [...]}. Throws Error(Format) for
// another version, Error(Input) with the path of the key, what was found and the nearest known name.
std::vector<FileTask> readSuiteFile(const Json& json, const std::string& file);

// The way back: any tasks whose rows stand in files as a suite file, every key written out.
Json writeSuiteFile(const std::string& name, const std::vector<FileTask>& tasks);

// The tasks behind `suite.tasks` as a suite file, and the folder that its paths are relative to ("" when the
// data are not there); none for the built-in suite. Throws as openSuite does.
struct SuiteDescription {
    Json suite;
    std::string root;
};
std::optional<SuiteDescription> describeSuite(const std::string& tasks, const std::string& root);

}  // namespace jumplora
