// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/param.h"

#include <string>
#include <vector>

namespace jumplora {

// Markdown table of parameters; keys get `prefix` ("adapter."). Empty without parameters.
std::string parameterTable(const std::vector<ParamInfo>& params, const std::string& prefix);

// The generated part of docs/run-spec.md: every key of specSections(), and of every method.
std::string specDocumentation();

// The generated part of docs/methods.md: the registered methods, then the parameters of each.
std::string methodsDocumentation();

}  // namespace jumplora
