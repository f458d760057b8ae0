// SPDX-License-Identifier: Apache-2.0
#include "model/config_reader.h"

#include "base/error.h"

namespace jumplora {

bool ConfigReader::has(const char* key) const {
    const auto it = m_json.find(key);
    return it != m_json.end() && !it->is_null();
}

void ConfigReader::integer(const char* key, std::int64_t& value, std::int64_t minimum,
                           std::int64_t maximum) const {
    if (!has(key)) return;
    value = requireInteger(m_json, key, m_where);
    if (value < minimum || value > maximum)
        fail(ErrorKind::Format, "{}: \"{}\" is {}, allowed is {} to {}", m_where, key, value, minimum,
             maximum);
}

void ConfigReader::real(const char* key, double& value, double minimum, double maximum) const {
    if (!has(key)) return;
    value = requireNumber(m_json, key, m_where);
    if (!(value >= minimum && value <= maximum))
        fail(ErrorKind::Format, "{}: \"{}\" is {}, allowed is {} to {}", m_where, key, value, minimum,
             maximum);
}

void ConfigReader::boolean(const char* key, bool& value) const {
    if (!has(key)) return;
    const Json& found = m_json.at(key);
    if (!found.is_boolean())
        fail(ErrorKind::Format, "{}: \"{}\" must be true or false, found {}", m_where, key,
             describeType(found));
    value = found.get<bool>();
}

void ConfigReader::text(const char* key, std::string& value) const {
    if (has(key)) value = requireString(m_json, key, m_where);
}

void ConfigReader::id(const char* key, std::int32_t& value, std::int64_t vocabulary) const {
    std::int64_t wide = value;
    integer(key, wide, 0, vocabulary - 1);
    value = static_cast<std::int32_t>(wide);
}

std::string activationName(const std::string& found, const char* keys, const std::string& where) {
    if (found == "swish") return "silu";
    if (found == "gelu_pytorch_tanh") return "gelu_new";
    for (const char* name : {"relu", "gelu", "gelu_new", "silu"}) {
        if (found == name) return found;
    }
    fail(ErrorKind::Input,
         "{}: activation \"{}\" of {} is not supported; supported are relu, gelu, gelu_new, silu", where,
         found, keys);
}

}  // namespace jumplora
