// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/json.h"

#include <cstdint>
#include <string>

namespace jumplora {

// Reads members of a config.json over defaults: what is absent or null keeps its value. Throws Error(Format)
// naming `where`, the key, what was found and what is allowed.
class ConfigReader {
  public:
    // Both have to outlive the reader.
    ConfigReader(const Json& json, const std::string& where) : m_json(json), m_where(where) {}

    [[nodiscard]] bool has(const char* key) const;
    void integer(const char* key, std::int64_t& value, std::int64_t minimum, std::int64_t maximum) const;
    void real(const char* key, double& value, double minimum, double maximum) const;
    void boolean(const char* key, bool& value) const;
    void text(const char* key, std::string& value) const;
    // The id of a token of the vocabulary.
    void id(const char* key, std::int32_t& value, std::int64_t vocabulary) const;

  private:
    const Json& m_json;
    const std::string& m_where;
};

// One name for Hugging Face's activations that mean the same: relu, gelu (exact), gelu_new (tanh), silu.
// Throws Error(Input) naming the keys that `found` was read from and what is supported.
std::string activationName(const std::string& found, const char* keys, const std::string& where);

}  // namespace jumplora
