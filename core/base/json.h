// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>
#include <string_view>

namespace jumplora {

// Keeps the order in which keys were written: specs and results read as their authors meant them.
using Json = nlohmann::ordered_json;

// Parses text; `where` names the source in the error. Refuses nesting deeper than 64 levels.
// Throws Error(Format) with line and column.
Json parseJson(std::string_view text, const std::string& where);

// Reads a whole file. Throws Error(Io) when it cannot be read, Error(Format) when it is not JSON.
Json readJsonFile(const std::filesystem::path& path);

// Member access that throws Error(Format) naming `where`, the key, what was found and what was expected.
const Json& requireMember(const Json& object, const std::string& key, const std::string& where);
std::string requireString(const Json& object, const std::string& key, const std::string& where);
double requireNumber(const Json& object, const std::string& key, const std::string& where);
std::int64_t requireInteger(const Json& object, const std::string& key, const std::string& where);

// "a string", "a number", ... for messages.
std::string describeType(const Json& value);

}  // namespace jumplora
