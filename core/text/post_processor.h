// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "base/json.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace jumplora {

// What stands around the ids of a text: bos, eos, [CLS] ...
class Template {
  public:
    // Nothing around them.
    Template() : Template({}, {}) {}
    Template(std::vector<std::int32_t> before, std::vector<std::int32_t> after)
        : m_parts{{false, std::move(before)}, {true, {}}, {false, std::move(after)}} {}
    // From the "post_processor" of a tokenizer.json. Throws Error(Format) for damaged ones, Error(Input)
    // naming a type or setting that is not supported.
    static Template read(const Json& json, const std::string& where);
    [[nodiscard]] std::vector<std::int32_t> apply(const std::vector<std::int32_t>& ids) const;

  private:
    struct Part {
        bool isText = false;
        std::vector<std::int32_t> ids;
    };
    static std::optional<Template> readOne(const Json& json, const std::string& where);
    static Template readParts(const class Component& component);
    std::vector<Part> m_parts;
};

}  // namespace jumplora
