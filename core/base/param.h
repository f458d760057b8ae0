// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/json.h"

#include <optional>
#include <string>
#include <vector>

namespace jumplora {

enum class ParamType { Boolean, Integer, Real, Text, Choice, Path, TextList };

// Describes one setting. Forms, command line help, validation and documentation are made from it.
struct ParamInfo {
    std::string key;    // last part of the path in the spec, e.g. "rank"
    std::string label;  // as a form shows it, e.g. "Rank r"
    ParamType type = ParamType::Real;
    Json defaultValue;
    std::optional<double> minimum;
    std::optional<double> maximum;
    bool minimumExcluded = false;  // value must be > minimum
    bool optional = false;         // null means "not set"
    std::vector<std::string> choices;
    std::string unit;
    std::string help;    // one or two sentences
    std::string source;  // paper or file the default comes from
};

// Checks one value. `path` is the full path of the key ("adapter.rank"). Throws Error(Input) with the path,
// what was found and what is allowed; for choices also the nearest known name. Returns the value, integers
// given for reals converted.
Json checkParam(const ParamInfo& info, const Json& value, const std::string& path);

// Fills defaults, refuses unknown keys (with the nearest known name). Order of the result = order of infos.
Json checkParams(const std::vector<ParamInfo>& infos, const Json& object, const std::string& path);

// Throws Error(Input) for the first key of `object` that is not known: its path, the known keys, the nearest
// one.
void refuseUnknownKeys(const Json& object, const std::vector<std::string>& known, const std::string& path);

// "at least 1 and at most 4096", "above 0", or nothing when the parameter has no limits.
std::string describeRange(const ParamInfo& info);

// The known name with the smallest edit distance, empty when none is near.
std::string nearestName(const std::string& name, const std::vector<std::string>& known);

}  // namespace jumplora
