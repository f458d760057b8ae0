// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace jumplora {

// The vocabulary and how a piece of text becomes entries of it. Immutable.
class TokenModel {
  public:
    virtual ~TokenModel() = default;
    // Appends the ids of one piece of well-formed UTF-8 to `ids`. Throws Error(Format) where the vocabulary
    // lacks what the piece needs.
    virtual void encode(std::string_view piece, std::vector<std::int32_t>& ids) const = 0;
    [[nodiscard]] virtual std::optional<std::int32_t> idOf(std::string_view token) const = 0;
    [[nodiscard]] virtual const std::string* textOf(std::int32_t id) const = 0;  // nullptr: no such id
    [[nodiscard]] virtual std::int64_t size() const = 0;                         // entries
    [[nodiscard]] virtual std::int64_t idLimit() const = 0;                      // largest id + 1
    [[nodiscard]] virtual std::string kind() const = 0;                          // "BPE", "unigram"
};

}  // namespace jumplora
