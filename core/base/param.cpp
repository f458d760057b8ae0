// SPDX-License-Identifier: Apache-2.0
#include "base/param.h"

#include "base/error.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace jumplora {
namespace {

std::size_t editDistance(const std::string& a, const std::string& b) {
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t above = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
            diagonal = above;
        }
    }
    return row[b.size()];
}

// A value as messages quote it; a long one would bury the sentence.
std::string quote(const Json& value) {
    constexpr std::size_t kLongest = 60;
    const std::string text = value.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
    return text.size() <= kLongest ? text : text.substr(0, kLongest) + "…";
}

[[noreturn]] void wrongType(const ParamInfo& info, const Json& value, const std::string& path,
                            const char* expected) {
    const std::string limits = describeRange(info);
    fail(ErrorKind::Input, "{}: found {} ({}), expected {}{}{}", path, quote(value), describeType(value),
         expected, limits.empty() ? "" : ", ", limits);
}

[[noreturn]] void outOfRange(const ParamInfo& info, const Json& value, const std::string& path) {
    fail(ErrorKind::Input, "{}: {} is out of range; allowed is {}", path, quote(value),
         info.minimum || info.maximum ? describeRange(info) : std::string("a finite number"));
}

std::string fullPath(const std::string& path, const std::string& key) {
    return path.empty() ? key : path + "." + key;
}

}  // namespace

std::string describeRange(const ParamInfo& info) {
    std::string text;
    if (info.minimum) text = fmt::format("{} {}", info.minimumExcluded ? "above" : "at least", *info.minimum);
    if (info.maximum) text += fmt::format("{}at most {}", text.empty() ? "" : " and ", *info.maximum);
    return text;
}

void refuseUnknownKeys(const Json& object, const std::vector<std::string>& known, const std::string& path) {
    for (const auto& [key, value] : object.items()) {
        if (std::find(known.begin(), known.end(), key) != known.end()) continue;
        if (known.empty()) fail(ErrorKind::Input, "{}: unknown key; none is known here", fullPath(path, key));
        const std::string near = nearestName(key, known);
        fail(ErrorKind::Input, "{}: unknown key; known are {}{}", fullPath(path, key), fmt::join(known, ", "),
             near.empty() ? std::string() : fmt::format("; did you mean \"{}\"?", near));
    }
}

std::string nearestName(const std::string& name, const std::vector<std::string>& known) {
    std::string best;
    std::size_t distance = std::max<std::size_t>(2, name.size() / 2);
    for (const auto& candidate : known) {
        const std::size_t d = editDistance(name, candidate);
        if (d <= distance && (best.empty() || d < distance)) {
            best = candidate;
            distance = d;
        }
    }
    return best;
}

Json checkParam(const ParamInfo& info, const Json& value, const std::string& path) {
    if (value.is_null() && info.optional) return value;
    const auto checkRange = [&](double number) {
        const bool low =
            info.minimum && (info.minimumExcluded ? number <= *info.minimum : number < *info.minimum);
        const bool high = info.maximum && number > *info.maximum;
        if (!std::isfinite(number) || low || high) outOfRange(info, value, path);
    };
    switch (info.type) {
        case ParamType::Boolean:
            if (!value.is_boolean()) wrongType(info, value, path, "true or false");
            return value;
        case ParamType::Integer: {
            if (value.is_number_unsigned() &&
                value.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX))
                outOfRange(info, value, path);
            if (value.is_number_integer()) {
                checkRange(static_cast<double>(value.get<std::int64_t>()));
                return value;
            }
            if (value.is_number_float() && std::abs(value.get<double>()) < 9e15 &&
                value.get<double>() == std::floor(value.get<double>())) {
                checkRange(value.get<double>());
                return static_cast<std::int64_t>(value.get<double>());
            }
            wrongType(info, value, path, "an integer");
        }
        case ParamType::Real:
            if (!value.is_number()) wrongType(info, value, path, "a number");
            checkRange(value.get<double>());
            return value.get<double>();
        case ParamType::Text:
        case ParamType::Path:
            if (!value.is_string()) wrongType(info, value, path, "a string");
            return value;
        case ParamType::Choice: {
            if (!value.is_string()) wrongType(info, value, path, "one of the known names");
            const auto name = value.get<std::string>();
            if (std::find(info.choices.begin(), info.choices.end(), name) != info.choices.end()) return value;
            const std::string near = nearestName(name, info.choices);
            fail(ErrorKind::Input, "{}: \"{}\" is not known; allowed is one of {}{}", path, name,
                 fmt::join(info.choices, ", "),
                 near.empty() ? std::string() : fmt::format("; did you mean \"{}\"?", near));
        }
        case ParamType::TextList:
            if (!value.is_array()) wrongType(info, value, path, "a list of strings");
            for (const auto& item : value) {
                if (!item.is_string()) wrongType(info, item, path, "a list of strings");
            }
            return value;
    }
    return value;
}

Json checkParams(const std::vector<ParamInfo>& infos, const Json& object, const std::string& path) {
    if (!object.is_object())
        fail(ErrorKind::Input, "{}: found {}, expected an object", path.empty() ? "spec" : path,
             describeType(object));
    std::vector<std::string> known;
    known.reserve(infos.size());
    for (const auto& info : infos) known.push_back(info.key);
    refuseUnknownKeys(object, known, path);
    Json result = Json::object();
    for (const auto& info : infos) {
        const auto it = object.find(info.key);
        result[info.key] =
            it == object.end() ? info.defaultValue : checkParam(info, *it, fullPath(path, info.key));
    }
    return result;
}

}  // namespace jumplora
