// SPDX-License-Identifier: Apache-2.0
#include "base/json_line.h"

#include "base/error.h"

#include <array>
#include <utility>

namespace jumplora {

Json parseJsonLine(std::string_view line, std::size_t number, const std::string& file) {
    try {
        return parseJson(line, file);
    } catch (const Error&) {
        return parseJson(std::string(number - 1, '\n').append(line), file);
    }
}

std::string toJsonLine(const Json& json) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kEnds = {
        {{"\xC2\x85", "\\u0085"}, {"\xE2\x80\xA8", "\\u2028"}, {"\xE2\x80\xA9", "\\u2029"}}};
    std::string line = json.dump(-1, ' ', false, Json::error_handler_t::replace);
    for (const auto& [character, escape] : kEnds) {
        std::size_t at = line.find(character);
        if (at == std::string::npos) continue;
        std::string escaped;
        std::size_t done = 0;
        for (; at != std::string::npos; at = line.find(character, done)) {
            escaped.append(line, done, at - done).append(escape);
            done = at + character.size();
        }
        line = escaped.append(line, done);
    }
    return line += '\n';
}

}  // namespace jumplora
