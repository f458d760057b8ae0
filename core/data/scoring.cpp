// SPDX-License-Identifier: Apache-2.0
#include "data/scoring.h"

#include "text/utf8.h"

#include <algorithm>

namespace jumplora {

std::string normaliseAnswer(const std::string& text) {
    std::string result;
    bool space = false;
    for (std::size_t i = 0; i < text.size();) {
        if (const std::size_t length = whiteSpaceLength(std::string_view(text).substr(i))) {
            space = !result.empty();
            i += length;
            continue;
        }
        if (space) result += ' ';
        space = false;
        const char c = text[i++];
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
