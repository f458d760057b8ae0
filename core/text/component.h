// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/json.h"

#include <string>

namespace jumplora {

// A component of a tokenizer.json: an object with a "type", and where in the file it stands, for messages.
class Component {
  public:
    // Throws Error(Format) when it is no object or has no type.
    Component(const Json& json, std::string where);
    [[nodiscard]] const std::string& type() const { return m_type; }
    [[nodiscard]] const std::string& where() const { return m_where; }
    [[nodiscard]] const Json& json() const { return *m_json; }

    // Members; each throws Error(Format) when it is missing or of another type.
    [[nodiscard]] std::string text(const char* key) const;
    [[nodiscard]] std::string text(const char* key, const std::string& otherwise) const;  // null: otherwise
    [[nodiscard]] bool flag(const char* key, bool otherwise) const;                       // null: otherwise
    [[nodiscard]] std::size_t count(const char* key) const;
    // The single character of a string.
    [[nodiscard]] std::string character(const char* key) const;
    [[nodiscard]] const Json& list(const char* key) const;

    // Error(Input): this type, or what a member asks for, is not supported.
    [[noreturn]] void unsupported(const std::string& what) const;
    [[noreturn]] void unsupportedType() const;

  private:
    [[nodiscard]] const Json* find(const char* key) const;
    const Json* m_json;
    std::string m_where;
    std::string m_type;
};

}  // namespace jumplora
