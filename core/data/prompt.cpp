// SPDX-License-Identifier: Apache-2.0
#include "data/task.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

namespace jumplora {
namespace {

std::string_view stripped(std::string_view text) {
    constexpr std::string_view kWhiteSpace = " \t\r\n\v\f";
    const auto begin = text.find_first_not_of(kWhiteSpace);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(kWhiteSpace) - begin + 1);
}

}  // namespace

std::string renderPrompt(const TaskInfo& task, const std::string& text) {
    const std::string_view rest = task.prompt;
    const std::string options = fmt::format("{}", fmt::join(task.options, task.optionSeparator));
    const auto ends = [&](std::string_view part) { return task.strip ? stripped(part) : part; };
    const std::pair<std::string_view, std::string_view> fields[] = {
        {"{instruction}", ends(task.instruction)}, {"{options}", options}, {"{text}", ends(text)}};
    // One pass over the template: what is filled in may itself contain braces.
    std::string prompt;
    for (std::size_t i = 0; i < rest.size();) {
        const auto* field = std::find_if(std::begin(fields), std::end(fields),
                                         [&](const auto& f) { return rest.substr(i).starts_with(f.first); });
        if (field == std::end(fields)) {
            prompt += rest[i++];
        } else {
            prompt += field->second;
            i += field->first.size();
        }
    }
    return prompt;
}

}  // namespace jumplora
