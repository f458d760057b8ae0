// SPDX-License-Identifier: Apache-2.0
#include "text/component.h"

#include "base/error.h"
#include "text/utf8.h"

namespace jumplora {

Component::Component(const Json& json, std::string where)
    : m_json(&json), m_where(std::move(where)), m_type(requireString(json, "type", m_where)) {}

const Json* Component::find(const char* key) const {
    const auto it = m_json->find(key);
    return it == m_json->end() || it->is_null() ? nullptr : &*it;
}

std::string Component::text(const char* key) const { return requireString(*m_json, key, m_where); }

std::string Component::text(const char* key, const std::string& otherwise) const {
    return find(key) == nullptr ? otherwise : text(key);
}

bool Component::flag(const char* key, bool otherwise) const {
    const Json* value = find(key);
    if (value == nullptr) return otherwise;
    if (!value->is_boolean())
        fail(ErrorKind::Format, "{}: \"{}\" must be a boolean, found {}", m_where, key, describeType(*value));
    return value->get<bool>();
}

std::size_t Component::count(const char* key) const {
    const std::int64_t value = requireInteger(*m_json, key, m_where);
    if (value < 0) fail(ErrorKind::Format, "{}: \"{}\" is negative", m_where, key);
    return static_cast<std::size_t>(value);
}

std::string Component::character(const char* key) const {
    std::string value = text(key);
    if (value.empty() || utf8Length(value.front()) != value.size())
        fail(ErrorKind::Format, "{}: \"{}\" must be a single character, found \"{}\"", m_where, key, value);
    return value;
}

const Json& Component::list(const char* key) const {
    const Json& value = requireMember(*m_json, key, m_where);
    if (!value.is_array())
        fail(ErrorKind::Format, "{}: \"{}\" must be a list, found {}", m_where, key, describeType(value));
    return value;
}

void Component::unsupported(const std::string& what) const {
    fail(ErrorKind::Input, "{}: {} is not supported", m_where, what);
}

void Component::unsupportedType() const { unsupported("the type \"" + m_type + "\""); }

}  // namespace jumplora
