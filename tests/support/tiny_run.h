// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/json.h"
#include "train/run_directory.h"
#include "train/run_spec.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace jumplora::testing {

// Writes a random T5 of about 150 000 weights with the built-in vocabulary (folder/backbone) and three small
// tasks (folder/tasks.json): what a run needs, for a few seconds of computing.
void writeTinyInputs(const std::filesystem::path& folder);

// A spec on these inputs with everything on that could make a resumed run differ: dropout in backbone and
// adapters, accumulation, the gate, evaluation of all tasks. `changes` is merged into it (RFC 7396).
RunSpec tinySpec(const std::filesystem::path& inputs, const Json& changes = Json::object());

// What a run computed: every adapter, prediction and result file by name, and "events": the JSON of all
// events that are part of the result, one a line, without their volatile members.
std::map<std::string, std::string> resultOf(const RunDirectory& directory);

// Fails the running test for every part in which the two runs differ.
void expectEqualResults(const std::map<std::string, std::string>& expected,
                        const std::map<std::string, std::string>& found, const std::string& what);

}  // namespace jumplora::testing
