// SPDX-License-Identifier: Apache-2.0
#include "weights/names_listed.h"

#include <fmt/format.h>

#include <algorithm>

namespace jumplora {

std::string listed(const char* what, const std::vector<std::string>& names) {
    constexpr std::size_t kShown = 12;
    if (names.empty()) return {};
    const std::vector<std::string> shown(
        names.begin(), names.begin() + static_cast<std::ptrdiff_t>(std::min(names.size(), kShown)));
    return fmt::format("\n  {} ({}): {}{}", what, names.size(), fmt::join(shown, ", "),
                       names.size() > kShown ? ", ..." : "");
}

}  // namespace jumplora
