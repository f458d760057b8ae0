// SPDX-License-Identifier: Apache-2.0
#include "base/json.h"

#include "base/error.h"
#include "base/file.h"

#include <cmath>

namespace jumplora {
namespace {

constexpr int kMaxDepth = 64;

// Line and column (from 1) of a byte offset.
std::pair<std::size_t, std::size_t> position(std::string_view text, std::size_t offset) {
    std::size_t line = 1;
    std::size_t column = 1;
    for (std::size_t i = 0; i + 1 < offset && i < text.size(); ++i) {
        if (text[i] == '\n') {
            ++line;
            column = 1;
        } else {
            ++column;
        }
    }
    return {line, column};
}

}  // namespace

Json parseJson(std::string_view text, const std::string& where) {
    // Depth is checked before parsing: a deeply nested document would exhaust the stack when destroyed.
    int depth = 0;
    bool inString = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (inString) {
            if (c == '\\') {
                ++i;
            } else if (c == '"') {
                inString = false;
            }
        } else if (c == '"') {
            inString = true;
        } else if (c == '[' || c == '{') {
            if (++depth > kMaxDepth) {
                fail(ErrorKind::Format,
                     "{}: nested deeper than {} levels; this is not a file of this program", where,
                     kMaxDepth);
            }
        } else if (c == ']' || c == '}') {
            --depth;
        }
    }
    try {
        return Json::parse(text);
    } catch (const nlohmann::json::parse_error& e) {
        const auto [line, column] = position(text, e.byte);
        const std::string what = e.what();
        const auto colon = what.rfind(": ");
        const std::string_view half =
            what.find("invalid string: surrogate") == std::string::npos
                ? ""
                : "a \\u escape of half a character, a surrogate by itself, at the end of ";
        fail(ErrorKind::Format, "{}: line {}, column {}: not valid JSON ({}{})", where, line, column, half,
             colon == std::string::npos ? what : what.substr(colon + 2));
    } catch (const nlohmann::json::exception& e) {
        fail(ErrorKind::Format, "{}: not valid JSON ({})", where, e.what());
    }
}

Json readJsonFile(const std::filesystem::path& path) { return parseJson(readFile(path), path.string()); }

std::string describeType(const Json& value) {
    switch (value.type()) {
        case nlohmann::json::value_t::null:
            return "null";
        case nlohmann::json::value_t::object:
            return "an object";
        case nlohmann::json::value_t::array:
            return "a list";
        case nlohmann::json::value_t::string:
            return "a string";
        case nlohmann::json::value_t::boolean:
            return "a boolean";
        case nlohmann::json::value_t::number_integer:
        case nlohmann::json::value_t::number_unsigned:
            return "an integer";
        case nlohmann::json::value_t::number_float:
            return "a number";
        default:
            return "binary data";
    }
}

const Json& requireMember(const Json& object, const std::string& key, const std::string& where) {
    if (!object.is_object())
        fail(ErrorKind::Format, "{}: expected an object, found {}", where, describeType(object));
    const auto it = object.find(key);
    if (it == object.end()) fail(ErrorKind::Format, "{}: \"{}\" is missing", where, key);
    return *it;
}

std::string requireString(const Json& object, const std::string& key, const std::string& where) {
    const Json& value = requireMember(object, key, where);
    if (!value.is_string())
        fail(ErrorKind::Format, "{}: \"{}\" must be a string, found {}", where, key, describeType(value));
    return value.get<std::string>();
}

double requireNumber(const Json& object, const std::string& key, const std::string& where) {
    const Json& value = requireMember(object, key, where);
    if (!value.is_number() || !std::isfinite(value.get<double>()))
        fail(ErrorKind::Format, "{}: \"{}\" must be a finite number, found {}", where, key,
             describeType(value));
    return value.get<double>();
}

std::int64_t requireInteger(const Json& object, const std::string& key, const std::string& where) {
    const Json& value = requireMember(object, key, where);
    if (!value.is_number_integer())
        fail(ErrorKind::Format, "{}: \"{}\" must be an integer, found {}", where, key, describeType(value));
    // A larger one would wrap around to a negative number.
    if (value.is_number_unsigned() && value.get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX))
        fail(ErrorKind::Format, "{}: \"{}\" is too large: {}", where, key, value.get<std::uint64_t>());
    return value.get<std::int64_t>();
}

}  // namespace jumplora
