// SPDX-License-Identifier: Apache-2.0
#include "data/scoring.h"

#include <algorithm>

namespace jumplora {

std::string normaliseAnswer(const std::string& text) {
    std::string result;
    bool space = false;
    for (const char c : text) {
        if (c == ' ' || (c >= '\t' && c <= '\r')) {
            space = !result.empty();
            continue;
        }
        if (space) result += ' ';
        space = false;
        result += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return result;
}

bool exactMatch(const std::string& answer, const std::string& label) {
    return normaliseAnswer(answer) == normaliseAnswer(label);
}

bool isOption(const std::string& answer, const std::vector<std::string>& options) {
    return std::any_of(options.begin(), options.end(),
                       [&](const auto& option) { return exactMatch(answer, option); });
}

}  // namespace jumplora
