// SPDX-License-Identifier: Apache-2.0
#pragma once
// Internal to the store room: the measurements of a step as SQL over "step_metrics s".
#include <string>

namespace jumplora {

// nullptr when the key is no column, such as penalty.<name> and tau.<index>.
const char* stepSql(const std::string& key);

}  // namespace jumplora
