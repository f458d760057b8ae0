// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

namespace jumplora {

// "\n  what (3): a, b, c" for messages; a dozen names at most, nothing for none.
std::string listed(const char* what, const std::vector<std::string>& names);

}  // namespace jumplora
