// SPDX-License-Identifier: Apache-2.0
#include "train/spec_documentation.h"

#include "base/error.h"
#include "method/method_info.h"
#include "train/run_spec.h"

namespace jumplora {
namespace {

// A bar ends a table's cell, also inside code.
std::string cell(const std::string& text) {
    std::string result;
    for (const char c : text) {
        if (c == '|') result += '\\';
        result += c == '\n' ? ' ' : c;
    }
    return result;
}

std::string typeName(const ParamInfo& info) {
    switch (info.type) {
        case ParamType::Boolean:
            return "boolean";
        case ParamType::Integer:
            return "integer";
        case ParamType::Real:
            return "number";
        case ParamType::Text:
            return "text";
        case ParamType::Choice:
            return "choice";
        case ParamType::Path:
            return "path";
        case ParamType::TextList:
            return "list";
    }
    return "";
}

std::string valueText(const Json& value) {
    if (value.is_null()) return "not set";
    if (value.is_number_float()) return fmt::format("`{}`", value.get<double>());
    return "`" + value.dump() + "`";
}

std::string allowed(const ParamInfo& info) {
    if (info.type == ParamType::Choice) {
        std::vector<std::string> names;
        names.reserve(info.choices.size());
        for (const std::string& choice : info.choices) names.push_back("`\"" + choice + "\"`");
        return fmt::format("{}", fmt::join(names, ", "));
    }
    if (info.type == ParamType::Boolean) return "`true`, `false`";
    std::string text = describeRange(info);
    if (!info.unit.empty()) text += " (" + info.unit + ")";
    if (info.optional && !text.empty()) text += ", or not set";
    return text;
}

std::string meaning(const ParamInfo& info) {
    return info.source.empty() ? info.help : fmt::format("{} ({})", info.help, info.source);
}

}  // namespace

std::string parameterTable(const std::vector<ParamInfo>& params, const std::string& prefix) {
    if (params.empty()) return "";
    std::string text = "| key | type | default | allowed | meaning |\n|---|---|---|---|---|\n";
    for (const ParamInfo& info : params)
        text += fmt::format("| `{}{}` | {} | {} | {} | {} |\n", prefix, info.key, typeName(info),
                            cell(valueText(info.defaultValue)), cell(allowed(info)), cell(meaning(info)));
    return text;
}

std::string specDocumentation() {
    std::string text;
    for (const SpecSection& section : specSections()) {
        text += section.key.empty() ? "## Top level\n\n" : fmt::format("## `{}`\n\n", section.key);
        if (!section.help.empty()) text += section.help + "\n\n";
        text += parameterTable(section.params, section.key.empty() ? "" : section.key + ".") + "\n";
        if (section.key != "method") continue;
        for (const MethodInfo& method : methodInfos()) {
            if (method.params.empty()) {
                text +=
                    fmt::format("`\"type\": \"{}\"` ({}) has no parameters.\n\n", method.key, method.name);
            } else {
                text += fmt::format("With `\"type\": \"{}\"` ({}):\n\n{}\n", method.key, method.name,
                                    parameterTable(method.params, "method."));
            }
        }
    }
    return text;
}

std::string methodsDocumentation() {
    std::string text =
        "| `method.type` | name | what it does | with the gate | source |\n|---|---|---|---|---|\n";
    for (const MethodInfo& method : methodInfos())
        text += fmt::format("| `{}` | {} | {} | {} | {} |\n", method.key, cell(method.name),
                            cell(method.summary), cell(method.gate), cell(method.source));
    for (const MethodInfo& method : methodInfos()) {
        if (method.params.empty()) continue;
        text += fmt::format("\n### {}\n\n{}", method.name, parameterTable(method.params, "method."));
    }
    return text;
}

}  // namespace jumplora
