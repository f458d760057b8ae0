// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/json.h"

#include <string>
#include <string_view>

namespace jumplora {

// One line of a file of JSON lines; `number` counts from 1. Errors name line and column of the whole file.
Json parseJsonLine(std::string_view line, std::size_t number, const std::string& file);

// JSON on one line, for every reader: U+0085, U+2028 and U+2029, which some take for line ends, are escaped.
std::string toJsonLine(const Json& json);

}  // namespace jumplora
