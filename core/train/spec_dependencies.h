// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/json.h"

#include <string>

namespace jumplora {

// Whether the key of a specification ("gate.first") has an effect under its other choices: the gate's
// settings need a gate, the optimizer's their optimizer. `choices` maps full keys to values, such as
// "gate.type".
bool takesPart(const std::string& key, const Json& choices);

// The key whose value decides about `key`; "" when it always takes part.
std::string ownerOf(const std::string& key);

}  // namespace jumplora
