// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace jumplora {

// Tokens with their ids, which may have holes. Of a token that stands there twice the last id counts.
class Vocabulary {
  public:
    using Entry = std::pair<std::string, std::int32_t>;
    explicit Vocabulary(std::vector<Entry> entries);
    Vocabulary(Vocabulary&&) = default;
    Vocabulary(const Vocabulary&) = delete;

    [[nodiscard]] std::optional<std::int32_t> idOf(std::string_view token) const;
    [[nodiscard]] const std::string* textOf(std::int32_t id) const;
    [[nodiscard]] std::int64_t size() const { return static_cast<std::int64_t>(m_ids.size()); }
    [[nodiscard]] std::int64_t idLimit() const;

  private:
    std::vector<Entry> m_entries;  // by id
    std::unordered_map<std::string_view, std::int32_t> m_ids;
};

}  // namespace jumplora
