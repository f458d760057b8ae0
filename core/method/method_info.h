// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/param.h"

#include <string>
#include <vector>

namespace jumplora {

// How a method describes itself: forms, help, validation, docs/methods.md and tables are made from this.
struct MethodInfo {
    std::string key;      // as in the spec: "ella"
    std::string name;     // as papers write it: "ELLA"
    std::string summary;  // one line
    std::string source;   // arXiv number or venue
    std::string gate;     // "yes", or why the gate's mask breaks the method's guarantee
    std::vector<ParamInfo> params;
};

// All registered methods in the order in which lists show them.
const std::vector<MethodInfo>& methodInfos();
// Throws Error(Input) naming `path` and the nearest known method.
const MethodInfo& methodInfo(const std::string& key, const std::string& path = "method.type");

}  // namespace jumplora
